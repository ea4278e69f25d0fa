"""The time until which a request may call the API, so that it responds in time and nothing takes effect afterwards."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field


class TimeIsUpError(Exception):
    """The deadline leaves no time for another call of the API."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, replaceable in tests.

    Args:
        now: returns seconds on a clock that only goes forward.
        wait: waits until an event is set, or for that many seconds.
        pause: sleeps for that many seconds.
        wall: returns seconds since 1970.

    """

    now: Callable[[], float]
    wait: Callable[[threading.Event, float], object]
    pause: Callable[[float], object]
    wall: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Deadline:
    """The deadline of one request.

    Args:
        clock: the time.
        end: when the response is due, on the forward clock.
        not_after: the same on the wall clock, in whole seconds since 1970: until when a call may take effect. Computed
            when the request arrives, because the two clocks drift apart while Lambda has the sandbox frozen.
        longest_call: seconds that one call of the API may take; no call begins closer to the end than this.

    """

    clock: Clock
    end: float
    not_after: int
    longest_call: float
    _closed: threading.Event = field(default_factory=threading.Event)

    def close(self) -> None:
        """Forbid further calls and end all pauses, because the response goes out now."""
        self._closed.set()

    def check(self) -> None:
        """Check that a call of the API may begin.

        Raises:
            TimeIsUpError: it would not end in time, nor would a later one.

        """
        if self._closed.is_set() or self.clock.now() + self.longest_call > self.end:
            raise TimeIsUpError

    def pause(self, seconds: float) -> None:
        """Wait for that many seconds, or until the response goes out."""
        self.clock.wait(self._closed, seconds)
