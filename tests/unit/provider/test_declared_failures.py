"""What a declared thing's failures leave: nothing that its stack does not know of, and nothing of a stranger's gone."""

from typing import Any

import pytest

from helpers.declared_events import ARNS, MARKER, declared
from helpers.launch_replies import BROKEN, FORBIDDEN, THROTTLED
from helpers.provider_scene import Scene
from helpers.provider_service import serve
from helpers.scripted_server import Received, Reply
from local_aws.server import LocalAws

ANOTHER = ARNS["Project"].replace("petfood", "another")


@pytest.fixture
def evidently(scene: Scene, local_aws: LocalAws) -> Any:
    """A client of the service that the scene's provider calls; nothing is there."""
    return serve(scene, local_aws).client()


def projects(evidently: Any) -> list[str]:
    """The names of all projects."""
    return [project["name"] for project in evidently.list_projects()["projects"]]


def lose_answers(scene: Scene, *methods: str) -> Any:
    """Let the API do what these methods ask, and lose its answers; returns what makes it well again."""
    serve_well = scene.api.respond

    def lose(request: Received) -> Reply:
        reply = serve_well(request)
        return Reply(None) if request.method in methods else reply

    scene.api.respond = lose
    return serve_well


def test_a_create_whose_answer_is_lost_is_ours_at_the_next_try(scene: Scene, evidently: Any) -> None:
    serve_well, lost = scene.api.respond, iter([True])

    def lose_the_first(request: Received) -> Reply:
        reply = serve_well(request)
        return Reply(None) if next(lost, False) else reply

    scene.api.respond = lose_the_first
    answer = scene.send(declared("Project", "Create"))
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", ARNS["Project"])
    assert scene.calls == ["CreateProject", "CreateProject", "GetProject"]
    assert projects(evidently) == ["petfood"]


def test_a_create_whose_answers_are_all_lost_is_undone_by_the_delete_that_follows(scene: Scene, evidently: Any) -> None:
    serve_well = lose_answers(scene, "POST")
    failed = scene.send(declared("Project", "Create"))
    assert (failed["Status"], failed["PhysicalResourceId"]) == ("FAILED", ARNS["Project"])
    scene.api.respond = serve_well
    assert projects(evidently) == ["petfood"]

    assert scene.send(declared("Project", "Delete", failed["PhysicalResourceId"]))["Status"] == "SUCCESS"
    assert projects(evidently) == []


def test_a_create_that_was_never_answered_is_undone_by_the_delete_with_a_made_up_id(
    scene: Scene, evidently: Any
) -> None:
    scene.send(declared("Project", "Create"))
    assert scene.send(declared("Project", "Delete", "shop-TheProject-1A2B3C"))["Status"] == "SUCCESS"
    assert projects(evidently) == []


def test_a_replacement_whose_answers_are_lost_is_undone_at_once(scene: Scene, evidently: Any) -> None:
    """CloudFormation goes back to the old thing then, and never speaks of the new one again."""
    scene.send(declared("Project", "Create"))
    lose_answers(scene, "POST")
    failed = scene.send(declared("Project", "Update", ARNS["Project"], name="another"))
    assert (failed["Status"], failed["PhysicalResourceId"]) == ("FAILED", ARNS["Project"])
    assert projects(evidently) == ["petfood"]


def test_a_replacement_that_fails_leaves_alone_what_was_there_before_it(scene: Scene, evidently: Any) -> None:
    evidently.create_project(name="another")
    scene.send(declared("Project", "Create"))
    assert scene.send(declared("Project", "Update", ARNS["Project"], name="another"))["Status"] == "FAILED"
    assert projects(evidently) == ["another", "petfood"]


def test_a_moved_construct_whose_create_fails_halfway_lets_go_again(scene: Scene, evidently: Any) -> None:
    scene.send(declared("Project", "Create"))
    serve_well = scene.api.respond
    scene.api.respond = lambda request: FORBIDDEN if request.method == "PATCH" else serve_well(request)
    moved: dict[str, Any] = {"logical_id": "Moved", "definition": {"description": "Another"}}
    failed = scene.send(declared("Project", "Create", **moved))
    assert failed["Status"] == "FAILED"
    scene.api.respond = serve_well
    scene.send(declared("Project", "Delete", failed["PhysicalResourceId"], **moved))
    assert projects(evidently) == ["petfood"]
    scene.send(declared("Project", "Delete", ARNS["Project"]))
    assert projects(evidently) == []


def test_a_throttled_api_is_asked_again_and_a_broken_one_for_a_while(scene: Scene, evidently: Any) -> None:
    serve_well = scene.api.respond
    script = iter([THROTTLED, THROTTLED, BROKEN])
    scene.api.respond = lambda request: next(script, None) or serve_well(request)
    assert scene.send(declared("Project", "Create"))["Status"] == "SUCCESS"
    assert projects(evidently) == ["petfood"]


def test_a_create_that_the_api_forbids_has_made_nothing_and_its_delete_calls_nobody(scene: Scene) -> None:
    scene.api.respond = lambda _: FORBIDDEN
    failed = scene.send(declared("Project", "Create"))
    assert (failed["Status"], failed["PhysicalResourceId"]) == ("FAILED", MARKER)
    assert "permission" in failed["Reason"]
    scene.api.received.clear()
    assert scene.send(declared("Project", "Delete", MARKER))["Status"] == "SUCCESS"
    assert scene.calls == []
