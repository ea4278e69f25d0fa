"""Ownership of a project, feature, segment or launch, with the real API: what a Delete may do to it."""

import pytest

import evidently_contract as contract
from helpers.managed_events import ARNS, DEFINITIONS, KINDS, NAMES, VARIATIONS, managed, timeless
from helpers.provider_harness import MADE_UP, event
from helpers.provider_service import Served
from helpers.scripted_server import Reply

ANOTHER_STACK = "arn:aws:cloudformation:eu-north-1:123456789012:stack/shop2/ffff"


def create_by_hand(served: Served, kind: str) -> None:
    """Create a resource with its kind's definition, without an owner."""
    project = {"project": "petfood"} if kind in {"Feature", "Launch"} else {}
    if project:
        served.evidently.create_project(name="petfood")
    if kind == "Launch":
        served.evidently.create_feature(project="petfood", name="upsell", variations=VARIATIONS)
    getattr(served.evidently, f"create_{kind.lower()}")(**project, name=NAMES[kind], **DEFINITIONS[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_a_resource_of_another_owner_is_neither_acquired_nor_deleted(served: Served, kind: str) -> None:
    create_by_hand(served, kind)
    before = served.shown(kind)
    response = served.send(managed(kind, "Create"))
    not_started = f"not-started:{served.now}"
    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", not_started)
    assert "adopt_existing=True" in response["Reason"]
    for physical_id in (not_started, MADE_UP, ARNS[kind]):
        assert served.send(managed(kind, "Delete", physical_id))["Status"] == "SUCCESS"
    assert served.shown(kind) == before


@pytest.mark.parametrize("kind", KINDS)
def test_an_adopted_resource_is_reconciled_and_never_deleted(served: Served, kind: str) -> None:
    create_by_hand(served, kind)
    definition = DEFINITIONS[kind] if kind == "Segment" else {**DEFINITIONS[kind], "description": "Adopted"}
    given = managed(kind, "Create", definition=definition, AdoptExisting="true", tags={"team": "web"})
    response = served.send(given)
    adopted = f"{ARNS[kind]}#adopted"
    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", adopted)
    assert (served.shown(kind)["tags"], response["Data"]["Arn"]) == ({"team": "web"}, ARNS[kind])
    if kind != "Segment":
        assert served.shown(kind)["description"] == "Adopted"

    again = served.send({**given, "RequestType": "Update", "PhysicalResourceId": adopted})
    assert again["PhysicalResourceId"] == adopted
    assert served.send(managed(kind, "Delete", adopted))["Status"] == "SUCCESS"
    assert served.exists(kind)


@pytest.mark.parametrize("order", ["update_then_delete", "delete_then_update"])
@pytest.mark.parametrize("kind", KINDS)
def test_another_name_is_another_resource_and_both_orders_of_a_rollback_leave_the_first(
    created: Served, kind: str, order: str
) -> None:
    before = timeless(created.shown(kind))
    renamed = created.send(managed(kind, "Update", ARNS[kind], name="another", old_name=NAMES[kind]))
    assert renamed["PhysicalResourceId"] == ARNS[kind].replace(NAMES[kind], "another")
    assert created.exists(kind, "another")

    update = managed(kind, "Update", ARNS[kind], old_name="another")
    delete = managed(kind, "Delete", renamed["PhysicalResourceId"], name="another")
    for given in [update, delete] if order == "update_then_delete" else [delete, update]:
        assert created.send(given)["Status"] == "SUCCESS"
    assert timeless(created.shown(kind)) == before
    assert not created.exists(kind, "another")


@pytest.mark.parametrize("rolled_back", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_construct_that_moves_in_its_stack_takes_its_resource_along(
    created: Served, kind: str, *, rolled_back: bool
) -> None:
    before = timeless(created.shown(kind))
    moved = created.send(managed(kind, "Create", logical_id="Moved"))
    assert (moved["Status"], moved["PhysicalResourceId"]) == ("SUCCESS", ARNS[kind])
    gone, stays = ("Moved", f"The{kind}") if rolled_back else (f"The{kind}", "Moved")
    assert created.send(managed(kind, "Delete", ARNS[kind], logical_id=gone))["Status"] == "SUCCESS"
    after = timeless(created.shown(kind))
    assert after["tags"].pop(contract.OWNER_TAG_LOGICAL_ID) == stays
    del before["tags"][contract.OWNER_TAG_LOGICAL_ID]
    assert after == before
    if kind in {"Launch", "Segment"}:
        assert created.send(managed(kind, "Delete", ARNS[kind], logical_id=stays))["Status"] == "SUCCESS"
        assert not created.exists(kind)


def test_a_duplicate_of_an_earlier_update_changes_nothing(created: Served) -> None:
    first, second = ({**DEFINITIONS["Feature"], "description": text} for text in ("First", "Second"))
    before = created.now + 60
    created.send(managed("Feature", "Update", ARNS["Feature"], definition=first, tags={"state": "first"}))
    created.send(managed("Feature", "Update", ARNS["Feature"], definition=second, tags={"state": "second"}))

    late = managed("Feature", "Update", ARNS["Feature"], definition=first, tags={"state": "first"})
    response = created.harness.send(late, at=before)

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", ARNS["Feature"])
    found = created.shown("Feature")
    assert (found["description"], found["tags"]["state"]) == ("Second", "second")


@pytest.mark.parametrize("kind", KINDS)
def test_a_duplicate_create_after_its_delete_creates_nothing(created: Served, kind: str) -> None:
    for each in KINDS[: KINDS.index(kind) : -1]:
        created.send(managed(each, "Delete", ARNS[each]))
    requested_at = created.now + 60
    created.send(managed(kind, "Create", name="late"))
    late = ARNS[kind].replace(NAMES[kind], "late")
    assert created.send(managed(kind, "Delete", late, name="late"))["Status"] == "SUCCESS"

    response = created.harness.send(managed(kind, "Create", name="late"), at=requested_at)

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", f"not-started:{requested_at}")
    assert not created.exists(kind, "late")


@pytest.mark.parametrize("kind", KINDS)
def test_a_kept_resource_has_no_owner_and_the_next_stack_must_adopt_it(created: Served, kind: str) -> None:
    assert created.send(managed(kind, "Delete", ARNS[kind], OnDelete="KEEP"))["Status"] == "SUCCESS"
    assert created.exists(kind)
    assert created.send(managed(kind, "Create"))["Status"] == "FAILED"
    adopted = created.send(managed(kind, "Create", AdoptExisting="true"))
    assert adopted["PhysicalResourceId"] == f"{ARNS[kind]}#adopted"


def test_a_running_launch_is_stopped_and_deleted_whoever_started_it(created: Served) -> None:
    started = created.send({**event("Create"), "StackId": ANOTHER_STACK})
    assert started["Data"]["StartedBy"] == "stack"
    assert created.send(managed("Launch", "Delete", ARNS["Launch"]))["Status"] == "SUCCESS"
    assert not created.exists("Launch")

    late = created.send({**event("Delete", ARNS["Launch"]), "StackId": ANOTHER_STACK})
    assert late["Status"] == "SUCCESS"


def test_a_create_that_failed_after_adopting_changes_nothing_after_its_delete(created: Served) -> None:
    definition = {**DEFINITIONS["Feature"], "description": "Changed"}
    adopts = managed("Feature", "Create", stack_id=ANOTHER_STACK, definition=definition, AdoptExisting="true")
    before = created.shown("Feature")
    created.harness.api.respond = lambda request: Reply(500) if request.method == "PATCH" else created.respond(request)
    failed, at = created.send(adopts), created.now
    created.harness.api.respond = created.respond
    assert (failed["Status"], failed["PhysicalResourceId"]) == ("FAILED", f"not-started:{at}")

    given = managed("Feature", "Delete", failed["PhysicalResourceId"], stack_id=ANOTHER_STACK)
    assert created.send(given)["Status"] == "SUCCESS"
    assert created.harness.send(adopts, at=at)["Status"] == "FAILED"
    assert created.shown("Feature") == before


def test_a_project_of_another_stack_is_not_deleted(created: Served) -> None:
    response = created.send(managed("Project", "Create", stack_id=ANOTHER_STACK, AdoptExisting="true"))
    assert response["PhysicalResourceId"] == f"{ARNS['Project']}#adopted"
    assert created.send(managed("Project", "Delete", ARNS["Project"], stack_id=ANOTHER_STACK))["Status"] == "SUCCESS"
    assert created.exists("Project")
