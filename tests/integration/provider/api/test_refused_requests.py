"""Refused requests: for another account's stack, for another URL, of an unknown type."""

import re

import pytest

from evidently_provider.ownership.identity import endpoint_digest
from helpers.launch_replies import launch_arn, shows, stopped
from helpers.provider_harness import MADE_UP, NOT_STARTED, NOW, STACK_ID, Harness, event

OURS, ADOPTED, UNKNOWN = launch_arn(), f"{launch_arn()}#adopted", f"{launch_arn()}#failed:{NOW}"


@pytest.mark.parametrize(
    ("given", "status"),
    [(OURS, "FAILED"), (UNKNOWN, "FAILED"), (ADOPTED, "SUCCESS"), (NOT_STARTED, "SUCCESS"), (MADE_UP, "SUCCESS")],
)
def test_a_request_for_a_stack_of_another_account_calls_nothing(either: Harness, given: str, status: str) -> None:
    stack = STACK_ID.replace("123456789012", "210987654321")

    response = either.send({**event("Delete", given), "StackId": stack})

    assert (response["Status"], response["PhysicalResourceId"]) == (status, given)
    assert either.calls == []
    if status == "FAILED":
        assert response["Reason"].startswith(f"StackId is '{stack}'; it must be the ARN of a stack of account")


@pytest.mark.parametrize("request_type", ["Create", "Update", "Delete"])
@pytest.mark.parametrize("logical_id", ['A", action=acquire, resource="B', "A\r\nx-evidently-owner: B", "Ä", ""])
def test_a_logical_id_in_another_form_is_refused_before_any_call(
    either: Harness, request_type: str, logical_id: str
) -> None:
    response = either.send({**event(request_type, OURS), "LogicalResourceId": logical_id})

    assert response["Status"] == "FAILED"
    assert response["Reason"].startswith(f"LogicalResourceId is {logical_id!r}; it must be ")
    assert either.calls == []


@pytest.mark.parametrize("request_type", ["Update", "Delete"])
@pytest.mark.parametrize("mark", ["", f"#failed:{NOW}"])
def test_a_resource_at_another_url_is_refused_with_the_way_out(harness: Harness, request_type: str, mark: str) -> None:
    given = f"{OURS}{mark}#at:{endpoint_digest('https://elsewhere.example.com')}"

    response = harness.send(event(request_type, given, Endpoint=harness.api.url))

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", given)
    assert "give the new URL to another EvidentlyProvider" in response["Reason"]
    assert harness.calls == []


def test_a_resource_at_the_providers_url_is_served_and_keeps_its_id(harness: Harness) -> None:
    harness.api.plan(shows("RUNNING"), shows("RUNNING"), stopped())
    created = harness.send(event("Create", Endpoint=harness.api.url))["PhysicalResourceId"]

    updated = harness.send(event("Update", created, Endpoint=harness.api.url))
    deleted = harness.send(event("Delete", created, Endpoint=harness.api.url))

    assert re.fullmatch(rf"{re.escape(OURS)}#at:[0-9a-f]{{8}}", created)
    assert (updated["PhysicalResourceId"], deleted["Status"]) == (created, "SUCCESS")
    assert harness.calls == ["StartLaunch", "StartLaunch", "StopLaunch"]


def test_a_delete_of_a_resource_adopted_at_another_url_succeeds(harness: Harness) -> None:
    given = f"{ADOPTED}#at:{endpoint_digest('https://elsewhere.example.com')}"

    assert harness.send(event("Delete", given, Endpoint=harness.api.url))["Status"] == "SUCCESS"


def test_a_delete_of_a_type_that_this_version_does_not_know_succeeds(either: Harness) -> None:
    response = either.send({**event("Delete", "whatever"), "ResourceType": "Custom::EvidentlyLater"})

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", "whatever")


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_a_type_that_this_version_does_not_know_fails_and_says_so(either: Harness, request_type: str) -> None:
    response = either.send({**event(request_type), "ResourceType": "Custom::EvidentlyLater"})

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", NOT_STARTED)
    assert "Custom::EvidentlyLater" in response["Reason"]
    assert "Custom::EvidentlyStartLaunch" in response["Reason"]
