"""Which failures are retried, and for how long.

No response, a 5xx and a missing permission, as IAM's changes take a while to arrive, share 30 seconds in all. The
resource's own timeout limits the retries of a throttled call, and the wait for a launch that is UPDATING. The pause
doubles, with jitter. Each call begins with a short one; the waits for a launch share one sequence.
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
    """How long the calls of one request are retried.

    Args:
        deadline: until when the API may be called.
        retry_until: until when a throttled call is retried and a launch waited for, on the deadline's forward clock.
        log: the request's log.
        jitter: returns a random number from 0 to 1.

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
        """Return the result of a call; retry it as the budget allows.

        Raises:
            TimeIsUpError: the response is due before another attempt would end.
            UnreachableError, ThrottledError: the last attempt failed with it, and the budget is spent.

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
        """Pause before the next read of a launch; return False if the timeout comes first."""
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
