"""One call of an operation: its input and its surroundings."""

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
from evidently_service.telemetry.metrics import EvaluationMetrics

_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class Call:
    """A validated call.

    Args:
        given: the input's members.
        caller: the caller and its action on the ownership; None without an owner header, and for an operation without
            actions.
        arns: the ARNs of this API.
        now: the time of the call, in milliseconds since 1970.
        clock: returns the current time, in milliseconds since 1970.
        store: the table.
        quotas: the quotas of this deployment.
        deliveries: delivers evaluation events.
        evaluations: the metrics of evaluations.
        write: writes a line to the log.

    """

    given: Mapping[str, Any]
    caller: Caller | None
    arns: Arns
    now: int
    clock: Callable[[], int]
    store: Store
    quotas: Quotas
    deliveries: Deliveries
    evaluations: EvaluationMetrics
    write: Callable[[str], object]

    @property
    def project(self) -> str:
        """Name of the project in the path, which has its name or ARN."""
        return self.arns.name_of(Kind.PROJECT, self.given["project"])

    def refuse_expired(self) -> None:
        """Refuse a request whose `not-after` has passed, by the clock: earlier reads and attempts took time.

        Raises:
            ConflictError: `not-after` has passed.

        """
        if self.caller is not None and self.caller.is_expired(self.clock() / _MILLISECONDS):
            sentence = "The request arrived, or would have taken effect, after its not-after time; it changed nothing."
            raise ConflictError(sentence, outcome=Outcome.EXPIRED)
