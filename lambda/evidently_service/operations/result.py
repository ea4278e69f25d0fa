"""What an operation comes to, where it has more to say than the members of its output."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evidently_service.domain.ownership import Outcome


@dataclass(frozen=True, slots=True)
class Result:
    """An output, and what the response says of ownership beside it.

    Args:
        output: The members of the output shape.
        outcome: What came of the caller's claim, None where it made none.
        owners: The LogicalResourceIds that own it still after a release.

    """

    output: Mapping[str, Any]
    outcome: Outcome | None = None
    owners: Sequence[str] = ()
