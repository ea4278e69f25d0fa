"""Retries of an operation whose transaction conflicts with another one, with growing, jittered pauses."""

from collections.abc import Callable
from typing import TypeVar

from evidently_service.domain.errors import ContendedError, ThrottledError

ATTEMPTS = 10
_FIRST_PAUSE_SECONDS = 0.02
_LONGEST_PAUSE_SECONDS = 0.5

T = TypeVar("T")


def retry_on_conflict(attempt: Callable[[], T], *, pause: Callable[[float], None], jitter: Callable[[], float]) -> T:
    """Return the result of an operation; run it again after a ContendedError, which means that it wrote nothing.

    Args:
        attempt: the whole operation, from its first read.
        pause: sleeps for a number of seconds.
        jitter: returns a random number from 0 to 1.

    Raises:
        ThrottledError: all ten attempts met another write; the pauses between them take 2.6 seconds at most.

    """
    for number in range(ATTEMPTS - 1):
        try:
            return attempt()
        except ContendedError:
            longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2**number)
            # Without jitter the same callers would meet again.
            pause(longest * (0.5 + jitter() / 2))
    try:
        return attempt()
    except ContendedError:
        raise ThrottledError("Too many simultaneous changes of the same resource; try again.") from None
