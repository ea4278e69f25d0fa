"""The schedule of a launch as a pure function of time: nothing has to wake up for a step to begin."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Generic, TypeVar

Step = TypeVar("Step")


@dataclass(frozen=True, slots=True)
class Schedule(Generic[Step]):
    """Steps and when each begins, the earliest first; the last one goes on until the launch is stopped."""

    starts: tuple[float, ...]
    steps: tuple[Step, ...]

    @classmethod
    def of(cls, steps: Iterable[tuple[float, Step]]) -> "Schedule[Step]":
        """Return the schedule of `(startTime, step)` pairs in any order; of two that begin at once the later counts.

        The unit of `startTime` is the caller's choice, as long as `current` is asked in the same one.
        """
        ordered = sorted(steps, key=itemgetter(0))
        return cls(tuple(start for start, _ in ordered), tuple(step for _, step in ordered))

    def current(self, now: float) -> Step | None:
        """Return the latest step that has begun by `now`, None before the first one."""
        begun = bisect_right(self.starts, now)
        return self.steps[begun - 1] if begun else None
