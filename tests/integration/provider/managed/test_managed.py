"""Projects, features, segments and launches as custom resources, with the real API: create, change, delete."""

from collections.abc import Mapping
from typing import Any

import pytest

import evidently_contract as contract
from helpers.managed_events import ARNS, DEFINITIONS, KINDS, NAMES, SCHEDULE, VARIATIONS, managed, named, timeless
from helpers.provider_harness import STACK_ID, LogLines, event
from helpers.provider_service import Served
from helpers.scripted_server import Received, Reply

ANOTHER_STACK = "arn:aws:cloudformation:eu-north-1:123456789012:stack/shop2/ffff"
OWNER_TAGS = {
    contract.OWNER_TAG_STACK_ID: STACK_ID,
    contract.OWNER_TAG_STACK_NAME: "shop",
}


def test_each_kind_is_created_and_tells_its_arn_name_status_and_times(served: Served) -> None:
    statuses = {"Project": "AVAILABLE", "Segment": "", "Feature": "AVAILABLE", "Launch": "CREATED"}
    for kind in KINDS:
        served.harness.api.received.clear()
        response = served.send(managed(kind, "Create", tags={"team": "web"}))
        assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", ARNS[kind])
        data = response["Data"]
        assert (data["Arn"], data["Name"], data["Status"]) == (ARNS[kind], NAMES[kind], statuses[kind])
        assert data["CreatedTime"] == data["LastUpdatedTime"] != ""
        owner = {**OWNER_TAGS, contract.OWNER_TAG_LOGICAL_ID: f"The{kind}"}
        assert served.shown(kind)["tags"] == {"team": "web", **owner}
        assert served.harness.calls == [f"Get{kind}", f"Create{kind}"], "the proof that the rules are kept comes first"


@pytest.mark.parametrize("kind", KINDS)
def test_a_duplicate_create_changes_nothing_and_responds_as_the_first(served: Served, kind: str) -> None:
    first = [served.send(managed(each, "Create")) for each in KINDS[: KINDS.index(kind) + 1]][-1]
    before = served.shown(kind)

    assert served.send(managed(kind, "Create"), again=True) == first
    assert served.shown(kind) == before


CHANGES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("Project", {"description": "The web shop"}, ["UpdateProject"]),
    ("Project", {}, ["UpdateProject"]),
    ("Feature", {**DEFINITIONS["Feature"], "description": "A banner"}, ["UpdateFeature"]),
    ("Feature", {**DEFINITIONS["Feature"], "evaluationStrategy": "DEFAULT_VARIATION"}, ["UpdateFeature"]),
    ("Feature", {**DEFINITIONS["Feature"], "entityOverrides": {"anna": "off"}}, ["UpdateFeature"]),
    (
        "Feature",
        {
            "variations": [
                {"name": "on", "value": {"boolValue": False}},
                {"name": "maybe", "value": {"boolValue": True}},
            ],
            "defaultVariation": "maybe",
        },
        ["UpdateFeature"],
    ),
    ("Launch", {**DEFINITIONS["Launch"], "description": "In November"}, ["UpdateLaunch"]),
    ("Launch", {**DEFINITIONS["Launch"], "randomizationSalt": "pepper"}, ["UpdateLaunch"]),
    (
        "Launch",
        {
            "groups": [{"name": "some", "feature": "upsell", "variation": "off", "description": "Some"}],
            "scheduledSplitsConfig": {
                "steps": [
                    {
                        "startTime": "2021-12-24T18:00:00Z",
                        "groupWeights": {"some": 1},
                        "segmentOverrides": [{"segment": "norway", "evaluationOrder": 1, "weights": {"some": 2}}],
                    }
                ]
            },
            "metricMonitors": [{"metricDefinition": {"name": "m", "entityIdKey": "id", "valueKey": "value"}}],
        },
        ["UpdateLaunch"],
    ),
]


@pytest.mark.parametrize(("kind", "definition", "calls"), CHANGES)
def test_a_change_is_one_call_and_so_is_its_reversal_and_no_change_is_no_call(
    created: Served, kind: str, definition: Mapping[str, Any], calls: list[str]
) -> None:
    before = timeless(created.shown(kind))
    changed = managed(kind, "Update", ARNS[kind], definition=definition)
    for given, expected in (
        (changed, calls),
        (changed, []),
        (managed(kind, "Update", ARNS[kind]), calls),
        (managed(kind, "Update", ARNS[kind]), []),
    ):
        created.harness.api.received.clear()
        response = created.send(given)
        assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", ARNS[kind]), response["Reason"]
        assert created.harness.calls == [f"Get{kind}", f"Create{kind}", *expected]
    assert timeless(created.shown(kind)) == before


