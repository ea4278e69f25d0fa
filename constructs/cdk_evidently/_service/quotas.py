"""How many projects, segments, features and launches an `EvidentlyService` takes."""

import json
from dataclasses import asdict, dataclass, fields

from cdk_evidently.errors import InvalidArgumentError


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """The limits of a service; where one is reached, the API answers with ServiceQuotaExceededException.

    The defaults are AWS's, as in the CloudWatch user guide's page on Evidently's quotas.

    Args:
        projects: how many projects there may be.
        segments: how many segments there may be.
        features_per_project: how many features a project may have.
        launches_per_project: how many launches a project may have.
        running_launches_per_project: how many of them may run at the same time.

    Raises:
        InvalidArgumentError: one of them is not a number of at least 1.

    """

    projects: int = 50
    segments: int = 500
    features_per_project: int = 100
    launches_per_project: int = 500
    running_launches_per_project: int = 50

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise InvalidArgumentError(name, value, "a number of at least 1", "Leave it out for AWS's default")

    def differing(self) -> str | None:
        """Return what is not the default as a JSON object, None where nothing is."""
        changed = {it.name: value for it in fields(self) if (value := getattr(self, it.name)) != it.default}
        return json.dumps(changed) if changed else None
