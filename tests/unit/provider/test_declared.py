"""Projects, features, segments and launches as custom resources: made, changed and deleted, on the API itself."""

from collections.abc import Mapping
from typing import Any

import pytest

from helpers.declared_events import ACCOUNT_ARN, ARNS, DEFINITIONS, MARKER, NAMES, SCHEDULE, VARIATIONS, declared
from helpers.provider_scene import Scene
from helpers.provider_service import serve
from local_aws.server import LocalAws

KINDS = ["Project", "Segment", "Feature", "Launch"]
ANOTHER_STACK = "arn:aws:cloudformation:eu-north-1:123456789012:stack/shop2/ffff"
LAUNCH = {"project": "petfood", "launch": "november"}
FEATURE = {"project": "petfood", "feature": "upsell"}


@pytest.fixture
def evidently(scene: Scene, local_aws: LocalAws) -> Any:
    """A client of the service that the scene's provider calls; nothing is there."""
    return serve(scene, local_aws).client()


@pytest.fixture
def declared_all(scene: Scene, evidently: Any) -> Any:
    """The client; one of each kind was declared, and the calls for it are forgotten."""
    for kind in KINDS:
        assert scene.send(declared(kind, "Create"))["PhysicalResourceId"] == ARNS[kind]
    scene.api.received.clear()
    return evidently


def shown(evidently: Any, kind: str, name: str = "") -> dict[str, Any]:
    """What the API shows of a thing."""
    project = {"project": "petfood"} if kind in {"Feature", "Launch"} else {}
    get = getattr(evidently, f"get_{kind.lower()}")
    found: dict[str, Any] = get(**project, **{kind.lower(): name or NAMES[kind]})[kind.lower()]
    return found


def is_there(evidently: Any, kind: str, name: str = "") -> bool:
    """Whether a thing is there."""
    try:
        shown(evidently, kind, name)
    except evidently.exceptions.ResourceNotFoundException:
        return False
    return True


def make_by_hand(evidently: Any, kind: str) -> None:
    """Make what the definition of a kind says, as a stranger would; the time of a step as boto3 takes it."""
    project = {"project": "petfood"} if kind in {"Feature", "Launch"} else {}
    if kind in {"Feature", "Launch"}:
        evidently.create_project(name="petfood")
    if kind == "Launch":
        evidently.create_feature(project="petfood", name="upsell", variations=VARIATIONS)
    getattr(evidently, f"create_{kind.lower()}")(**project, name=NAMES[kind], **DEFINITIONS[kind])


