"""An Update of a managed resource writes what its stack changed, and keeps what others changed."""

from typing import Any

import pytest

from helpers.managed_events import ARNS, DEFINITIONS, VARIATIONS, managed, named
from helpers.provider_harness import LogLines
from helpers.provider_service import Served


def test_a_variation_switched_off_by_hand_survives_an_update_that_adds_a_tag(created: Served, log: LogLines) -> None:
    off = [{"name": "on", "value": {"boolValue": False}}]
    created.evidently.update_feature(**named("Feature"), addOrUpdateVariations=off, description="Off in an incident")
    log()
    created.harness.api.received.clear()
    response = created.send(managed("Feature", "Update", ARNS["Feature"], tags={"team": "web"}))
    assert response["Status"] == "SUCCESS", response["Reason"]
    assert created.harness.calls == ["GetFeature", "CreateFeature", "TagResource"]
    found = created.shown("Feature")
    assert {each["name"]: each["value"] for each in found["variations"]}["on"] == {"boolValue": False}
    assert found["description"] == "Off in an incident"
    (kept,) = [line for line in log() if line["step"] == "kept_change"]
    assert (kept["level"], kept["members"]) == ("WARNING", "description, variations.on")


def test_a_change_by_hand_survives_a_refused_update_and_its_rollback(created: Served) -> None:
    created.evidently.update_feature(**named("Feature"), description="By hand")
    before = managed("Feature", "Update", ARNS["Feature"])["ResourceProperties"]
    wrong = managed("Feature", "Update", ARNS["Feature"], DefaultVariation="absent", Variations="wrong")
    assert created.send(wrong)["Status"] == "FAILED"
    back = {**managed("Feature", "Update", ARNS["Feature"]), "OldResourceProperties": wrong["ResourceProperties"]}
    assert back["ResourceProperties"] == before
    assert created.send(back)["Status"] == "SUCCESS"
    assert created.shown("Feature")["description"] == "By hand"


def test_a_variation_switched_off_by_hand_survives_a_refused_variation_and_its_rollback(created: Served) -> None:
    off = [{"name": "on", "value": {"boolValue": False}}]
    created.evidently.update_feature(**named("Feature"), addOrUpdateVariations=off)
    wrong = managed("Feature", "Update", ARNS["Feature"])
    variations = wrong["ResourceProperties"]["Variations"]
    wrong["ResourceProperties"]["Variations"] = [{**variations[0], "BooleanValue": "no"}, variations[1]]
    assert created.send(wrong)["Status"] == "FAILED"
    back = {**managed("Feature", "Update", ARNS["Feature"]), "OldResourceProperties": wrong["ResourceProperties"]}
    assert created.send(back)["Status"] == "SUCCESS"
    assert created.shown("Feature")["variations"] == [VARIATIONS[0], *off]


def test_an_override_by_hand_of_an_added_variation_does_not_fail_the_rollback(created: Served) -> None:
    more = {**DEFINITIONS["Feature"], "variations": [*VARIATIONS, {"name": "new", "value": {"boolValue": True}}]}
    added = managed("Feature", "Update", ARNS["Feature"], definition=more)
    assert created.send(added)["Status"] == "SUCCESS"
    created.evidently.update_feature(
        **named("Feature"), entityOverrides={"tester": "on", "anna": "new"}, defaultVariation="new"
    )
    response = created.send(managed("Feature", "Update", ARNS["Feature"]))
    assert response["Status"] == "SUCCESS", response["Reason"]
    found = created.shown("Feature")
    assert (found["variations"], found["entityOverrides"], found["defaultVariation"]) == (
        VARIATIONS,
        {"tester": "on"},
        "off",
    )


def test_an_earlier_definition_that_was_no_launch_does_not_fail_the_rollback(created: Served) -> None:
    wrong = managed("Launch", "Update", ARNS["Launch"])["ResourceProperties"]
    wrong = {name: wrong[name] for name in ("ServiceToken", "Project", "Name")}
    wrong |= {"SchemaVersion": "1", "Definition": '{"groups":"all","scheduledSplitsConfig":{"steps":"soon"}}'}
    back = {**managed("Launch", "Update", ARNS["Launch"]), "OldResourceProperties": wrong}
    response = created.send(back)
    assert response["Status"] == "SUCCESS", response["Reason"]


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"OnDelete": "Delete"}, "OnDelete is 'Delete'; it must be one of DELETE, KEEP."),
        ({"OnDelete": "CANCEL"}, "OnDelete is 'CANCEL'; it must be one of DELETE, KEEP."),
        ({"AdoptExisting": "yes"}, "AdoptExisting is 'yes'; it must be true or false."),
        ({"AdoptExisting": {}}, "AdoptExisting is {}; it must be true or false."),
    ],
)
def test_an_option_with_a_value_that_it_cannot_have_fails_an_update_and_no_delete(
    created: Served, properties: dict[str, Any], reason: str
) -> None:
    response = created.send(managed("Segment", "Update", ARNS["Segment"], **properties))
    assert response["Status"] == "FAILED"
    assert reason in response["Reason"]
    assert created.send(managed("Segment", "Delete", ARNS["Segment"], **properties))["Status"] == "SUCCESS"


def test_a_failed_update_is_written_back_by_its_rollback(created: Served) -> None:
    wrong = managed("Project", "Update", ARNS["Project"], definition={"description": "New"}, tags={"team": "web"})
    wrong["ResourceProperties"]["DataDelivery"] = {"LogGroup": "/not/of/this/service"}
    assert created.send(wrong)["Status"] == "FAILED"
    assert created.shown("Project")["description"] == "New"
    back = {**managed("Project", "Update", ARNS["Project"]), "OldResourceProperties": wrong["ResourceProperties"]}
    assert created.send(back)["Status"] == "SUCCESS"
    assert created.shown("Project")["description"] == "The shop"


def test_an_adopted_resource_is_written_whole_at_first_and_then_what_changed(served: Served) -> None:
    served.evidently.create_project(name="petfood", description="By hand")
    adopts: dict[str, Any] = {"AdoptExisting": "true"}
    created = served.send(managed("Project", "Create", **adopts))
    assert created["PhysicalResourceId"] == f"{ARNS['Project']}#adopted"
    assert served.shown("Project")["description"] == "The shop"
    served.evidently.update_project(project="petfood", description="By hand again")
    served.send(managed("Project", "Update", created["PhysicalResourceId"], tags={"team": "web"}, **adopts))
    found = served.shown("Project")
    assert (found["description"], found["tags"]["team"]) == ("By hand again", "web")


def test_a_resource_that_is_gone_is_made_anew_whole(created: Served) -> None:
    created.evidently.delete_segment(segment="norway")
    created.send(managed("Segment", "Update", ARNS["Segment"], tags={"team": "web"}))
    found = created.shown("Segment")
    assert (found["pattern"], found["tags"]["team"]) == (DEFINITIONS["Segment"]["pattern"], "web")


def test_another_resource_under_the_name_is_adopted_whole(created: Served) -> None:
    created.evidently.delete_segment(segment="norway")
    created.evidently.delete_launch(project="petfood", launch="november")
    created.evidently.delete_feature(project="petfood", feature="upsell")
    created.evidently.create_feature(project="petfood", name="upsell", variations=VARIATIONS, description="Another's")
    adopts = managed("Feature", "Update", ARNS["Feature"], AdoptExisting="true")
    assert created.send(adopts)["Status"] == "SUCCESS"
    found = created.shown("Feature")
    assert (found.get("description") or "", found["entityOverrides"]) == ("", {"tester": "on"})
