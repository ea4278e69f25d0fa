"""Create and Update: each cell of the table of what a launch's status means, with the calls that it takes."""

import pytest

from helpers.launch_replies import CONFLICT, INVALID, LAUNCH, NOT_FOUND, PROJECT_ARN, launch_arn, shows
from helpers.provider_scene import LOGICAL_ID, MARKER, REQUEST_ID, STACK_ID, LogLines, Scene, event
from helpers.scripted_server import Reply

ADOPTED = f"{launch_arn()}#adopted"
OTHER = launch_arn("october")
REFUSED = pytest.mark.parametrize("refused", [CONFLICT, INVALID], ids=["409", "400"])
ENDED = pytest.mark.parametrize("ended", ["COMPLETED", "CANCELLED"])
NEW_LAUNCH = pytest.mark.parametrize(
    ("request_type", "physical_id", "failure_id"),
    [("Create", "", MARKER), ("Update", OTHER, OTHER), ("Update", MARKER, MARKER), ("Update", "made-up", "made-up")],
    ids=["create", "update_from_another_launch", "update_from_nothing", "update_from_an_id_not_ours"],
)


@NEW_LAUNCH
def test_a_launch_that_is_started_is_the_stacks_after_one_call(
    either: Scene, request_type: str, physical_id: str, failure_id: str
) -> None:
    either.api.plan(shows("RUNNING"))

    answer = either.send(event(request_type, physical_id))

    assert answer["Status"] == "SUCCESS"
    assert answer["PhysicalResourceId"] == launch_arn() != failure_id
    assert answer["Data"]["StartedBy"] == "stack"
    assert either.calls == ["StartLaunch"]


@REFUSED
@NEW_LAUNCH
def test_a_launch_that_runs_already_is_adopted_after_two_calls(
    either: Scene, request_type: str, physical_id: str, failure_id: str, refused: Reply
) -> None:
    either.api.plan(refused, shows("RUNNING"))

    answer = either.send(event(request_type, physical_id))

    assert answer["Status"] == "SUCCESS"
    assert answer["PhysicalResourceId"] == ADOPTED != failure_id
    assert answer["Data"]["StartedBy"] == "adopted"
    assert either.calls == ["StartLaunch", "GetLaunch"]


@REFUSED
@NEW_LAUNCH
def test_a_launch_that_stays_created_fails_with_the_apis_message(
    either: Scene, request_type: str, physical_id: str, failure_id: str, refused: Reply
) -> None:
    either.api.plan(refused, shows("CREATED"))

    answer = either.send(event(request_type, physical_id))

    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == failure_id
    assert "No, and that is why." in answer["Reason"]
    assert either.calls == ["StartLaunch", "GetLaunch"]


@ENDED
@NEW_LAUNCH
def test_a_launch_that_has_ended_fails_and_says_what_to_do(
    either: Scene, request_type: str, physical_id: str, failure_id: str, ended: str
) -> None:
    either.api.plan(CONFLICT, shows(ended, reason="Black Friday is over"))

    answer = either.send(event(request_type, physical_id))

    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == failure_id
    for part in (LAUNCH, ended, "Black Friday is over", "Create a new launch"):
        assert part in answer["Reason"]
    assert either.calls == ["StartLaunch", "GetLaunch"]


@NEW_LAUNCH
def test_a_launch_that_does_not_exist_fails_naming_project_launch_and_endpoint(
    either: Scene, request_type: str, physical_id: str, failure_id: str
) -> None:
    either.api.plan(NOT_FOUND)

    answer = either.send(event(request_type, physical_id))

    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == failure_id
    for part in ("'petfood'", "'november'", either.api.url):
        assert part in answer["Reason"]
    assert either.calls == ["StartLaunch"]


@NEW_LAUNCH
def test_a_launch_that_is_updating_is_waited_for(
    either: Scene, request_type: str, physical_id: str, failure_id: str
) -> None:
    either.api.plan(CONFLICT, shows("UPDATING"), CONFLICT, shows("UPDATING"), shows("RUNNING"))

    answer = either.send(event(request_type, physical_id))

    assert answer["Status"] == "SUCCESS"
    assert answer["PhysicalResourceId"] == launch_arn() != failure_id
    assert either.calls == ["StartLaunch", "GetLaunch", "StartLaunch", "GetLaunch", "StartLaunch"]
    assert len(either.clock.pauses) == 2


