"""Which failures are tried again, and for how long.

No answer, a 5xx and a missing permission (IAM's changes take a while to arrive) share 30 seconds in all; a throttled
API is asked again until the resource's own timeout. In between, a pause that doubles, with jitter.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from evidently_provider.deadline import Deadline
from evidently_provider.errors import ThrottledError, UnreachableError
from evidently_provider.log import Log

T = TypeVar("T")

UNREACHABLE_SECONDS: Final = 30.0
_FIRST_PAUSE_SECONDS: Final = 0.5
_LONGEST_PAUSE_SECONDS: Final = 8.0


@dataclass(slots=True)
class Patience:
    """The patience of one request.

    Args:
        deadline: Until when the API may be called.
        patient_until: Until when a throttled API is asked, and a launch waited for; a reading of the deadline's clock.
        log: The request's log.
        jitter: A number from 0 to 1 that differs between callers.

    """

    deadline: Deadline
    patient_until: float
    log: Log
    jitter: Callable[[], float] = random.random
    _unreachable: float = 0.0
    _pause: float = field(default=_FIRST_PAUSE_SECONDS)

    def call(self, attempt: Callable[[], T]) -> T:
        """The result of an attempt that may be made again.

        Raises:
            TimeIsUpError: no time for another one before the answer is due.
            UnreachableError, ThrottledError: those of the last attempt, when patience is over.

        """
        self._pause = _FIRST_PAUSE_SECONDS
        now = self.deadline.clock.now
        while True:
            self.deadline.check()
            began = now()
            try:
                return attempt()
            except ThrottledError as error:
                if not self.wait():
                    raise
                self.log.step("retry", error=type(error).__name__)
            except UnreachableError as error:
                pause = self._next_pause()
                self._unreachable += now() - began + pause
                if self._unreachable > UNREACHABLE_SECONDS:
                    raise
                self.log.step("retry", error=type(error).__name__)
                self.deadline.pause(pause)

    def wait(self) -> bool:
        """Wait a while, for the API to have time or the launch to be ready; False if that has lasted long enough."""
        pause = self._next_pause()
        if self.deadline.clock.now() + pause > self.patient_until:
            return False
        self.deadline.pause(pause)
        return True

    def _next_pause(self) -> float:
        pause = self._pause * (1 + self.jitter()) / 2
        self._pause = min(2 * self._pause, _LONGEST_PAUSE_SECONDS)
        return pause
