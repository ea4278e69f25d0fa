"""Quotas: AWS's defaults, and the error of a request that would exceed one.

The numbers are from the CloudWatch user guide. AWS never published the quota codes; these are our own.
"""

import json
from dataclasses import dataclass
from enum import StrEnum

from evidently_service.domain.errors import SERVICE_CODE, QuotaExceededError


@dataclass(frozen=True, slots=True)
class Quotas:
    """The quotas of one deployment."""

    projects: int = 50
    features_per_project: int = 100
    launches_per_project: int = 500
    running_launches_per_project: int = 50
    segments: int = 500

    @classmethod
    def read(cls, text: str | None) -> "Quotas":
        """Return the quotas of an environment variable: a JSON object of the changed ones; None changes none."""
        return cls(**json.loads(text)) if text else cls()


class QuotaCode(StrEnum):
    """quotaCode of ServiceQuotaExceededException."""

    PROJECTS = "L-E0000001"
    FEATURES_PER_PROJECT = "L-E0000002"
    LAUNCHES_PER_PROJECT = "L-E0000003"
    RUNNING_LAUNCHES_PER_PROJECT = "L-E0000004"
    SEGMENTS = "L-E0000005"


def exceeded(code: QuotaCode, limit: int, kind: str, arn: str) -> QuotaExceededError:
    """Return the error of a reached limit; `kind` and `arn` are of the resource that was not created or started."""
    what = code.name.lower().replace("_", " ")
    sentence = f"The quota of {limit} {what} is reached; delete or stop resources that you no longer need."
    return QuotaExceededError(
        sentence, resourceId=arn, resourceType=kind, serviceCode=SERVICE_CODE, quotaCode=code.value
    )
