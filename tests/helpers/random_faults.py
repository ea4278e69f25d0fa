"""What goes wrong between CloudFormation, the provider and the API, for random walks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Final

from helpers.launch_replies import refuses
from helpers.scripted_server import RESET, Reply

SLOW_SECONDS: Final = 9.0

# What may become of a call of the API. After the last two the API has done what the call wanted.
REFUSALS: Final[Mapping[str, Reply]] = {
    "throttled": refuses(429, "ThrottlingException"),
    "broken": refuses(500, "InternalServerException"),
    "unavailable": Reply(503),
    "forbidden": refuses(403, "AccessDeniedException"),
    "reset": RESET,
}
FAULTS: Final = (*REFUSALS, "response lost", "slow")
# What may become of a response to CloudFormation: accepted, accepted at the third try, or never; then Lambda retries.
DELIVERIES: Final = ("accepted", "accepted late", "lost")


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong with one request.

    Args:
        calls: what becomes of its calls of the API, one after the other.
        last: whether the last of these lasts until the request is over.
        delivery: what becomes of its response.
        twice: whether it is delivered once more at once.

    """

    calls: tuple[str, ...] = ()
    last: bool = False
    delivery: str = "accepted"
    twice: bool = False

    def per_call(self) -> Iterator[str]:
        """What becomes of each call."""
        return chain(self.calls, repeat(self.calls[-1] if self.last and self.calls else ""))


NO_FAULT: Final = Faults()
