"""Create and Update of a StartLaunch: the launch's state, the calls, and the response."""

import json
from dataclasses import replace
from typing import Any

import pytest

import evidently_contract as contract
from helpers.launch_replies import (
    CONFLICT,
    INVALID,
    LAUNCH,
    NOT_FOUND,
    PROJECT_ARN,
    STALE,
    launch_arn,
    released,
    shows,
    with_outcome,
)
from helpers.provider_harness import LOGICAL_ID, NOT_STARTED, REQUEST_ID, STACK_ID, Harness, LogLines, event
from helpers.scripted_server import Reply

OURS, ADOPTED, OTHER = launch_arn(), f"{launch_arn()}#adopted", launch_arn("october")
REFUSED = pytest.mark.parametrize("refused", [CONFLICT, INVALID], ids=["409", "400"])
ENDED = pytest.mark.parametrize("ended", ["COMPLETED", "CANCELLED"])
SAME = pytest.mark.parametrize("given", [OURS, ADOPTED], ids=["owned", "adopted"])
NEW = pytest.mark.parametrize("given", ["", OTHER], ids=["create", "update_to_another_launch"])
STARTS_AND_READS = ["StartLaunch", "GetLaunch"]


def acquiring(given: str, **properties: Any) -> dict[str, object]:
    """Return a Create, or the Update of a resource with an id."""
    return event("Update" if given else "Create", given, **properties)


@pytest.mark.parametrize(
    ("given", "action"), [("", "acquire-new"), (OTHER, "acquire"), (OURS, "acquire"), (ADOPTED, "acquire")]
)
def test_a_launch_that_starts_is_owned_after_one_call(either: Harness, given: str, action: str) -> None:
    either.api.plan(shows("RUNNING"))

    response = either.send(acquiring(given))

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", OURS)
    assert response["Data"]["StartedBy"] == "stack"
    assert either.calls == ["StartLaunch"]
    assert either.changes == [("StartLaunch", "november", action)]


@REFUSED
@NEW
def test_a_launch_that_runs_already_is_adopted_after_two_calls(either: Harness, given: str, refused: Reply) -> None:
    either.api.plan(refused, shows("RUNNING"))

    response = either.send(acquiring(given))

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", ADOPTED)
    assert response["Data"]["StartedBy"] == "adopted"
    assert either.calls == STARTS_AND_READS


@REFUSED
@pytest.mark.parametrize("given", ["", OTHER, OURS, ADOPTED])
def test_a_launch_that_stays_created_fails_with_the_apis_message(either: Harness, given: str, refused: Reply) -> None:
    either.api.plan(refused, shows("CREATED"))

    response = either.send(acquiring(given))

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", given or NOT_STARTED)
    assert "No, and that is why." in response["Reason"]
    assert either.calls == STARTS_AND_READS


@ENDED
@NEW
def test_a_launch_that_has_ended_fails_and_says_what_to_do(either: Harness, given: str, ended: str) -> None:
    either.api.plan(CONFLICT, shows(ended, reason="Black Friday is over"))

    response = either.send(acquiring(given))

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", given or NOT_STARTED)
    for part in (LAUNCH, ended, "Black Friday is over", "Create a new launch"):
        assert part in response["Reason"]
    assert either.calls == STARTS_AND_READS


@NEW
@pytest.mark.parametrize("replies", [[NOT_FOUND], [CONFLICT, NOT_FOUND]], ids=["at_once", "meanwhile"])
def test_a_launch_that_does_not_exist_fails_with_a_reason(either: Harness, given: str, replies: list[Reply]) -> None:
    either.api.plan(*replies)

    response = either.send(acquiring(given))

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", given or NOT_STARTED)
    if len(replies) == 1:
        for part in ("'petfood'", "'november'", either.api.url):
            assert part in response["Reason"]


@pytest.mark.parametrize("given", ["", OTHER, OURS, ADOPTED])
def test_a_start_waits_for_an_updating_launch(either: Harness, given: str) -> None:
    either.api.plan(CONFLICT, shows("UPDATING"), CONFLICT, shows("UPDATING"), shows("RUNNING"))

    response = either.send(acquiring(given))

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", OURS)
    assert either.calls == [*STARTS_AND_READS, *STARTS_AND_READS, "StartLaunch"]
    assert len(either.clock.pauses) == 2


@NEW
def test_a_launch_that_is_updating_after_its_start_is_owned(plain: Harness, given: str) -> None:
    plain.api.plan(shows("UPDATING"), CONFLICT, shows("RUNNING"))

    response = plain.send(acquiring(given))

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", OURS)
    assert response["Data"]["StartedBy"] == "stack"


@pytest.mark.parametrize("given", ["", OTHER, OURS, ADOPTED])
def test_a_launch_that_is_updating_past_the_timeout_fails(either: Harness, given: str) -> None:
    either.api.plan(then=[CONFLICT, shows("UPDATING")] * 100)

    response = either.send(acquiring(given, TimeoutSeconds="20"))

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", given or NOT_STARTED)
    assert "UPDATING" in response["Reason"]
    assert 10 < sum(either.clock.pauses) <= 20


@REFUSED
@SAME
def test_an_update_of_a_launch_that_runs_keeps_its_id(either: Harness, given: str, refused: Reply) -> None:
    either.api.plan(refused, shows("RUNNING"))

    response = either.send(acquiring(given))

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", given)
    assert either.calls == STARTS_AND_READS