@pytest.mark.parametrize("kind", KINDS)
def test_tags_change_in_place_and_the_owners_stay(created: Served, kind: str) -> None:
    owner = created.shown(kind)["tags"]
    created.send(managed(kind, "Update", ARNS[kind], tags={"team": "web", "stage": "beta"}))
    created.send(managed(kind, "Update", ARNS[kind], tags={"team": "app"}))
    assert created.shown(kind)["tags"] == {"team": "app", **owner}
    acquired = [f"Get{kind}", f"Create{kind}"]
    assert created.harness.calls == [*acquired, "TagResource", *acquired, "UntagResource", "TagResource"]


def test_all_tags_that_there_may_be_give_way_to_as_many_others(created: Served) -> None:
    for generation in ("old", "new"):
        tags = {f"{generation}{number}": "x" for number in range(contract.MAX_TAGS)}
        response = created.send(managed("Segment", "Update", ARNS["Segment"], tags=tags))
        assert response["Status"] == "SUCCESS", response["Reason"]
        assert created.shown("Segment")["tags"].items() >= tags.items()


@pytest.mark.parametrize("kind", KINDS)
def test_a_resource_deleted_out_of_band_is_recreated_by_an_update_and_blocks_no_delete(
    created: Served, kind: str
) -> None:
    for each in KINDS[::-1][: len(KINDS) - KINDS.index(kind)]:
        if each != "Segment" or kind == "Segment":
            getattr(created.evidently, f"delete_{each.lower()}")(**named(each))
    response = created.send(managed(kind, "Update", ARNS[kind]))
    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", ARNS[kind])
    assert created.exists(kind)
    getattr(created.evidently, f"delete_{kind.lower()}")(**named(kind))
    assert created.send(managed(kind, "Delete", ARNS[kind]))["Status"] == "SUCCESS"


def test_a_resource_deleted_while_an_update_reconciles_it_blocks_no_update(created: Served) -> None:
    def deleted_before_the_change(request: Received) -> Reply:
        if request.method == "PATCH":
            created.evidently.delete_feature(**named("Feature"))
        return created.respond(request)

    created.evidently.delete_launch(**named("Launch"))
    created.harness.api.respond = deleted_before_the_change
    changed = managed("Feature", "Update", ARNS["Feature"], definition={**DEFINITIONS["Feature"], "description": "New"})
    response = created.send(changed)
    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", ARNS["Feature"]), response["Reason"]
    assert created.harness.calls[-1] == "UpdateFeature"
    assert not created.exists("Feature")


def test_a_feature_whose_project_was_deleted_out_of_band_blocks_no_update(created: Served) -> None:
    for kind in ("Launch", "Feature", "Project"):
        getattr(created.evidently, f"delete_{kind.lower()}")(**named(kind))
    response = created.send(managed("Feature", "Update", ARNS["Feature"]))
    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", ARNS["Feature"])
    assert (response["Data"]["Arn"], response["Data"]["Status"]) == (ARNS["Feature"], "")


def test_resources_are_deleted_in_the_opposite_order(created: Served) -> None:
    for kind in reversed(KINDS):
        assert created.send(managed(kind, "Delete", ARNS[kind]))["Status"] == "SUCCESS"
        assert not created.exists(kind)


@pytest.mark.parametrize(
    ("kind", "named_in_reason"),
    [
        ("Project", "In the way: launch 'november', feature 'upsell'."),
        ("Feature", "In the way: launch 'november'."),
        ("Segment", "In the way: launch 'winter' of project 'petfood'."),
    ],
)
def test_a_blocked_delete_names_what_is_in_the_way(created: Served, kind: str, named_in_reason: str) -> None:
    created.evidently.start_launch(**named("Launch"))
    if kind == "Segment":
        override = {"segment": "norway", "evaluationOrder": 1, "weights": {"all": 1}}
        step = {"startTime": 1, "groupWeights": {"all": 1}, "segmentOverrides": [override]}
        groups = DEFINITIONS["Launch"]["groups"]
        created.evidently.create_launch(
            project="petfood", name="winter", groups=groups, scheduledSplitsConfig={"steps": [step]}
        )
    response = created.send(managed(kind, "Delete", ARNS[kind]))
    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", ARNS[kind])
    assert named_in_reason in response["Reason"]
    assert created.exists(kind)


