"""What becomes of one invocation's requests: faults of the network, as a test asks for them, call by call.

A call is what the handler means by one: a run of requests with the same method and path is one call and its retries.
Requests that change nothing (GET) are no calls: they pass, unless the whole API is out of reach.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Fault(StrEnum):
    """What becomes of a call, or of the whole API."""

    NONE = ""  # it arrives and is answered
    LOST = "lost"  # 503 without an effect, at every attempt
    RESET = "reset"  # a reset without an effect, at every attempt
    ANSWER_LOST = "answer lost"  # the first attempt takes effect; each is answered 503
    ANSWER_RESET = "answer reset"  # the first attempt takes effect; each ends with a reset
    LATE = "late"  # the first attempt takes effect when the test says so; each ends with a reset, that one after 10 s
    REFUSED = "refused"  # 429, at every attempt
    FORBIDDEN = "forbidden"  # 403, at every attempt
    NOT_FOUND = "not found"  # the gateway's own 404, at every attempt
    SLOW = "slow"  # answered after `seconds`
    DEATH = "death"  # it takes effect, and the sandbox that sent it is killed
    UNSENT = "unsent"  # the connection is refused
    HANDSHAKE = "handshake"  # the TLS handshake is refused
    STALLED = "stalled"  # the connection is accepted, and nothing more: not until the sandbox is thawed


# These are of connections, hence of the invocation as a whole.
CONNECTION: Final = frozenset({Fault.UNSENT, Fault.HANDSHAKE, Fault.STALLED})
_SLOW_SECONDS: Final = 9.0  # within what the provider waits for an answer
# Attempts after the first one; what is not here is as the first.
_LATER: Final = {
    Fault.ANSWER_LOST: Fault.LOST,
    Fault.ANSWER_RESET: Fault.RESET,
    Fault.LATE: Fault.RESET,
    Fault.SLOW: Fault.NONE,
}


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong with one delivery.

    Args:
        calls: what becomes of its calls that change something, one after the other; those after these pass.
        api: what becomes of all of its requests, GETs too.
        seconds: how long that lasts, from its first request on; and how long a slow answer takes.
        queued: how long Lambda keeps the event before the function gets it, in seconds.
        responses_lost: whether the response URL answers 503 to all that it sends.

    """

    calls: Sequence[Fault] = ()
    api: Fault = Fault.NONE
    seconds: float = float("inf")
    queued: float = 0.0
    responses_lost: bool = False

    def __post_init__(self) -> None:
        if not CONNECTION.isdisjoint(self.calls):
            raise ValueError("a fault of the connection is of the whole API")


def faults(*calls: str, **settings: Any) -> Faults:
    """Faults by their words, those of `sequences.json` among them.

    Args:
        calls: what becomes of each call; a fault of the connection can only be alone.
        settings: of `Faults`.

    """
    named = tuple(Fault(call) for call in calls)
    if CONNECTION.isdisjoint(named):
        return Faults(calls=named, **{"seconds": _SLOW_SECONDS, **settings})
    (api,) = named
    return Faults(api=api, **settings)


@dataclass(slots=True)
class Plan:
    """The faults of one invocation as it goes on: which request gets what."""

    faults: Faults
    _calls: int = 0
    _last: tuple[str, str] | None = None
    _since: float | None = None

    def fault_of(self, method: str, path: str, now: float) -> Fault:
        """What becomes of the next request."""
        self._since = now if self._since is None else self._since
        if self.faults.api and now < self._since + self.faults.seconds:
            return self.faults.api
        if method == "GET":
            return Fault.NONE
        is_first = self._last != (method, path)
        self._calls += is_first
        self._last = (method, path)
        fault = Fault.NONE if self._calls > len(self.faults.calls) else self.faults.calls[self._calls - 1]
        return fault if is_first else _LATER.get(fault, fault)
