"""A clock for the provider that the test controls: pauses take no time, and are recorded."""

import threading
from dataclasses import dataclass, field
from typing import Final

from evidently_provider.runtime.deadline import Clock

_POLL_SECONDS: Final = 0.002
_STUCK_SECONDS: Final = 10.0  # of real time; only a failing test waits so long


@dataclass(slots=True)
class FakeClock:
    """Time that passes in pauses, or when the test moves it.

    Only the thread that created the clock really waits, because it waits for the others.

    Args:
        seconds: the time that it shows.
        pauses: how long each pause was, in seconds.
        wall: seconds since 1970; only the test moves it.

    """

    seconds: float = 1000.0
    pauses: list[float] = field(default_factory=list)
    wall: float = 1_637_368_600.0
    _owner: threading.Thread = field(default_factory=threading.current_thread)

    @property
    def clock(self) -> Clock:
        """The clock in the provider's form."""
        return Clock(now=lambda: self.seconds, wait=self._wait, pause=self.pause, wall=lambda: self.wall)

    def pause(self, seconds: float) -> None:
        """Record a pause, and move the time."""
        self.pauses.append(seconds)
        self.seconds += seconds

    def _wait(self, event: threading.Event, seconds: float) -> object:
        if threading.current_thread() is not self._owner:
            if not event.is_set():
                self.pause(seconds)
            return event.is_set()
        until = self.seconds + seconds
        for _ in range(int(_STUCK_SECONDS / _POLL_SECONDS)):
            if event.wait(_POLL_SECONDS) or self.seconds >= until:
                return event.is_set()
        raise AssertionError("the worker neither ended nor paused")
