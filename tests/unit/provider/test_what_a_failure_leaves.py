"""What a failed Create or Update answers with and leaves behind, and what a rollback does then."""

from itertools import repeat
from threading import Event

import pytest

from helpers.launch_replies import BROKEN, CONFLICT, FORBIDDEN, INVALID, THROTTLED, launch_arn, refuses, shows, stopped
from helpers.provider_scene import MARKER, STARTER, LogLines, Scene, event, let_the_work_end
from helpers.scripted_server import RESET, Reply

OLD = launch_arn("october")
STUCK = [shows("UPDATING")] * 100


@pytest.mark.parametrize("reply", [RESET, BROKEN], ids=["reset", "500"])
def test_a_create_whose_start_is_uncertain_lets_a_delete_settle_it(scene: Scene, reply: Reply) -> None:
    scene.api.plan(then=repeat(reply))

    answer = scene.send(event("Create"))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", launch_arn())
    assert set(scene.calls) == {"StartLaunch"}


@pytest.mark.parametrize("reply", [RESET, BROKEN], ids=["reset", "500"])
def test_a_create_whose_start_is_uncertain_and_can_not_be_proven_has_started_nothing(
    plain: Scene, reply: Reply
) -> None:
    plain.api.plan(then=repeat(reply))

    answer = plain.send(event("Create"))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", MARKER)
    assert set(plain.calls) == {"StartLaunch"}


@pytest.mark.parametrize("reply", [RESET, BROKEN], ids=["reset", "500"])
def test_a_certain_refusal_after_an_uncertain_start_still_lets_a_delete_settle_it(scene: Scene, reply: Reply) -> None:
    scene.api.plan(reply, then=repeat(FORBIDDEN))

    assert scene.send(event("Create"))["PhysicalResourceId"] == launch_arn()


def test_a_start_that_was_refused_for_certain_is_nothing_to_delete(either: Scene) -> None:
    either.api.plan(then=repeat(FORBIDDEN))

    assert either.send(event("Create"))["PhysicalResourceId"] == MARKER


def test_a_retried_start_that_finds_the_launch_running_can_not_be_proven_ours(plain: Scene) -> None:
    plain.api.plan(RESET, CONFLICT, shows("RUNNING"))

    answer = plain.send(event("Create"))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", f"{launch_arn()}#adopted")


def test_a_retried_start_that_finds_the_launch_started_by_us_is_ours(scene: Scene) -> None:
    scene.api.plan(RESET, shows("RUNNING"))

    answer = scene.send(event("Create"))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", launch_arn())


def test_a_create_that_fails_after_its_start_leaves_the_stop_to_its_delete(scene: Scene) -> None:
    scene.api.plan(then=STUCK)

    answer = scene.send(event("Create", TimeoutSeconds="5"))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", launch_arn())
    assert "StopLaunch" not in scene.calls


def test_a_create_that_fails_after_its_start_stops_it_where_a_delete_could_not_tell(plain: Scene) -> None:
    plain.api.plan(shows("CREATED"), shows("RUNNING"), stopped())

    answer = plain.send(event("Create"))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", MARKER)
    assert plain.calls == ["StartLaunch", "GetLaunch", "StopLaunch"]


def test_an_update_that_fails_after_it_started_another_launch_stops_that_one(either: Scene) -> None:
    either.api.plan(shows("CREATED"), shows("RUNNING"), stopped())

    answer = either.send(event("Update", OLD))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", OLD)
    assert [(call.operation, call.launch) for call in either.called] == [
        ("StartLaunch", "november"),
        ("GetLaunch", "november"),
        ("StopLaunch", "november"),
    ]


def test_an_update_that_may_have_started_another_launch_stops_that_one(scene: Scene) -> None:
    scene.api.plan(RESET, refuses(402, "ServiceQuotaExceededException"), shows("RUNNING"), stopped())

    answer = scene.send(event("Update", OLD))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", OLD)
    assert scene.calls == ["StartLaunch", "StartLaunch", "GetLaunch", "StopLaunch"]
    assert scene.called[-1].launch == "november"
    assert scene.called[-1].request.headers["x-evidently-starter"] == STARTER


