"""Golden events, as CloudFormation sent them: a rollback or a Delete may bring a payload of any earlier version.

Files in events/ are never changed; each new shape of a payload gets a new file.
"""

from typing import Any

import pytest

from evidently_provider.runtime.request import Request, RequestType
from helpers.launch_replies import CONFLICT, NOT_FOUND, launch_arn, released, shows, stopped
from helpers.provider_harness import EVENTS, Harness, golden
from helpers.scripted_server import Reply

RUNS = [shows("RUNNING")]
EXPECTED: dict[str, tuple[list[Reply], str, list[str]]] = {
    "create": (RUNS, launch_arn(), ["StartLaunch"]),
    "update": (RUNS, launch_arn(), ["StartLaunch"]),
    "rollback_update": (
        [NOT_FOUND, released("not-owner"), CONFLICT, *RUNS],
        launch_arn(),
        ["GetLaunch", "StopLaunch", "StartLaunch", "GetLaunch"],
    ),
    "delete": ([stopped()], launch_arn(), ["StopLaunch"]),
    "delete_after_failed_create": ([*RUNS, stopped()], "not-started:1795437717", ["GetLaunch", "StopLaunch"]),
    "delete_of_unknown_outcome": ([*RUNS, stopped()], f"{launch_arn()}#failed:1795437717", ["GetLaunch", "StopLaunch"]),
    "delete_of_made_up_id": ([*RUNS, stopped()], "shop-StartUpsell-1N8T4R0X9QWZ", ["GetLaunch", "StopLaunch"]),
    "delete_of_old_payload": ([stopped()], launch_arn(), ["StopLaunch"]),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_an_event_of_any_version_is_served_and_gets_a_response(harness: Harness, name: str) -> None:
    replies, physical_id, calls = EXPECTED[name]
    harness.api.plan(*replies)
    given = golden(name)
    requested_at = Request.from_event(given).requested_at

    response = harness.send(given, at=requested_at)

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", physical_id)
    for member in ("StackId", "RequestId", "LogicalResourceId"):
        assert response[member] == given[member]
    assert harness.calls == calls
    as_of = {call.owner["requested-at"] for call in harness.called if call.owner}
    assert as_of == {physical_id.rpartition(":")[2] if physical_id.endswith("1795437717") else str(requested_at)}


def test_every_golden_event_is_tested() -> None:
    assert {path.stem for path in EVENTS.glob("*.json")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_request_never_shows_its_secrets(name: str) -> None:
    request = Request.from_event(golden(name))

    assert "X-Amz-Signature" not in repr(request)
    assert "ServiceToken" not in repr(request)


@pytest.mark.parametrize(
    ("query", "requested_at"),
    [
        ("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20211120T003726Z&X-Amz-Expires=7200", 1_637_368_646),
        ("X-Amz-Date=yesterday", None),
        ("X-Amz-Date=20211120T003726", None),
        ("X-Amz-Date=", None),
        ("X-Amz-Date=20211120T003726Z&X-Amz-Date=20211120T003727Z", None),
        ("AWSAccessKeyId=AKIA&Expires=1637368646", None),
        ("", None),
    ],
)
def test_the_time_of_a_request_is_the_date_of_its_url(query: str, requested_at: int | None) -> None:
    request = Request.from_event({**golden("create"), "ResponseURL": f"https://s3.example.com/response?{query}"})

    assert request.requested_at == requested_at


@pytest.mark.parametrize("physical_id", [None, ""])
@pytest.mark.parametrize("properties", [None, "text", {"Project": "petfood"}])
def test_only_the_envelope_is_required(physical_id: str | None, properties: Any) -> None:
    given = {**golden("create"), "PhysicalResourceId": physical_id, "ResourceProperties": properties}
    del given["ResourceType"]

    request = Request.from_event(given)

    assert (request.request_type, request.resource_type) == (RequestType.CREATE, "")
    assert request.properties == (properties if isinstance(properties, dict) else {})
    assert request.failure_id == "not-started:1795437717"


@pytest.mark.parametrize(
    ("stack_id", "name"),
    [("arn:aws:cloudformation:eu-north-1:123456789012:stack/shop/0a1b", "shop"), ("shop", "shop"), ("", "")],
)
def test_a_stack_is_named_by_its_id(stack_id: str, name: str) -> None:
    assert Request.from_event({**golden("create"), "StackId": stack_id}).stack_name == name


def test_a_request_type_that_cloudformation_does_not_have_is_an_error() -> None:
    with pytest.raises(ValueError, match="Read"):
        Request.from_event({**golden("create"), "RequestType": "Read"})
