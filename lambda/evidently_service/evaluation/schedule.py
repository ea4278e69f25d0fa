"""The schedule of a launch as a pure function of time: no timer has to start a step."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Generic, TypeVar

Step = TypeVar("Step")


@dataclass(frozen=True, slots=True)
class Schedule(Generic[Step]):
    """Steps and their start times, the earliest first; the last step lasts until the launch is stopped."""

    starts: tuple[float, ...]
    steps: tuple[Step, ...]

    @classmethod
    def of(cls, steps: Iterable[tuple[float, Step]]) -> "Schedule[Step]":
        """Return the schedule of `(startTime, step)` pairs in any order; of equal start times the last pair counts.

        `startTime` may have any unit; `current` takes the same one.
        """
        ordered = sorted(steps, key=itemgetter(0))
        return cls(tuple(start for start, _ in ordered), tuple(step for _, step in ordered))

    def current(self, now: float) -> Step | None:
        """Return the latest step that has started by `now`, None before the first."""
        started = bisect_right(self.starts, now)
        return self.steps[started - 1] if started else None
