"""Running an operation again when another write came between, with growing, jittered pauses."""

from collections.abc import Callable
from typing import TypeVar

from evidently_service.domain.errors import ContendedError, ThrottledError

ATTEMPTS = 10
_FIRST_PAUSE_SECONDS = 0.02
_LONGEST_PAUSE_SECONDS = 0.5

T = TypeVar("T")


def settle(attempt: Callable[[], T], *, pause: Callable[[float], None], jitter: Callable[[], float]) -> T:
    """Return the outcome of `attempt`, which must write nothing where it raises ContendedError.

    Args:
        attempt: The whole operation, from its first read.
        pause: Waits so many seconds.
        jitter: A random number from 0 to 1.

    Raises:
        ThrottledError: it was in contention each of ten times, over some three seconds.

    """
    for number in range(ATTEMPTS - 1):
        try:
            return attempt()
        except ContendedError:
            longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2**number)
            pause(longest * (0.5 + jitter() / 2))
    try:
        return attempt()
    except ContendedError:
        raise ThrottledError("Too many changes of the same resource at once; try again.") from None
