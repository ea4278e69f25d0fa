"""Until when the API may be called: so that the response is in time, and nothing takes effect after it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field


class TimeIsUpError(Exception):
    """There is no time left for another call of the API."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, replaceable in tests.

    Args:
        now: Seconds that only go forward.
        wait: Waits for an event to be set, so many seconds at most.
        pause: Lets so many seconds pass.
        wall: Seconds since 1970.

    """

    now: Callable[[], float]
    wait: Callable[[threading.Event, float], object]
    pause: Callable[[float], object]
    wall: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of one request.

    Args:
        clock: The time.
        end: When the response is due, by that clock.
        not_after: The same by the wall clock, in whole seconds since 1970: until when a call may take effect. Kept
            from the beginning, because a sandbox that was frozen does not know by how much its clocks disagree.
        longest_call: Seconds that one call of the API may take; none begins closer to the end.

    """

    clock: Clock
    end: float
    not_after: int
    longest_call: float
    _closed: threading.Event = field(default_factory=threading.Event)

    def close(self) -> None:
        """The response goes out: no call from now on, and waiting is over."""
        self._closed.set()

    def check(self) -> None:
        """Say that a call of the API may begin.

        Raises:
            TimeIsUpError: it may not, ever again.

        """
        if self._closed.is_set() or self.clock.now() + self.longest_call > self.end:
            raise TimeIsUpError

    def pause(self, seconds: float) -> None:
        """Wait, unless the response goes out meanwhile."""
        self.clock.wait(self._closed, seconds)
