"""CloudFormation's requests and the responses to them, as values.

Envelopes: CloudFormation user guide, "Custom resource request objects" and "Custom resource response objects".
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import evidently_contract as contract
from helpers.driver.functions import Function
from helpers.evidently_api import ACCOUNT, REGION

if TYPE_CHECKING:
    from helpers.driver.deliveries import Delivery

MAX_BODY_BYTES: Final = 4096
MAX_ID_BYTES: Final = 1024


class ContractError(AssertionError):
    """CloudFormation would refuse the response."""


@dataclass(frozen=True, slots=True)
class Response:
    """A response of a custom resource."""

    status: str  # SUCCESS or FAILED
    physical_id: str
    reason: str
    data: Mapping[str, Any]
    at: float  # seconds since 1970


@dataclass(eq=False, slots=True, kw_only=True)
class Request:
    """A request to a custom resource. Every delivery has the same one."""

    kind: str  # Create, Update or Delete
    function: Function  # behind the ServiceToken
    stack_id: str
    url: str  # the response URL
    requested_at: int | None  # its date, in whole seconds since 1970; None: it has none
    logical_id: str = "Start"
    resource_type: str = contract.START_LAUNCH_RESOURCE_TYPE
    properties: Mapping[str, Any]
    old_properties: Mapping[str, Any] | None = None  # before an Update
    physical_id: str | None = None
    purpose: str = ""  # in a stack operation, such as `rollback update Start`
    request_id: str = field(default_factory=lambda: str(uuid4()))
    responses: list[Response] = field(default_factory=list)  # of all deliveries
    deliveries: list["Delivery"] = field(default_factory=list)
    responded: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def event(self) -> dict[str, Any]:
        """The event that the function receives."""
        event: dict[str, Any] = {
            "RequestType": self.kind,
            "ServiceToken": self.function.arn,
            "ResponseURL": self.url,
            "StackId": self.stack_id,
            "RequestId": self.request_id,
            "LogicalResourceId": self.logical_id,
            "ResourceType": self.resource_type,
            "ResourceProperties": self._as_sent(self.properties),
        }
        if self.physical_id is not None:
            event["PhysicalResourceId"] = self.physical_id
        if self.old_properties is not None:
            event["OldResourceProperties"] = self._as_sent(self.old_properties)
        return event

    def response_in(self, body: bytes, at: float) -> Response:
        """Read a response to this request.

        Raises:
            ContractError: it breaks a rule.

        """
        if len(body) > MAX_BODY_BYTES:
            raise ContractError(f"a response of {len(body)} bytes")
        found = json.loads(body)
        echoed = {"StackId": self.stack_id, "RequestId": self.request_id, "LogicalResourceId": self.logical_id}
        for name, value in echoed.items():
            if found.get(name) != value:
                raise ContractError(f"{name} is {found.get(name)!r} in the response to {value!r}")
        status, physical_id = found.get("Status"), found.get("PhysicalResourceId")
        if status not in {"SUCCESS", "FAILED"} or (status == "FAILED" and not found.get("Reason")):
            raise ContractError(f"a response with Status {status!r} and Reason {found.get('Reason')!r}")
        if not isinstance(physical_id, str) or not 0 < len(physical_id.encode()) <= MAX_ID_BYTES:
            raise ContractError(f"a response with PhysicalResourceId {physical_id!r}")
        return Response(status, physical_id, found.get("Reason", ""), found.get("Data", {}), at)

    def _as_sent(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = as_strings({"ServiceToken": self.function.arn, **properties})
        return found


def new_stack_id(name: str) -> str:
    """Return the ARN of a new stack; the next one of the same name gets another."""
    return f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{name}/{uuid4()}"


def made_up_id(stack_id: str, logical_id: str) -> str:
    """Return the physical id that CloudFormation makes up for a resource without a response."""
    return f"{stack_id.split('/')[1]}-{logical_id}-{uuid4().hex[:12].upper()}"


def as_strings(value: Any) -> Any:
    """Return properties as CloudFormation sends them: every scalar is a string."""
    match value:
        case Mapping():
            return {name: as_strings(each) for name, each in value.items()}
        case list():
            return [as_strings(each) for each in value]
        case bool():
            return str(value).lower()
        case _:
            return str(value)
