"""The result of an operation that has an outcome of ownership beside its output."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evidently_service.domain.ownership import Outcome


@dataclass(frozen=True, slots=True)
class Result:
    """An output, and the ownership header's part of the response.

    Args:
        output: the members of the output shape.
        outcome: the outcome for the caller, None without an owner header.
        owners: LogicalResourceIds of the remaining owners after a release.

    """

    output: Mapping[str, Any]
    outcome: Outcome | None = None
    owners: Sequence[str] = ()
