"""`Quotas`: the numbers of projects, segments, features and launches that an `EvidentlyService` allows."""

from dataclasses import asdict, dataclass, fields

from constructs import IConstruct

from cdk_evidently._cdk.tokens import has_unknown, json_text
from cdk_evidently.errors import InvalidArgumentError


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """The limits of a service. The API refuses a request beyond one with ServiceQuotaExceededException.

    The defaults are AWS's (CloudWatch user guide, "CloudWatch Evidently quotas").

    Args:
        projects: the most projects. This and the others may be tokens.
        segments: the most segments.
        features_per_project: the most features of a project.
        launches_per_project: the most launches of a project.
        running_launches_per_project: the most launches of a project that run at the same time.

    Raises:
        InvalidArgumentError: a limit is not a whole number of at least 1.

    """

    projects: float = 50
    segments: float = 500
    features_per_project: float = 100
    launches_per_project: float = 500
    running_launches_per_project: float = 50

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not has_unknown(value) and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
                raise InvalidArgumentError(
                    name, value, "a whole number of at least 1", "Leave it out for AWS's default"
                )

    def differing(self, scope: IConstruct) -> str | None:
        """Return the limits that differ from the defaults as a JSON object, None if no limit does."""
        changed = {it.name: value for it in fields(self) if (value := getattr(self, it.name)) != it.default}
        return json_text(scope, changed) if changed else None
