"""Faults of the network in one invocation, call by call, as a test asks for them.

A call is one operation and its retries: a run of requests with the same method and path. Requests that change nothing
(GET) do not count as calls: they pass, unless the whole API is out of reach.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Fault(StrEnum):
    """A fault of a call, or of the whole API."""

    NONE = ""  # the request arrives, and so does its response
    LOST = "lost"  # 503 without an effect, at every attempt
    RESET = "reset"  # a reset without an effect, at every attempt
    RESPONSE_LOST = "response lost"  # the first attempt takes effect; each returns 503
    RESPONSE_RESET = "response reset"  # the first attempt takes effect; each ends with a reset
    LATE = (
        "late"  # the first attempt takes effect when the test applies it; each ends with a reset, the first after 10 s
    )
    REFUSED = "refused"  # 429, at every attempt
    FORBIDDEN = "forbidden"  # 403, at every attempt
    NOT_FOUND = "not found"  # the gateway's own 404, at every attempt
    SLOW = "slow"  # the response comes after `seconds`
    DEATH = "death"  # the request takes effect, and its sandbox is killed
    UNSENT = "unsent"  # the connection is refused
    HANDSHAKE = "handshake"  # the TLS handshake is refused
    STALLED = "stalled"  # the connection is accepted, and nothing follows until the sandbox is thawed


# Faults of the connection apply to the whole invocation.
CONNECTION: Final = frozenset({Fault.UNSENT, Fault.HANDSHAKE, Fault.STALLED})
_SLOW_SECONDS: Final = 9.0  # less than the provider's read time-out
# The fault of later attempts, where it differs from the first.
_LATER: Final = {
    Fault.RESPONSE_LOST: Fault.LOST,
    Fault.RESPONSE_RESET: Fault.RESET,
    Fault.LATE: Fault.RESET,
    Fault.SLOW: Fault.NONE,
}


@dataclass(frozen=True, slots=True)
class Faults:
    """The faults of one delivery.

    Args:
        calls: the faults of its calls, one after the other; later calls have none.
        api: a fault of all its requests, GETs too.
        seconds: how long that lasts, from the first request on; and how long a slow response takes.
        queued: seconds for which Lambda keeps the event in its queue.
        responses_lost: whether the response URL returns 503 to every response.

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
    """Return faults by the values of `Fault`, which `sequences.json` has too.

    Args:
        calls: the fault of each call, or a single fault of the connection.
        settings: other members of `Faults`.

    """
    named = tuple(Fault(call) for call in calls)
    if CONNECTION.isdisjoint(named):
        return Faults(calls=named, **{"seconds": _SLOW_SECONDS, **settings})
    (api,) = named
    return Faults(api=api, **settings)


@dataclass(slots=True)
class Plan:
    """The faults of one invocation, assigned to its requests as they come."""

    faults: Faults
    _calls: int = 0
    _last: tuple[str, str] | None = None
    _since: float | None = None

    def fault_of(self, method: str, path: str, now: float) -> Fault:
        """Return the fault of the next request."""
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
