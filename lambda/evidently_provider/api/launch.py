"""A launch as the API returns it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class LaunchStatus(StrEnum):
    """LaunchStatus of the API model."""

    CREATED = "CREATED"
    UPDATING = "UPDATING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"

    @property
    def has_ended(self) -> bool:
        """Whether the launch is over for good."""
        return self in {LaunchStatus.COMPLETED, LaunchStatus.CANCELLED}


@dataclass(frozen=True, slots=True)
class Launch:
    """A launch as the API returns it; times are ISO 8601 in UTC, "" stands for an absent member."""

    arn: str
    project_arn: str
    status: LaunchStatus
    status_reason: str
    created: str
    started: str
    last_updated: str

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Launch":
        """Read the `launch` member of a response.

        Raises:
            KeyError, ValueError: the document is not a launch.

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
    """Format a time for an attribute: ISO 8601 in UTC with milliseconds, "" for None."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if time else ""
