"""One call of an operation: what it was given, and what it may use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from evidently_service.domain.arns import Arns
from evidently_service.domain.errors import ConflictError
from evidently_service.domain.ownership import Caller, Outcome
from evidently_service.domain.quotas import Quotas
from evidently_service.domain.resources import Kind
from evidently_service.storage.store import Store
from evidently_service.telemetry.deliveries import Deliveries

_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class Call:
    """A validated call.

    Args:
        given: The input's members.
        caller: Who makes it and what it wants of the ownership; None where it doesn't say, or the operation has nothing
            to do with that.
        arns: Where the API runs.
        now: The time of the call, in milliseconds since 1970.
        clock: The time as it goes on.
        store: The table.
        quotas: The limits of this deployment.
        deliveries: Where evaluation events go.
        write: Takes a line of the log.

    """

    given: Mapping[str, Any]
    caller: Caller | None
    arns: Arns
    now: int
    clock: Callable[[], int]
    store: Store
    quotas: Quotas
    deliveries: Deliveries
    write: Callable[[str], object]

    @property
    def project(self) -> str:
        """Name of the project that the path names by name or ARN."""
        return self.arns.name_of(Kind.PROJECT, self.given["project"])

    def refuse_expired(self) -> None:
        """Refuse a claim that may take effect no more; by the clock, as reads and attempts before it took their time.

        Raises:
            ConflictError: its `not-after` has passed.

        """
        if self.caller is not None and self.caller.is_expired(self.clock() / _MILLISECONDS):
            sentence = "The request came, or could be carried out, only after its own not-after: nothing has changed."
            raise ConflictError(sentence, outcome=Outcome.EXPIRED)
