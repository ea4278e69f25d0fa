"""CloudFormation's request as a value.

Only the envelope is required: a rollback or a Delete may bring properties of any earlier version.

Envelope: CloudFormation user guide, "Custom resource request objects".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

_SIGNED_AT: Final = "X-Amz-Date"  # of a presigned URL (IAM user guide, "Create a signed AWS API request")


class RequestType(StrEnum):
    """RequestType of the envelope."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"


@dataclass(frozen=True, slots=True)
class Request:
    """One request of CloudFormation.

    Args:
        request_type: Create, Update or Delete.
        resource_type: `Custom::…`.
        request_id: RequestId; the same when Lambda retries.
        stack_id: ARN of the stack.
        logical_id: the resource's name in the template.
        physical_id: the id from the last response, "" on Create.
        properties: the resource's properties.
        old_properties: its properties before an Update.
        response_url: where the response goes; presigned, and so a secret.

    """

    request_type: RequestType
    resource_type: str
    request_id: str
    stack_id: str
    logical_id: str
    physical_id: str
    properties: Mapping[str, Any] = field(repr=False)
    old_properties: Mapping[str, Any] = field(repr=False)
    response_url: str = field(repr=False)

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> "Request":
        """Read a Lambda event.

        Raises:
            KeyError, ValueError: the event is not CloudFormation's, so no response is possible.

        """
        return cls(
            request_type=RequestType(event["RequestType"]),
            resource_type=str(event.get("ResourceType", "")),
            request_id=event["RequestId"],
            stack_id=event["StackId"],
            logical_id=event["LogicalResourceId"],
            physical_id=str(event.get("PhysicalResourceId") or ""),
            properties=_mapping(event.get("ResourceProperties")),
            old_properties=_mapping(event.get("OldResourceProperties")),
            response_url=event["ResponseURL"],
        )

    @property
    def stack_name(self) -> str:
        """The stack's name, from `arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID`."""
        parts = self.stack_id.split("/")
        return parts[1] if len(parts) > 1 else self.stack_id

    @property
    def requested_at(self) -> int | None:
        """When CloudFormation signed the request, in seconds since 1970, the same in a retry; None if unknown."""
        try:
            (text,) = parse_qs(urlsplit(self.response_url).query)[_SIGNED_AT]
            return int(datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp())
        except (KeyError, ValueError):
            return None

    @property
    def failure_id(self) -> str:
        """The physical id of a failure before any call: the request's own, or for a Create one that says so."""
        return self.physical_id or f"not-started:{self.requested_at or self.request_id}"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
