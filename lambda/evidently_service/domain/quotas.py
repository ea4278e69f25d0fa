"""How many there may be: AWS's default quotas, and the error when one is reached.

The numbers are those of the CloudWatch user guide. The real quota codes were never published; these are ours.
"""

import json
from dataclasses import dataclass
from enum import StrEnum

from evidently_service.domain.errors import SERVICE_CODE, QuotaExceededError


@dataclass(frozen=True, slots=True)
class Quotas:
    """The limits of one deployment."""

    projects: int = 50
    features_per_project: int = 100
    launches_per_project: int = 500
    running_launches_per_project: int = 50
    segments: int = 500

    @classmethod
    def read(cls, text: str | None) -> "Quotas":
        """Return the limits of a deployment's environment: JSON of those that differ, None where none does."""
        return cls(**json.loads(text)) if text else cls()


class QuotaCode(StrEnum):
    """quotaCode of ServiceQuotaExceededException."""

    PROJECTS = "L-E0000001"
    FEATURES_PER_PROJECT = "L-E0000002"
    LAUNCHES_PER_PROJECT = "L-E0000003"
    RUNNING_LAUNCHES_PER_PROJECT = "L-E0000004"
    SEGMENTS = "L-E0000005"


def exceeded(code: QuotaCode, limit: int, kind: str, arn: str) -> QuotaExceededError:
    """Make the answer where `limit` is reached; `kind` and `arn` name what could not be made or started."""
    what = code.name.lower().replace("_", " ")
    sentence = f"The quota of {limit} {what} is reached; delete or stop what is no longer needed."
    return QuotaExceededError(
        sentence, resourceId=arn, resourceType=kind, serviceCode=SERVICE_CODE, quotaCode=code.value
    )