@pytest.mark.parametrize(
    ("fixture", "given", "started_by"),
    [
        ("plain", OURS, "stack"),
        ("plain", ADOPTED, "adopted"),
        # An API with the rules never refuses a start by an owner, so the launch has another owner by now.
        ("harness", OURS, "adopted"),
        ("harness", ADOPTED, "adopted"),
    ],
)
def test_started_by_says_what_a_delete_will_do(
    fixture: str, given: str, started_by: str, request: pytest.FixtureRequest
) -> None:
    here: Harness = request.getfixturevalue(fixture)
    here.api.plan(CONFLICT, shows("RUNNING"))

    assert here.send(event("Update", given))["Data"]["StartedBy"] == started_by


@ENDED
@SAME
def test_an_update_of_a_launch_that_has_ended_succeeds_and_says_so(either: Harness, given: str, ended: str) -> None:
    either.api.plan(CONFLICT, shows(ended, reason="over"))

    response = either.send(acquiring(given))

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", given)
    assert (response["Data"]["LaunchStatus"], response["Data"]["StatusReason"]) == (ended, "over")
    assert either.calls == STARTS_AND_READS


@SAME
@pytest.mark.parametrize(
    "replies",
    [[NOT_FOUND], [CONFLICT, NOT_FOUND], [CONFLICT, shows("UPDATING"), NOT_FOUND]],
    ids=["at_once", "meanwhile", "while_waiting"],
)
def test_an_update_of_a_launch_that_was_deleted_succeeds_without_a_status(
    either: Harness, log: LogLines, given: str, replies: list[Reply]
) -> None:
    either.api.plan(*replies)

    response = either.send(acquiring(given))

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", given)
    assert (response["Data"]["LaunchArn"], response["Data"]["LaunchStatus"]) == (OURS, "")
    assert [line["level"] for line in log() if line["step"] == "not_found"] == ["WARNING"]


@pytest.mark.parametrize("given", ["", OTHER, OURS, ADOPTED])
@pytest.mark.parametrize(
    "refused",
    [STALE, with_outcome(CONFLICT, contract.OUTCOME_FULL), with_outcome(CONFLICT, contract.OUTCOME_EXPIRED)],
    ids=["stale", "full", "expired"],
)
def test_a_start_that_the_rules_refuse_is_final(harness: Harness, given: str, refused: Reply) -> None:
    harness.api.plan(refused)

    response = harness.send(acquiring(given))

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", given or NOT_STARTED)
    assert "No, and that is why." in response["Reason"]
    assert harness.calls == ["StartLaunch"]


def test_an_update_releases_the_launch_that_nothing_names_any_more(harness: Harness) -> None:
    # The rollback's Update, after one from november to october FAILED with any outcome.
    harness.api.plan(shows("RUNNING", "october"), released("done"), shows("RUNNING"))

    response = harness.send(event("Update", OURS, old={"Launch": "october", "OnDelete": "COMPLETE"}))

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", OURS)
    assert harness.calls == ["GetLaunch", "StopLaunch", "StartLaunch"]
    assert harness.changes == [("StopLaunch", "october", "release"), ("StartLaunch", "november", "acquire")]
    assert json.loads(harness.api.received[1].body)["desiredState"] == "COMPLETED"


@pytest.mark.parametrize(
    "old",
    [
        {"Launch": "two words"},
        {"Launch": "n" * 128},
        {"Launch": "half \ud83c"},
        {"Launch": None},
        {"Launch": PROJECT_ARN},
        {"Project": "p/q"},
        {"Project": None},
        {"Project": "toys", "Launch": launch_arn()},
    ],
)
def test_a_rollback_from_properties_that_name_no_launch_has_nothing_to_release(
    harness: Harness, old: dict[str, str]
) -> None:
    harness.api.plan(shows("RUNNING"))

    response = harness.send(event("Update", OURS, old=old))

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", OURS)
    assert harness.calls == ["StartLaunch"]


def test_an_arn_of_another_launch_does_not_become_the_id(either: Harness) -> None:
    body = shows("RUNNING", "october").body
    either.api.plan(replace(shows("RUNNING"), body=body))

    assert either.send(event("Create"))["PhysicalResourceId"] == OURS


def test_the_response_carries_the_envelope_and_every_attribute(either: Harness) -> None:
    either.api.plan(shows("RUNNING"))

    assert either.send(event("Create")) == {
        "Status": "SUCCESS",
        "Reason": "",
        "PhysicalResourceId": OURS,
        "StackId": STACK_ID,
        "RequestId": REQUEST_ID,
        "LogicalResourceId": LOGICAL_ID,
        "NoEcho": False,
        "Data": {
            "LaunchArn": OURS,
            "LaunchName": LAUNCH,
            "LaunchStatus": "RUNNING",
            "ProjectArn": PROJECT_ARN,
            "StatusReason": "",
            "CreatedTime": "2021-11-20T00:37:26.468Z",
            "StartedTime": "2021-11-20T00:38:20.500Z",
            "LastUpdatedTime": "2021-11-20T00:43:19.000Z",
            "StartedBy": "stack",
        },
    }


@pytest.mark.parametrize(("fixture", "provable"), [("harness", True), ("plain", False)])
def test_an_adoption_is_logged_with_whether_the_api_can_prove_it(
    fixture: str, log: LogLines, request: pytest.FixtureRequest, *, provable: bool
) -> None:
    here: Harness = request.getfixturevalue(fixture)
    here.api.plan(CONFLICT, shows("RUNNING"))

    here.send(event("Create"))

    assert [line["provable"] for line in log() if line["step"] == "adopted"] == [provable]
