"""Events that CloudFormation sends, kept for ever: old payloads come back on rollback and Delete.

A file here is never changed, only added to: for each new shape of a payload, one more.
"""

from typing import Any

import pytest

from evidently_provider.request import Request, RequestType
from helpers.launch_replies import CONFLICT, launch_arn, shows, stopped
from helpers.provider_scene import EVENTS, Scene, golden
from helpers.scripted_server import Reply

RUNS = [shows("RUNNING")]
EXPECTED: dict[str, tuple[list[Reply], str, list[str]]] = {
    "create": (RUNS, launch_arn(), ["StartLaunch"]),
    "update": (RUNS, launch_arn(), ["StartLaunch"]),
    "rollback_update": ([CONFLICT, *RUNS], launch_arn(), ["StartLaunch", "GetLaunch"]),
    "delete": ([stopped()], launch_arn(), ["StopLaunch"]),
    "delete_after_failed_create": ([], "not-started:11111111-2222-4333-8444-555555555555", []),
    "delete_of_invented_id": ([stopped()], "shop-StartUpsell-1N8T4R0X9QWZ", ["StopLaunch"]),
    "delete_of_old_payload": ([stopped()], launch_arn(), ["StopLaunch"]),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_an_event_of_any_age_is_answered_in_its_own_name(scene: Scene, name: str) -> None:
    replies, physical_id, calls = EXPECTED[name]
    scene.api.plan(*replies)
    asked = golden(name)

    answer = scene.send(asked)

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", physical_id)
    for member in ("StackId", "RequestId", "LogicalResourceId"):
        assert answer[member] == asked[member]
    assert scene.calls == calls
    assert {call.launch for call in scene.called} <= {"november"}


def test_every_event_that_is_kept_is_tested() -> None:
    assert {path.stem for path in EVENTS.glob("*.json")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_request_never_shows_its_secrets(name: str) -> None:
    request = Request.from_event(golden(name))

    assert "X-Amz-Signature" not in repr(request)
    assert "ServiceToken" not in repr(request)


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20211120T003726Z&X-Amz-Expires=7200", 1_637_368_646_000),
        ("X-Amz-Date=yesterday", None),
        ("X-Amz-Date=20211120T003726Z&X-Amz-Date=20211120T003727Z", None),
        ("AWSAccessKeyId=AKIA&Expires=1637368646", None),
        ("", None),
    ],
)
def test_the_time_of_a_request_is_that_of_its_urls_signature(query: str, asked: int | None) -> None:
    request = Request.from_event({**golden("create"), "ResponseURL": f"https://s3.example.com/answers?{query}"})

    assert request.asked == asked


@pytest.mark.parametrize("physical_id", [None, ""])
@pytest.mark.parametrize("properties", [None, "text", {"Project": "petfood"}])
def test_only_the_envelope_is_required(physical_id: str | None, properties: Any) -> None:
    asked = {**golden("create"), "PhysicalResourceId": physical_id, "ResourceProperties": properties}
    del asked["ResourceType"]

    request = Request.from_event(asked)

    assert (request.request_type, request.resource_type) == (RequestType.CREATE, "")
    assert request.properties == (properties if isinstance(properties, dict) else {})
    assert request.failure_id == f"not-started:{asked['RequestId']}"


@pytest.mark.parametrize(
    ("stack_id", "name"),
    [("arn:aws:cloudformation:eu-north-1:123456789012:stack/shop/0a1b", "shop"), ("shop", "shop"), ("", "")],
)
def test_a_stack_is_named_by_its_id(stack_id: str, name: str) -> None:
    assert Request.from_event({**golden("create"), "StackId": stack_id}).stack_name == name


def test_a_request_type_that_cloudformation_does_not_have_is_an_error() -> None:
    with pytest.raises(ValueError, match="Read"):
        Request.from_event({**golden("create"), "RequestType": "Read"})