def test_a_delete_with_no_time_to_name_what_is_in_the_way_gives_the_apis_reason(created: Served) -> None:
    def late(request: Received) -> Reply:
        if request.method == "DELETE":
            created.harness.clock.seconds += 155  # of 180, of which 15 are the response's and 13 another call's
        return created.respond(request)

    created.harness.api.respond = late
    response = created.send(managed("Project", "Delete", ARNS["Project"]))
    assert response["Status"] == "FAILED"
    assert "409 ConflictException: Project has sub-resources" in response["Reason"]


def test_groups_of_a_running_launch_are_refused_in_the_apis_words_and_stay(created: Served) -> None:
    created.evidently.start_launch(**named("Launch"))
    before = created.shown("Launch")
    groups = [{"name": "all", "feature": "upsell", "variation": "off"}]
    definition = {"groups": groups, "scheduledSplitsConfig": SCHEDULE}
    response = created.send(managed("Launch", "Update", ARNS["Launch"], definition=definition))
    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", ARNS["Launch"])
    assert "409 ConflictException" in response["Reason"]
    assert "groups" in response["Reason"]
    assert created.shown("Launch") == before


def test_a_segment_is_not_changed_under_its_name(created: Served) -> None:
    definition = {"pattern": '{"country": ["se"]}'}
    response = created.send(managed("Segment", "Update", ARNS["Segment"], definition=definition))
    assert response["Status"] == "FAILED"
    assert "another name" in response["Reason"]
    assert created.shown("Segment")["pattern"] == DEFINITIONS["Segment"]["pattern"]


@pytest.mark.parametrize(
    ("kind", "properties", "reason"),
    [
        ("Project", {"Name": "a b"}, "Name is 'a b'; it must be a name of 1 to 127 characters"),
        ("Project", {"Name": None}, "Name is missing"),
        ("Feature", {"Project": "arn:aws:s3:::bucket"}, "Project is 'arn:aws:s3:::bucket'"),
        ("Launch", {"Groups": "all"}, "Groups is 'all'; it must be a list"),
        ("Feature", {"Project": "absent"}, "returned 404 ResourceNotFoundException"),
        (
            "Feature",
            {"Variations": [{"VariationName": "a b", "BooleanValue": "true"}]},
            "Variations[0].VariationName is",
        ),
    ],
)
def test_what_the_api_would_not_take_fails_with_its_name_and_rule(
    created: Served, kind: str, properties: dict[str, Any], reason: str
) -> None:
    given = managed(kind, "Create", name="fresh")
    given["ResourceProperties"] |= properties
    response = created.send(given)
    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", f"not-started:{created.now}")
    assert reason in response["Reason"]
    assert not created.exists(kind, "fresh")


def _without_on(**members: Any) -> dict[str, Any]:
    return {"variations": [VARIATIONS[0]], "defaultVariation": "off", **members}


@pytest.mark.parametrize("members", [{}, {"description": "A banner"}], ids=["nothing else", "more"])
def test_a_variation_that_a_launch_of_the_same_stack_serves_stays_and_later_updates_name_it(
    created: Served, log: LogLines, members: dict[str, Any]
) -> None:
    created.send(event("Create"))
    log()

    response = created.send(managed("Feature", "Update", ARNS["Feature"], definition=_without_on(**members)))

    assert response["Status"] == "SUCCESS", response["Reason"]
    (skipped,) = [line for line in log() if line["step"] == "skipped"]
    assert (skipped["level"], skipped["found"]) == ("WARNING", contract.OUTCOME_IN_USE)
    found = created.shown("Feature")
    assert [each["name"] for each in found["variations"]] == ["off", "on"]
    assert (found.get("description") or "") == members.get("description", "")
    assert found["entityOverrides"] == {}

    created.send(managed("Feature", "Update", ARNS["Feature"], definition=_without_on(**members), tags={"team": "web"}))
    (kept,) = [line for line in log() if line["step"] == "kept_change"]
    assert (kept["level"], kept["members"]) == ("WARNING", "variations.on")


def test_a_variation_that_a_launch_of_others_serves_fails_the_update_that_removes_it(created: Served) -> None:
    created.evidently.start_launch(**named("Launch"))
    response = created.send(managed("Feature", "Update", ARNS["Feature"], definition=_without_on()))
    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", ARNS["Feature"])
    assert "Variation on is served by launch november, which is running" in response["Reason"]
