"""Failures of a managed resource leave no orphan, and delete nothing of another owner."""

from typing import Any

import pytest

from helpers.launch_replies import BROKEN, FORBIDDEN, THROTTLED
from helpers.managed_events import ARNS, KINDS, managed
from helpers.provider_harness import MADE_UP, NOW, Harness
from helpers.provider_service import Served
from helpers.scripted_server import Received, Reply

PROJECT = ARNS["Project"]
ANOTHER: dict[str, Any] = {"name": "another", "old_name": "petfood"}


def projects(served: Served) -> list[str]:
    """Return the names of all projects."""
    return [project["name"] for project in served.evidently.list_projects()["projects"]]


def test_a_create_whose_response_is_lost_is_owned_after_the_retry(served: Served) -> None:
    with served.losing_responses("POST", times=1):
        response = served.send(managed("Project", "Create"))
    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", PROJECT)
    assert served.harness.calls == ["GetProject", "CreateProject", "CreateProject"]
    assert projects(served) == ["petfood"]


def test_a_create_whose_responses_are_all_lost_is_undone_by_the_delete_that_follows(served: Served) -> None:
    with served.losing_responses("POST"):
        failed = served.send(managed("Project", "Create"))
    assert (failed["Status"], failed["PhysicalResourceId"]) == ("FAILED", f"{PROJECT}#failed:{served.now}")
    assert projects(served) == ["petfood"]

    assert served.send(managed("Project", "Delete", failed["PhysicalResourceId"]))["Status"] == "SUCCESS"
    assert projects(served) == []


def test_a_create_that_never_responded_is_undone_by_the_delete_with_a_made_up_id(served: Served) -> None:
    served.send(managed("Project", "Create"))
    assert served.send(managed("Project", "Delete", MADE_UP))["Status"] == "SUCCESS"
    assert projects(served) == []


def test_a_replacement_whose_responses_are_lost_is_undone_by_the_rollback(served: Served) -> None:
    served.send(managed("Project", "Create"))
    with served.losing_responses("POST"):
        failed = served.send(managed("Project", "Update", PROJECT, **ANOTHER))
    assert (failed["Status"], failed["PhysicalResourceId"]) == ("FAILED", PROJECT)
    assert projects(served) == ["another", "petfood"]

    rollback = served.send(managed("Project", "Update", PROJECT, old_name="another"))
    assert (rollback["Status"], rollback["PhysicalResourceId"]) == ("SUCCESS", PROJECT)
    assert projects(served) == ["petfood"]


def test_a_failed_replacement_and_its_rollback_keep_the_original_resource(served: Served) -> None:
    served.evidently.create_project(name="another")
    served.send(managed("Project", "Create"))
    assert served.send(managed("Project", "Update", PROJECT, **ANOTHER))["Status"] == "FAILED"
    assert served.send(managed("Project", "Update", PROJECT, old_name="another"))["Status"] == "SUCCESS"
    assert projects(served) == ["another", "petfood"]


def test_a_moved_construct_whose_create_fails_halfway_releases_again(served: Served) -> None:
    served.send(managed("Project", "Create"))
    moved: dict[str, Any] = {"logical_id": "Moved", "definition": {"description": "Another"}}

    def forbid_updates(request: Received) -> Reply:
        return FORBIDDEN if request.method == "PATCH" else served.respond(request)

    served.harness.api.respond = forbid_updates
    failed = served.send(managed("Project", "Create", **moved))
    assert (failed["Status"], failed["PhysicalResourceId"]) == ("FAILED", f"{PROJECT}#failed:{served.now}")
    served.harness.api.respond = served.respond
    served.send(managed("Project", "Delete", failed["PhysicalResourceId"], **moved))
    assert projects(served) == ["petfood"]
    served.send(managed("Project", "Delete", PROJECT))
    assert projects(served) == []


def test_a_throttled_call_is_retried_until_the_timeout_and_a_5xx_for_30_seconds(served: Served) -> None:
    script = iter([THROTTLED, THROTTLED, BROKEN])
    served.harness.api.respond = lambda request: next(script, None) or served.respond(request)
    assert served.send(managed("Project", "Create"))["Status"] == "SUCCESS"
    assert projects(served) == ["petfood"]


def test_a_create_that_the_api_forbids_has_created_nothing(served: Served) -> None:
    served.harness.api.respond = lambda _: FORBIDDEN
    failed = served.send(managed("Project", "Create"))
    assert (failed["Status"], failed["PhysicalResourceId"]) == ("FAILED", f"not-started:{served.now}")
    assert "permission" in failed["Reason"]
    assert served.send(managed("Project", "Delete", failed["PhysicalResourceId"]))["Status"] == "SUCCESS"


@pytest.mark.parametrize(
    ("request_type", "given", "status"),
    [
        ("Create", "", "FAILED"),
        ("Update", "arn", "FAILED"),
        ("Delete", "arn", "FAILED"),
        ("Delete", f"arn#failed:{NOW}", "FAILED"),
        ("Delete", "arn#adopted", "SUCCESS"),
        ("Delete", f"not-started:{NOW}", "SUCCESS"),
        ("Delete", MADE_UP, "SUCCESS"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_an_api_without_ownership_is_refused_before_any_change(
    plain: Harness, kind: str, request_type: str, given: str, status: str
) -> None:
    plain.api.respond = lambda _: Reply(200, b'{"%s": {"arn": "arn"}}' % kind.lower().encode())
    given = given.replace("arn", ARNS[kind])

    response = plain.send(managed(kind, request_type, given, AdoptExisting="true"))

    assert (response["Status"], response["PhysicalResourceId"]) == (status, given or f"not-started:{NOW}")
    assert set(plain.calls) <= {f"Get{kind}"}
    if status == "FAILED":
        assert f"The API at {plain.api.url} keeps no owners" in response["Reason"]
