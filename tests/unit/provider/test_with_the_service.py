"""The provider against the Evidently API itself: the service, on a real table, behind a real socket."""

from typing import Any

import pytest

from helpers.launch_replies import launch_arn
from helpers.provider_process import provider_process
from helpers.provider_scene import MARKER, Scene, event
from helpers.provider_service import serve
from helpers.scripted_server import OK, Received, Reply
from local_aws.server import LocalAws

ANOTHER_STACK = "arn:aws:cloudformation:eu-north-1:123456789012:stack/shop2/ffff"
MADE_UP = "shop-StartUpsell-1A2B3C4D5E6F7"


@pytest.fixture
def evidently(scene: Scene, local_aws: LocalAws) -> Any:
    """A client of the service that the scene's provider calls, with the launches `november` and `december`."""
    service = serve(scene, local_aws)
    service.with_launch("november")
    return service.with_launch("december")


def _status(evidently: Any, launch: str = "november") -> str:
    status: str = evidently.get_launch(project="petfood", launch=launch)["launch"]["status"]
    return status


def _of_another_stack(asked: dict[str, Any]) -> dict[str, Any]:
    return {**asked, "StackId": ANOTHER_STACK}


def test_a_launch_lives_as_its_resource_does(scene: Scene, evidently: Any) -> None:
    created = scene.send(event("Create"))
    assert (created["PhysicalResourceId"], created["Data"]["LaunchStatus"]) == (launch_arn(), "RUNNING")

    updated = scene.send(event("Update", created["PhysicalResourceId"]))
    assert updated == created

    assert scene.send(event("Delete", created["PhysicalResourceId"]))["Status"] == "SUCCESS"
    assert _status(evidently) == "CANCELLED"
    assert scene.calls == ["StartLaunch", "StartLaunch", "StopLaunch"]


@pytest.mark.parametrize("when", ["before_the_start_is_answered", "before_the_request_is_answered"])
def test_a_create_that_is_killed_after_its_start_and_runs_again_owns_its_launch(
    scene: Scene, evidently: Any, when: str
) -> None:
    asked = {**event("Create"), "ResponseURL": f"{scene.cloudformation.url}/answers"}
    serve = scene.api.respond
    with provider_process(asked) as process:

        def kill() -> None:
            process.kill()
            process.wait(10)

        def serve_and_kill(request: Received) -> Reply:
            reply = serve(request)
            kill()
            return reply

        if when == "before_the_start_is_answered":
            scene.api.respond = serve_and_kill
        else:
            scene.cloudformation.plan(Reply(None, before=kill), OK)
        assert process.wait(30) < 0
    assert _status(evidently) == "RUNNING"
    scene.api.respond = serve
    scene.cloudformation.received.clear()

    answer = scene.send(event("Create"))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", launch_arn())
    assert answer["Data"]["StartedBy"] == "stack"
    scene.send(event("Delete", answer["PhysicalResourceId"]))
    assert _status(evidently) == "CANCELLED"


def test_a_create_that_was_never_answered_is_undone_by_the_delete_with_a_made_up_id(
    scene: Scene, evidently: Any
) -> None:
    scene.send(event("Create"))

    assert scene.send(event("Delete", MADE_UP))["Status"] == "SUCCESS"

    assert _status(evidently) == "CANCELLED"


@pytest.mark.parametrize("times", [1, 2])
def test_a_delete_that_overtakes_its_create_leaves_nothing_running(scene: Scene, evidently: Any, times: int) -> None:
    create, delete = (f"{scene.cloudformation.url}/?X-Amz-Date=20261123T12000{second}Z" for second in (0, 1))
    scene.deliver(event("Delete", MADE_UP), url=delete)
    for _ in range(times):
        scene.deliver(event("Create"), url=create)

    deleted, *created = scene.cloudformation.documents
    assert deleted["Status"] == "SUCCESS"
    assert {(it["Status"], it["PhysicalResourceId"]) for it in created} == {("FAILED", MARKER)}
    assert "was deleted since" in created[0]["Reason"]
    assert _status(evidently) == "CREATED"

    later = f"{scene.cloudformation.url}/?X-Amz-Date=20261123T120100Z"
    scene.deliver(event("Create"), url=later)
    assert scene.cloudformation.documents[-1]["Status"] == "SUCCESS"
    assert _status(evidently) == "RUNNING"


def test_a_start_whose_answer_is_lost_is_ours_at_the_next_try(scene: Scene, evidently: Any) -> None:
    serve, lost = scene.api.respond, iter([True])

    def lose_the_first(request: Received) -> Reply:
        reply = serve(request)
        return Reply(None) if next(lost, False) else reply

    scene.api.respond = lose_the_first

    answer = scene.send(event("Create"))

    assert (answer["PhysicalResourceId"], answer["Data"]["StartedBy"]) == (launch_arn(), "stack")
    assert scene.calls == ["StartLaunch", "StartLaunch"]
    assert _status(evidently) == "RUNNING"


