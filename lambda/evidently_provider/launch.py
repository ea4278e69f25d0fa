"""A launch as the API shows it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from evidently_provider.decisions import LaunchStatus


@dataclass(frozen=True, slots=True)
class Launch:
    """A launch as the API shows it; times are ISO 8601 in UTC, what is absent is ""."""

    arn: str
    project_arn: str
    status: LaunchStatus
    status_reason: str
    created: str
    started: str
    last_updated: str

    @classmethod
    def shown(cls, document: Mapping[str, Any]) -> "Launch":
        """The launch in an answer.

        Raises:
            KeyError, ValueError: it is none.

        """
        execution = document.get("execution") or {}
        return cls(
            arn=document["arn"],
            project_arn=document.get("project") or "",
            status=LaunchStatus(document["status"]),
            status_reason=document.get("statusReason") or "",
            created=iso_time(document.get("createdTime")),
            started=iso_time(execution.get("startedTime")),
            last_updated=iso_time(document.get("lastUpdatedTime")),
        )


def iso_time(time: datetime | None) -> str:
    """A time as attributes have it, "" for none."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if time else ""