def test_each_kind_is_made_with_one_call_and_tells_its_arn_name_status_and_times(scene: Scene, evidently: Any) -> None:
    statuses = {"Project": "AVAILABLE", "Segment": "", "Feature": "AVAILABLE", "Launch": "CREATED"}
    for kind in KINDS:
        answer = scene.send(declared(kind, "Create", Tags={"team": "web"}))
        assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", ARNS[kind])
        data = answer["Data"]
        assert (data["Arn"], data["Name"], data["Status"]) == (ARNS[kind], NAMES[kind], statuses[kind])
        assert data["CreatedTime"] == data["LastUpdatedTime"] == "2021-11-20T00:37:26.468Z"
        assert shown(evidently, kind)["tags"]["team"] == "web"
    assert scene.calls == ["CreateProject", "CreateSegment", "CreateFeature", "CreateLaunch"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_create_that_comes_again_changes_nothing_and_answers_as_the_first(
    scene: Scene, declared_all: Any, kind: str
) -> None:
    before = shown(declared_all, kind)
    answer = scene.send(declared(kind, "Create"))
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", ARNS[kind])
    assert shown(declared_all, kind) == before
    assert scene.calls == [f"Create{kind}", f"Get{kind}"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_stranger_made_is_not_taken_and_not_deleted(scene: Scene, evidently: Any, kind: str) -> None:
    make_by_hand(evidently, kind)
    before = shown(evidently, kind)
    answer = scene.send(declared(kind, "Create"))
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", MARKER)
    assert "is there already" in answer["Reason"]
    assert "adopt_existing=True" in answer["Reason"]
    for physical_id in (MARKER, "made-up-by-CloudFormation-1A2B3C", ARNS[kind]):
        assert scene.send(declared(kind, "Delete", physical_id))["Status"] == "SUCCESS"
    assert shown(evidently, kind) == before


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_adopted_is_made_as_wanted_and_never_deleted(scene: Scene, evidently: Any, kind: str) -> None:
    make_by_hand(evidently, kind)
    definition = DEFINITIONS[kind] if kind == "Segment" else {**DEFINITIONS[kind], "description": "Adopted"}
    asked = declared(kind, "Create", definition=definition, AdoptExisting="true", Tags={"team": "web"})
    answer = scene.send(asked)
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", f"{ARNS[kind]}#adopted")
    assert (shown(evidently, kind)["tags"], answer["Data"]["Arn"]) == ({"team": "web"}, ARNS[kind])
    if kind != "Segment":
        assert shown(evidently, kind)["description"] == "Adopted"

    again = scene.send({**asked, "RequestType": "Update", "PhysicalResourceId": answer["PhysicalResourceId"]})
    assert again["PhysicalResourceId"] == answer["PhysicalResourceId"]
    assert scene.send(declared(kind, "Delete", answer["PhysicalResourceId"]))["Status"] == "SUCCESS"
    assert is_there(evidently, kind)


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
def test_a_change_is_one_call_and_is_taken_back_by_one_and_nothing_changed_is_none(
    scene: Scene, declared_all: Any, kind: str, definition: Mapping[str, Any], calls: list[str]
) -> None:
    before = timeless(shown(declared_all, kind))
    changed = declared(kind, "Update", ARNS[kind], definition=definition)
    for asked, expected in (
        (changed, calls),
        (changed, []),
        (declared(kind, "Update", ARNS[kind]), calls),
        (declared(kind, "Update", ARNS[kind]), []),
    ):
        scene.api.received.clear()
        answer = scene.send(asked)
        assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", ARNS[kind]), answer["Reason"]
        assert scene.calls == [f"Get{kind}", *expected]
    assert timeless(shown(declared_all, kind)) == before


def timeless(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document without the time of its last change; variations by name, as the API adds new ones at the end."""
    found = {name: value for name, value in document.items() if name != "lastUpdatedTime"}
    if "variations" in found:
        found["variations"] = sorted(found["variations"], key=lambda each: str(each["name"]))
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_tags_change_in_place_and_the_holders_stays(scene: Scene, declared_all: Any, kind: str) -> None:
    (holder,) = shown(declared_all, kind)["tags"].items()
    scene.send(declared(kind, "Update", ARNS[kind], Tags={"team": "web", "stage": "beta"}))
    scene.send(declared(kind, "Update", ARNS[kind], Tags={"team": "app"}))
    assert shown(declared_all, kind)["tags"] == {"team": "app", **dict([holder])}
    assert scene.calls == [f"Get{kind}", "TagResource", f"Get{kind}", "TagResource", "UntagResource"]


def test_what_drifted_is_brought_back(scene: Scene, declared_all: Any) -> None:
    declared_all.update_feature(**FEATURE, entityOverrides={"stranger": "on"}, description="By hand")
    scene.send(declared("Feature", "Update", ARNS["Feature"]))
    found = shown(declared_all, "Feature")
    assert found["entityOverrides"] == {"tester": "on"}
    assert not found.get("description")


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_deleted_by_hand_is_made_anew_by_an_update_and_no_hindrance_to_a_delete(
    scene: Scene, declared_all: Any, kind: str
) -> None:
    for each in KINDS[::-1][: len(KINDS) - KINDS.index(kind)]:
        if each != "Segment" or kind == "Segment":
            remove = getattr(declared_all, f"delete_{each.lower()}")
            remove(**({"project": "petfood"} if each in {"Feature", "Launch"} else {}), **{each.lower(): NAMES[each]})
    assert scene.send(declared(kind, "Delete", ARNS[kind]))["Status"] == "SUCCESS"
    answer = scene.send(declared(kind, "Update", ARNS[kind]))
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", ARNS[kind])
    assert is_there(declared_all, kind)


@pytest.mark.parametrize("order", ["update_then_delete", "delete_then_update"])
@pytest.mark.parametrize("kind", KINDS)
def test_another_name_is_another_thing_and_both_orders_of_a_rollback_leave_the_first(
    scene: Scene, declared_all: Any, kind: str, order: str
) -> None:
    before = shown(declared_all, kind)
    renamed = scene.send(declared(kind, "Update", ARNS[kind], name="another"))
    assert renamed["PhysicalResourceId"] == ARNS[kind].replace(NAMES[kind], "another")
    assert is_there(declared_all, kind, "another")

    update = declared(kind, "Update", ARNS[kind])
    delete = declared(kind, "Delete", renamed["PhysicalResourceId"], name="another")
    for asked in [update, delete] if order == "update_then_delete" else [delete, update]:
        assert scene.send(asked)["Status"] == "SUCCESS"
    assert shown(declared_all, kind) == before
    assert not is_there(declared_all, kind, "another")


@pytest.mark.parametrize("rolled_back", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_construct_that_moves_in_its_stack_takes_its_thing_along(
    scene: Scene, declared_all: Any, kind: str, *, rolled_back: bool
) -> None:
    before = shown(declared_all, kind)
    moved = scene.send(declared(kind, "Create", logical_id="Moved"))
    assert (moved["Status"], moved["PhysicalResourceId"]) == ("SUCCESS", ARNS[kind])
    gone, stays = ("Moved", f"The{kind}") if rolled_back else (f"The{kind}", "Moved")
    assert scene.send(declared(kind, "Delete", ARNS[kind], logical_id=gone))["Status"] == "SUCCESS"
    after = shown(declared_all, kind)
    assert {**after, "tags": {}} == {**before, "tags": {}}
    assert len(after["tags"]) == 1
    if kind in {"Launch", "Segment"}:
        assert scene.send(declared(kind, "Delete", ARNS[kind], logical_id=stays))["Status"] == "SUCCESS"
        assert not is_there(declared_all, kind)


def test_a_running_launch_is_stopped_whoever_started_it_and_deleted(scene: Scene, declared_all: Any) -> None:
    declared_all.start_launch(**LAUNCH)
    assert scene.send(declared("Launch", "Delete", ARNS["Launch"]))["Status"] == "SUCCESS"
    assert scene.calls == ["GetLaunch", "StopLaunch", "DeleteLaunch"]
    assert not is_there(declared_all, "Launch")


def test_everything_is_deleted_in_the_order_in_which_it_was_not_made(scene: Scene, declared_all: Any) -> None:
    for kind in reversed(KINDS):
        assert scene.send(declared(kind, "Delete", ARNS[kind]))["Status"] == "SUCCESS"
        assert not is_there(declared_all, kind)


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("Project", "In the way: launch 'november', feature 'upsell'."),
        ("Feature", "In the way: launch 'november'."),
        ("Segment", "In the way: launch 'winter' of project 'petfood'."),
    ],
)
def test_a_delete_that_something_is_in_the_way_of_names_it(
    scene: Scene, declared_all: Any, kind: str, named: str
) -> None:
    declared_all.start_launch(**LAUNCH)
    if kind == "Segment":
        override = {"segment": "norway", "evaluationOrder": 1, "weights": {"all": 1}}
        step = {"startTime": 1, "groupWeights": {"all": 1}, "segmentOverrides": [override]}
        groups = DEFINITIONS["Launch"]["groups"]
        declared_all.create_launch(
            project="petfood", name="winter", groups=groups, scheduledSplitsConfig={"steps": [step]}
        )
    answer = scene.send(declared(kind, "Delete", ARNS[kind]))
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", ARNS[kind])
    assert named in answer["Reason"]
    assert is_there(declared_all, kind)


def test_groups_of_a_running_launch_are_refused_in_the_apis_words_and_stay(scene: Scene, declared_all: Any) -> None:
    declared_all.start_launch(**LAUNCH)
    before = shown(declared_all, "Launch")
    groups = [{"name": "all", "feature": "upsell", "variation": "off"}]
    definition = {"groups": groups, "scheduledSplitsConfig": SCHEDULE}
    answer = scene.send(declared("Launch", "Update", ARNS["Launch"], definition=definition))
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", ARNS["Launch"])
    assert "409 ConflictException" in answer["Reason"]
    assert "groups" in answer["Reason"]
    assert shown(declared_all, "Launch") == before


def test_a_segment_is_not_changed_under_its_name(scene: Scene, declared_all: Any) -> None:
    definition = {"pattern": '{"country": ["se"]}'}
    answer = scene.send(declared("Segment", "Update", ARNS["Segment"], definition=definition))
    assert answer["Status"] == "FAILED"
    assert "another name" in answer["Reason"]
    assert shown(declared_all, "Segment")["pattern"] == DEFINITIONS["Segment"]["pattern"]


@pytest.mark.parametrize(
    ("kind", "properties", "said"),
    [
        ("Project", {"Name": "a b"}, "Name is 'a b'; it must be a name of 1 to 127 characters"),
        ("Project", {"Name": None}, "Name is None"),
        ("Feature", {"Project": "arn:aws:s3:::bucket"}, "Project is 'arn:aws:s3:::bucket'"),
        ("Launch", {"Definition": "{'no': 'json'}"}, "Definition is \"{'no': 'json'}\""),
        ("Feature", {"Project": "absent"}, "answered 404 ResourceNotFoundException"),
        ("Feature", {"Definition": '{"variations": [{"name": "a b", "value": {"boolValue": true}}]}'}, "variations[0]"),
    ],
)
def test_what_the_api_would_not_take_fails_with_its_name_and_rule(
    scene: Scene, declared_all: Any, kind: str, properties: dict[str, Any], said: str
) -> None:
    asked = declared(kind, "Create", name="fresh")
    asked["ResourceProperties"] |= properties
    answer = scene.send(asked)
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", MARKER)
    assert said in answer["Reason"]
    assert not is_there(declared_all, kind, "fresh")


def test_a_project_that_is_another_stacks_is_left_to_it(scene: Scene, declared_all: Any) -> None:
    answer = scene.send(declared("Project", "Create", stack_id=ANOTHER_STACK, AdoptExisting="true"))
    assert answer["PhysicalResourceId"] == f"{ACCOUNT_ARN}project/petfood#adopted"
    assert scene.send(declared("Project", "Delete", ARNS["Project"], stack_id=ANOTHER_STACK))["Status"] == "SUCCESS"
    assert is_there(declared_all, "Project")
