"""Which failures are tried again, and for how long.

No response, a 5xx and a missing permission (IAM's changes take a while to arrive) share 30 seconds in all; a throttled
API is called again, and a launch that is not ready read again, until the resource's own timeout. In between, a pause
that doubles, with jitter: a call begins with a short one, and reads of the same launch come ever more seldom.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeVar

from evidently_provider.errors import ThrottledError, UnreachableError
from evidently_provider.runtime.deadline import Deadline
from evidently_provider.runtime.log import Log

T = TypeVar("T")

UNREACHABLE_SECONDS: Final = 30.0
_FIRST_PAUSE_SECONDS: Final = 0.5
_LONGEST_PAUSE_SECONDS: Final = 8.0


@dataclass(slots=True)
class RetryBudget:
    """How long the calls of one request are tried again.

    Args:
        deadline: Until when the API may be called.
        retry_until: Until when a throttled API is called, and a launch waited for; a reading of the deadline's clock.
        log: The request's log.
        jitter: A number from 0 to 1 that differs between callers.

    """

    deadline: Deadline
    retry_until: float
    log: Log
    jitter: Callable[[], float] = random.random
    _unreachable: float = 0.0
    _between_reads: Iterator[float] = field(init=False)

    def __post_init__(self) -> None:
        self._between_reads = self._pauses()

    def call(self, attempt: Callable[[], T]) -> T:
        """The result of an attempt that may be made again.

        Raises:
            TimeIsUpError: no time for another one before the answer is due.
            UnreachableError, ThrottledError: those of the last attempt, when the budget is spent.

        """
        pauses = self._pauses()
        now = self.deadline.clock.now
        while True:
            self.deadline.check()
            began = now()
            try:
                return attempt()
            except ThrottledError as error:
                if not self._wait(next(pauses)):
                    raise
                self.log.step("retry", error=type(error).__name__)
            except UnreachableError as error:
                pause = next(pauses)
                self._unreachable += now() - began + pause
                if self._unreachable > UNREACHABLE_SECONDS:
                    raise
                self.log.step("retry", error=type(error).__name__)
                self.deadline.pause(pause)

    def wait(self) -> bool:
        """Wait a while for the launch to be ready; False if that has lasted long enough."""
        return self._wait(next(self._between_reads))

    def _wait(self, pause: float) -> bool:
        if self.deadline.clock.now() + pause > self.retry_until:
            return False
        self.deadline.pause(pause)
        return True

    def _pauses(self) -> Iterator[float]:
        longest = _FIRST_PAUSE_SECONDS
        while True:
            yield longest * (1 + self.jitter()) / 2
            longest = min(2 * longest, _LONGEST_PAUSE_SECONDS)