def test_a_start_whose_answers_are_all_lost_is_undone_by_the_delete_that_follows(scene: Scene, evidently: Any) -> None:
    serve = scene.api.respond

    def lose(request: Received) -> Reply:
        serve(request)
        return Reply(None)

    scene.api.respond = lose
    failed = scene.send(event("Create"))
    assert failed["Status"] == "FAILED"
    assert _status(evidently) == "RUNNING"
    scene.api.respond = serve

    assert scene.send(event("Delete", failed["PhysicalResourceId"]))["Status"] == "SUCCESS"

    assert _status(evidently) == "CANCELLED"


def test_a_launch_that_was_let_run_on_is_not_stopped_in_another_life(scene: Scene, evidently: Any) -> None:
    def deliver(asked: dict[str, Any], second: int) -> dict[str, Any]:
        scene.deliver(asked, url=f"{scene.cloudformation.url}/?X-Amz-Date=20261123T1200{second:02}Z")
        answer: dict[str, Any] = scene.cloudformation.documents[-1]
        return answer

    first = deliver(event("Create"), 0)
    deliver(event("Delete", first["PhysicalResourceId"], OnDelete="KEEP_RUNNING"), 1)
    second = deliver(event("Create"), 2)
    assert second["PhysicalResourceId"] == f"{launch_arn()}#adopted"
    deliver(event("Update", second["PhysicalResourceId"]), 3)
    deliver(event("Delete", second["PhysicalResourceId"]), 4)
    assert _status(evidently) == "RUNNING"


@pytest.mark.parametrize("physical_id", ["answered", MADE_UP, launch_arn()], ids=["adopted", "made_up", "plain"])
def test_a_rollback_never_stops_a_launch_it_did_not_start(scene: Scene, evidently: Any, physical_id: str) -> None:
    scene.send(_of_another_stack(event("Create")))
    answer = scene.send(event("Create"))
    assert (answer["PhysicalResourceId"], answer["Data"]["StartedBy"]) == (f"{launch_arn()}#adopted", "adopted")
    given = answer["PhysicalResourceId"] if physical_id == "answered" else physical_id

    assert scene.send(event("Delete", given))["Status"] == "SUCCESS"
    assert _status(evidently) == "RUNNING"

    assert scene.send(_of_another_stack(event("Delete", launch_arn())))["Status"] == "SUCCESS"
    assert _status(evidently) == "CANCELLED"


@pytest.mark.parametrize("order", ["update_then_delete", "delete_then_update"])
def test_a_replacement_that_is_rolled_back_leaves_the_first_launch_running(
    scene: Scene, evidently: Any, order: str
) -> None:
    first = scene.send(event("Create"))
    second = scene.send(event("Update", first["PhysicalResourceId"], Launch="december"))
    assert second["PhysicalResourceId"] == launch_arn("december")
    update = event("Update", first["PhysicalResourceId"])
    delete = event("Delete", second["PhysicalResourceId"], Launch="december")

    answers = [scene.send(asked) for asked in ([update, delete] if order == "update_then_delete" else [delete, update])]

    assert [answer["Status"] for answer in answers] == ["SUCCESS", "SUCCESS"]
    assert launch_arn() in {answer["PhysicalResourceId"] for answer in answers}
    assert (_status(evidently), _status(evidently, "december")) == ("RUNNING", "CANCELLED")
    assert scene.send(event("Delete", launch_arn()))["Status"] == "SUCCESS"
    assert _status(evidently) == "CANCELLED"


def test_a_launch_that_someone_stopped_by_hand_blocks_no_later_change(scene: Scene, evidently: Any) -> None:
    scene.send(event("Create"))
    evidently.stop_launch(project="petfood", launch="november", desiredState="COMPLETED", reason="It went well")

    assert scene.send(event("Update", launch_arn()))["Data"]["StatusReason"] == "It went well"
    assert scene.send(event("Delete", launch_arn()))["Status"] == "SUCCESS"
    assert _status(evidently) == "COMPLETED"


def test_a_project_and_a_launch_by_arn_are_those_by_name(scene: Scene, evidently: Any) -> None:
    project_arn = launch_arn().partition("/launch/")[0]

    answer = scene.send(event("Create", Project=project_arn, Launch=launch_arn()))

    assert answer["PhysicalResourceId"] == launch_arn()
    assert _status(evidently) == "RUNNING"
