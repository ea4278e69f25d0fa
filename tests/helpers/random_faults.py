"""Faults between CloudFormation, the provider and the API, for random walks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Final

from helpers.launch_replies import refuses
from helpers.scripted_server import RESET, Reply

SLOW_SECONDS: Final = 9.0

# Faults of a call of the API. In the last two of FAULTS the call takes effect.
REFUSALS: Final[Mapping[str, Reply]] = {
    "throttled": refuses(429, "ThrottlingException"),
    "broken": refuses(500, "InternalServerException"),
    "unavailable": Reply(503),
    "forbidden": refuses(403, "AccessDeniedException"),
    "reset": RESET,
}
FAULTS: Final = (*REFUSALS, "response lost", "slow")
# A response to CloudFormation is accepted, accepted at the third attempt, or lost; then Lambda retries.
DELIVERIES: Final = ("accepted", "accepted late", "lost")


@dataclass(frozen=True, slots=True)
class Faults:
    """The faults of one request.

    Args:
        calls: the faults of its calls of the API, one after the other.
        last: whether the last of these lasts until the request ends.
        delivery: the fate of its response.
        twice: whether Lambda delivers it a second time at once.

    """

    calls: tuple[str, ...] = ()
    last: bool = False
    delivery: str = "accepted"
    twice: bool = False

    def per_call(self) -> Iterator[str]:
        """Yield the fault of each call, "" for none."""
        return chain(self.calls, repeat(self.calls[-1] if self.last and self.calls else ""))


NO_FAULT: Final = Faults()
