"""The checks of the scenarios: above all, that CloudFormation would accept a response."""

import json
from collections.abc import Mapping
from typing import Any, Final

from helpers.scripted_server import Received
from reliability.harness import Harness

MAX_RESPONSE_BYTES: Final = 4096
_MAX_ID_LENGTH: Final = 1024
_COPIED_FROM_THE_REQUEST: Final = ("StackId", "RequestId", "LogicalResourceId")


class FailedError(Exception):
    """A scenario failed; the message says how."""


def expect(condition: object, otherwise: str) -> None:
    """Check a condition.

    Raises:
        FailedError: it is false; `otherwise` is the message.

    """
    if not condition:
        raise FailedError(otherwise)


def valid(received: Received, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the response in a PUT to the response URL, if CloudFormation would accept it.

    Raises:
        FailedError: CloudFormation would refuse it.

    """
    expect(len(received.body) <= MAX_RESPONSE_BYTES, f"{len(received.body)} bytes")
    try:
        response: Mapping[str, Any] = json.loads(received.body)
    except ValueError:
        raise FailedError("no JSON") from None
    for name in _COPIED_FROM_THE_REQUEST:
        expect(response.get(name) == request[name], f"wrong {name}")
    expect(response.get("PhysicalResourceId"), "empty physical id")
    expect(len(response["PhysicalResourceId"]) <= _MAX_ID_LENGTH, "physical id too long")
    expect(response.get("Status") in {"SUCCESS", "FAILED"}, "no status")
    expect(response["Status"] == "SUCCESS" or response.get("Reason"), "no reason")
    return response


def accepted_response(
    harness: Harness, request: Mapping[str, Any], status: str = "", after: int = 0
) -> Mapping[str, Any]:
    """Return the one response that the response URL accepted, after `after` that it refused.

    Raises:
        FailedError: there is none, or more than one, or it is invalid, or has another status.

    """
    accepted = harness.response_url.received[after:]
    harness.response_url.received = []
    expect(accepted, "no response")
    expect(len(accepted) == 1, f"{len(accepted)} responses")
    response = valid(accepted[0], request)
    expect(status in {"", response["Status"]}, f"says {response['Status']}")
    return response


def outcome(response: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the members of a response that CloudFormation acts on."""
    return response["Status"], response["PhysicalResourceId"], response.get("Data")
