"""Payloads of other versions of the constructs: an older one is served, a newer one only where a rollback needs it."""

from typing import Any

import pytest

import evidently_contract as contract
from evidently_provider.ownership.plan import Action
from helpers.launch_replies import launch_arn, released, shows, stopped
from helpers.managed_events import ARNS, KINDS, managed
from helpers.provider_harness import MADE_UP, NOT_STARTED, NOW, Harness, event
from helpers.provider_service import Served

OURS = launch_arn()
OLDER: list[Any] = [None, "0", contract.SCHEMA_VERSION, int(contract.SCHEMA_VERSION)]
NEWER = str(int(contract.SCHEMA_VERSION) + 1)
INVALID: list[Any] = ["", "one", "1.0", "-1", " 1", "1_0", "\u0661", "9" * 5000, ["1"], True]


@pytest.mark.parametrize("version", OLDER)
@pytest.mark.parametrize("physical_id", ["", OURS])
def test_a_payload_of_this_version_or_an_older_one_is_served(harness: Harness, version: Any, physical_id: str) -> None:
    harness.api.plan(shows("RUNNING"))

    response = harness.send(event("Update" if physical_id else "Create", physical_id, SchemaVersion=version))

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", OURS)


@pytest.mark.parametrize("version", [NEWER, "10", *INVALID])
@pytest.mark.parametrize(("request_type", "physical_id"), [("Create", ""), ("Update", OURS)])
def test_a_create_or_update_of_a_newer_or_invalid_version_fails_before_any_call(
    either: Harness, request_type: str, physical_id: str, version: Any
) -> None:
    response = either.send(event(request_type, physical_id, SchemaVersion=version))

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", physical_id or NOT_STARTED)
    assert response["Reason"].startswith(f"SchemaVersion is {version!r}"[:100])
    assert either.calls == []


def test_the_reason_names_the_version_the_newest_one_known_and_the_way_out(harness: Harness) -> None:
    assert harness.send(event("Create", SchemaVersion="3"))["Reason"] == (
        "SchemaVersion is '3'; it must be an integer up to 2, the newest version that this provider knows. "
        "Update cdk-evidently in the stack that has the provider, and deploy that stack first."
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_a_managed_resource_of_a_newer_version_fails_before_any_call(
    harness: Harness, kind: str, request_type: str
) -> None:
    given = managed(kind, request_type, ARNS[kind] if request_type == "Update" else "", SchemaVersion=NEWER)

    assert harness.send(given)["Status"] == "FAILED"
    assert harness.calls == []


@pytest.mark.parametrize("version", [NEWER, *INVALID])
@pytest.mark.parametrize("physical_id", [OURS, f"{OURS}#failed:{NOW}", NOT_STARTED, MADE_UP])
def test_a_delete_of_any_version_releases_the_launch(harness: Harness, physical_id: str, version: Any) -> None:
    harness.api.plan(*([shows("RUNNING")] if physical_id != OURS else []), stopped())

    response = harness.send(event("Delete", physical_id, SchemaVersion=version, Unknown={"Nested": "1"}))

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", physical_id)
    assert harness.calls[-1] == "StopLaunch"


def test_a_delete_with_an_on_delete_of_a_newer_version_leaves_the_launch_running(harness: Harness) -> None:
    harness.api.plan(shows("RUNNING"), released(contract.OUTCOME_KEPT))

    response = harness.send(event("Delete", OURS, SchemaVersion=NEWER, OnDelete="PAUSE"))

    assert response["Status"] == "SUCCESS"
    assert [action for _, _, action in harness.changes] == [Action.LEAVE]


def test_a_delete_of_a_newer_version_deletes_a_managed_resource(created: Served) -> None:
    response = created.send(managed("Launch", "Delete", ARNS["Launch"], SchemaVersion=NEWER, Definition="of then"))

    assert response["Status"] == "SUCCESS"
    assert not created.exists("Launch")


def test_a_rollback_from_a_newer_version_succeeds(harness: Harness) -> None:
    """Its Update has the older payload as ResourceProperties, and the newer one as OldResourceProperties."""
    harness.api.plan(shows("RUNNING"))

    response = harness.send(event("Update", OURS, old={"SchemaVersion": NEWER, "Triggers": "newer"}))

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", OURS)
    assert harness.calls == ["StartLaunch"]


def test_a_first_deploy_of_a_newer_version_fails_and_rolls_back(harness: Harness) -> None:
    harness.api.plan(shows("CREATED"), released(contract.OUTCOME_NOT_OWNER))
    failed = harness.send(event("Create", SchemaVersion=NEWER))

    deleted = harness.send(event("Delete", failed["PhysicalResourceId"], SchemaVersion=NEWER))

    assert (failed["Status"], deleted["Status"]) == ("FAILED", "SUCCESS")
    assert harness.calls == ["GetLaunch", "StopLaunch"]
