"""Until when the API may be called: so that a request is answered in time, and nothing is done after its answer."""

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
    """The end of the work on one request.

    Args:
        clock: The time.
        end: When the answer is due, by that clock.
        longest_call: Seconds that one call of the API may take; none begins closer to the end.

    """

    clock: Clock
    end: float
    longest_call: float
    _closed: threading.Event = field(default_factory=threading.Event)

    def close(self) -> None:
        """The request is being answered: no call from now on, and waiting is over."""
        self._closed.set()

    def check(self) -> None:
        """Say that a call of the API may begin.

        Raises:
            TimeIsUpError: it may not, ever again.

        """
        if self._closed.is_set() or self.clock.now() + self.longest_call > self.end:
            raise TimeIsUpError

    def pause(self, seconds: float) -> None:
        """Wait, unless the request is answered meanwhile."""
        self.clock.wait(self._closed, seconds)