@NEW_LAUNCH
def test_a_launch_that_is_updating_past_the_timeout_fails(
    either: Scene, request_type: str, physical_id: str, failure_id: str
) -> None:
    either.api.plan(then=[CONFLICT, shows("UPDATING")] * 100)

    answer = either.send(event(request_type, physical_id, TimeoutSeconds="20"))

    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == failure_id
    assert "UPDATING" in answer["Reason"]
    assert 10 < sum(either.clock.pauses) <= 20


def test_a_launch_of_our_own_is_started_again_and_nothing_changes(scene: Scene) -> None:
    scene.api.plan(shows("RUNNING"))

    answer = scene.send(event("Update", launch_arn()))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", launch_arn())
    assert answer["Data"]["StartedBy"] == "stack"
    assert scene.calls == ["StartLaunch"]


@REFUSED
@pytest.mark.parametrize("physical_id", [launch_arn(), ADOPTED], ids=["ours", "adopted"])
def test_an_update_of_a_launch_that_runs_keeps_its_id(either: Scene, physical_id: str, refused: Reply) -> None:
    either.api.plan(refused, shows("RUNNING"))

    answer = either.send(event("Update", physical_id))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", physical_id)
    assert either.calls == ["StartLaunch", "GetLaunch"]


@pytest.mark.parametrize(
    ("endpoint", "physical_id", "started_by"),
    [
        ("plain", launch_arn(), "stack"),
        ("plain", ADOPTED, "adopted"),
        ("scene", launch_arn(), "adopted"),
        ("scene", ADOPTED, "adopted"),
    ],
)
def test_started_by_says_what_a_delete_will_do(
    endpoint: str, physical_id: str, started_by: str, request: pytest.FixtureRequest
) -> None:
    # Where the starter is known, a refused start of ours means that it is now another's, whom our Delete can't stop.
    here: Scene = request.getfixturevalue(endpoint)
    here.api.plan(CONFLICT, shows("RUNNING"))

    assert here.send(event("Update", physical_id))["Data"]["StartedBy"] == started_by


@ENDED
@pytest.mark.parametrize("physical_id", [launch_arn(), ADOPTED], ids=["ours", "adopted"])
def test_an_update_of_a_launch_that_has_ended_succeeds_and_says_so(either: Scene, physical_id: str, ended: str) -> None:
    either.api.plan(CONFLICT, shows(ended, reason="over"))

    answer = either.send(event("Update", physical_id))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", physical_id)
    assert (answer["Data"]["LaunchStatus"], answer["Data"]["StatusReason"]) == (ended, "over")
    assert either.calls == ["StartLaunch", "GetLaunch"]


def test_an_adopted_launch_becomes_the_stacks_only_when_an_update_starts_it(either: Scene) -> None:
    either.api.plan(shows("RUNNING"))

    answer = either.send(event("Update", ADOPTED))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", launch_arn())
    assert answer["Data"]["StartedBy"] == "stack"


@pytest.mark.parametrize("reply", [CONFLICT, NOT_FOUND], ids=["created", "gone"])
@pytest.mark.parametrize("physical_id", [launch_arn(), ADOPTED], ids=["ours", "adopted"])
def test_a_failed_update_gives_back_the_id_it_was_given(either: Scene, physical_id: str, reply: Reply) -> None:
    either.api.plan(reply, shows("CREATED"))

    answer = either.send(event("Update", physical_id))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", physical_id)


def test_the_answer_carries_the_envelope_and_every_attribute(either: Scene) -> None:
    either.api.plan(shows("RUNNING"))

    assert either.send(event("Create")) == {
        "Status": "SUCCESS",
        "Reason": "",
        "PhysicalResourceId": launch_arn(),
        "StackId": STACK_ID,
        "RequestId": REQUEST_ID,
        "LogicalResourceId": LOGICAL_ID,
        "NoEcho": False,
        "Data": {
            "LaunchArn": launch_arn(),
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


def test_an_adoption_is_logged_with_whether_it_could_be_proven(plain: Scene, log: LogLines) -> None:
    plain.api.plan(CONFLICT, shows("RUNNING"))

    plain.send(event("Create"))

    assert [line["provable"] for line in log() if line["step"] == "adopted"] == [False]