def test_a_rollback_to_a_launch_that_ran_before_never_stops_it(scene: Scene) -> None:
    # An Update went from november to october and failed late; the way back to november loses every answer. The starter
    # is the same for both starts of november, so only the time tells that this request did not make it run.
    scene.clock.wall = 1_637_368_700.5 + 60
    scene.api.plan(RESET, refuses(402, "ServiceQuotaExceededException"), shows("RUNNING"))

    answer = scene.send(event("Update", OLD))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", OLD)
    assert "StopLaunch" not in scene.calls


def test_an_update_that_may_have_started_another_launch_stops_nothing_it_can_not_prove(plain: Scene) -> None:
    plain.api.plan(RESET, refuses(402, "ServiceQuotaExceededException"))

    answer = plain.send(event("Update", OLD))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", OLD)
    assert plain.calls == ["StartLaunch", "StartLaunch"]


@pytest.mark.parametrize("reply", [CONFLICT, INVALID], ids=["409", "400"])
def test_an_update_that_started_nothing_stops_nothing(either: Scene, reply: Reply) -> None:
    either.api.plan(reply, shows("CANCELLED"))

    assert either.send(event("Update", OLD))["Status"] == "FAILED"

    assert either.calls == ["StartLaunch", "GetLaunch"]


def test_a_failed_update_of_the_same_launch_never_stops_it(either: Scene) -> None:
    either.api.plan(then=STUCK)

    answer = either.send(event("Update", launch_arn(), TimeoutSeconds="5"))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", launch_arn())
    assert "StopLaunch" not in either.calls


def test_a_stop_of_what_was_started_that_fails_too_leaves_the_first_reason(either: Scene) -> None:
    either.api.plan(shows("CREATED"), then=repeat(BROKEN))

    answer = either.send(event("Update", OLD))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", OLD)
    assert "CREATED" in answer["Reason"]


def test_what_no_time_is_left_to_stop_is_in_the_log(scene: Scene, log: LogLines) -> None:
    scene.api.plan(RESET, then=repeat(THROTTLED))

    answer = scene.send(event("Update", OLD, TimeoutSeconds="800"), remaining=60)

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", OLD)
    (line,) = [line for line in log() if line["step"] == "not_undone"]
    assert (line["level"], line["error"]) == ("ERROR", "TimeIsUpError")


def test_a_rollback_with_the_reversed_properties_and_the_first_id_changes_nothing(either: Scene) -> None:
    # What CloudFormation sends after a failed Update from october to november.
    either.api.plan(CONFLICT, shows("RUNNING", "october"))
    rollback = {
        **event("Update", OLD, Launch="october"),
        "OldResourceProperties": event("Update", Launch="november")["ResourceProperties"],
    }

    answer = either.send(rollback)

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", OLD)
    assert {call.launch for call in either.called} == {"october"}
    assert "StopLaunch" not in either.calls


def test_old_properties_decide_nothing(either: Scene) -> None:
    either.api.plan(CONFLICT, shows("CANCELLED"))
    asked = event("Update", launch_arn())

    answer = either.send({**asked, "OldResourceProperties": {**asked["ResourceProperties"], "Launch": "october"}})

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", launch_arn())


@pytest.mark.parametrize(
    ("endpoint", "asked", "answered_id"),
    [
        ("scene", event("Create"), launch_arn()),
        ("plain", event("Create"), MARKER),
        ("scene", event("Update", OLD), OLD),
        ("plain", event("Update", OLD), OLD),
        ("scene", event("Delete", launch_arn()), launch_arn()),
        ("plain", event("Delete", launch_arn()), launch_arn()),
    ],
)
def test_the_deadline_is_kept_while_the_api_hangs(
    endpoint: str, asked: dict[str, object], answered_id: str, request: pytest.FixtureRequest
) -> None:
    here: Scene = request.getfixturevalue(endpoint)
    over = Event()

    def hang() -> None:
        here.clock.seconds += 170
        over.wait(10)

    here.api.plan(Reply(500, before=hang))
    try:
        answer = here.send(asked)
    finally:
        over.set()
        let_the_work_end()

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", answered_id)
    assert "Deploy again" in answer["Reason"]
    assert len(here.calls) == 1
