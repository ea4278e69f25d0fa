"""What a sandbox remembers for a minute, so that it need not read it for each request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

T = TypeVar("T")

_MILLISECONDS: Final = 60_000
_MOST_VALUES: Final = 1_000  # callers choose some of the keys


@dataclass(frozen=True, slots=True)
class Remembered(Generic[T]):
    """Values by key, each with the time of its read; a bounded number.

    Args:
        values: what is remembered.

    """

    values: dict[str, tuple[int, T]] = field(default_factory=dict)

    def get(self, key: str, now: int, read: Callable[[], T]) -> T:
        """Return the value of a key; `read` reads it, at most once a minute."""
        remembered = self.values.get(key)
        if remembered is not None and 0 <= now - remembered[0] < _MILLISECONDS:
            return remembered[1]
        value = read()
        if len(self.values) >= _MOST_VALUES:
            self.values.clear()
        self.values[key] = (now, value)
        return value

    def forget(self, key: str) -> None:
        """Drop the value of a key, so that it is read next time."""
        self.values.pop(key, None)
