"""Updates of projects, features and launches: their changes, and their refusals."""

from typing import Any

import pytest

from helpers.evidently_api import refused
from helpers.service import NOON, PROJECT_ARN, Service

FEATURE = {"project": "petfood", "feature": "upsell"}
LAUNCH = {"project": "petfood", "launch": "november"}
ON, OFF = ({"name": name, "value": {"boolValue": name == "on"}} for name in ("on", "off"))
BETA = {"name": "beta", "value": {"boolValue": False}}
A, B = ({"name": name, "feature": "upsell", "variation": "on"} for name in "ab")
GROUPS = [{"name": "all", "feature": "upsell", "variation": "on"}]
LATER = NOON + 60_000


def steps(*shares: int, segments: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a schedule with a step for each share, and an override for each segment in every step."""
    overrides = [{"segment": it, "evaluationOrder": 1, "weights": {"all": 100_000}} for it in segments]
    return {
        "steps": [
            {"startTime": 1_600_000_000 + at, "groupWeights": {"all": share}, "segmentOverrides": overrides}
            for at, share in enumerate(shares)
        ]
    }


def test_an_update_of_a_project_changes_its_description_only(service: Service) -> None:
    evidently = service.with_launch()
    before = evidently.get_project(project="petfood")["project"]
    service.now = LATER
    response = evidently.update_project(project=PROJECT_ARN, description="all of it")["project"]
    changed = {name for name in response if response[name] != before.get(name)}
    assert changed == {"description", "lastUpdatedTime"}
    assert evidently.get_project(project="petfood")["project"] == response


@pytest.mark.parametrize(("kind", "names"), [("project", {}), ("feature", FEATURE), ("launch", LAUNCH)])
def test_an_empty_description_removes_the_description(service: Service, kind: str, names: dict[str, str]) -> None:
    evidently = service.with_launch()
    before = getattr(evidently, f"get_{kind}")(**{"project": "petfood", **names})[kind]
    for description in ("text", ""):
        update = getattr(evidently, f"update_{kind}")
        after = update(**{"project": "petfood", **names}, description=description)[kind]
        assert after.get("description") == (description or None)
    assert after == before


@pytest.mark.parametrize("operation", ["update_project", "update_project_data_delivery"])
def test_an_update_of_a_missing_project_is_a_404(service: Service, operation: str) -> None:
    assert refused(getattr(service.client(), operation), project="petfood")["status"] == 404


def test_variations_are_added_changed_and_removed_in_one_update(service: Service) -> None:
    evidently = service.with_launch()
    service.now = LATER
    changed = {"name": "off", "value": {"boolValue": True}}
    response = evidently.update_feature(
        **FEATURE,
        addOrUpdateVariations=[BETA, changed],
        removeVariations=["on", "never-was"],
        defaultVariation="beta",
        description="text",
        entityOverrides={"anna": "beta"},
        evaluationStrategy="DEFAULT_VARIATION",
    )["feature"]
    assert response["variations"] == [changed, BETA]
    assert (response["defaultVariation"], response["description"]) == ("beta", "text")
    assert (response["entityOverrides"], response["evaluationStrategy"]) == ({"anna": "beta"}, "DEFAULT_VARIATION")
    assert response["createdTime"] < response["lastUpdatedTime"]
    assert evidently.get_feature(**FEATURE)["feature"] == response


def test_entity_overrides_are_replaced_as_a_whole(service: Service) -> None:
    evidently = service.with_launch()
    evidently.update_feature(**FEATURE, entityOverrides={"anna": "on", "bert": "on"})
    response = evidently.update_feature(**FEATURE, entityOverrides={"carl": "off"})["feature"]
    assert response["entityOverrides"] == {"carl": "off"}
    assert evidently.update_feature(**FEATURE, entityOverrides={})["feature"]["entityOverrides"] == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"removeVariations": ["on"]}, "defaultVariation"),
        ({"removeVariations": ["on", "off"]}, "removeVariations"),
        ({"defaultVariation": "gone"}, "defaultVariation"),
        ({"entityOverrides": {"anna": "gone"}}, "entityOverrides"),
        ({"addOrUpdateVariations": [{"name": "x", "value": {"stringValue": ""}}]}, "addOrUpdateVariations"),
        ({"addOrUpdateVariations": [BETA, BETA]}, "addOrUpdateVariations"),
        ({"addOrUpdateVariations": [ON], "removeVariations": ["on"]}, "removeVariations"),
        ({"addOrUpdateVariations": [{**BETA, "name": f"n{n}"} for n in range(4)]}, "addOrUpdateVariations"),
    ],
)
def test_a_change_that_breaks_a_feature_is_refused_and_changes_nothing(
    service: Service, change: dict[str, Any], field: str
) -> None:
    evidently = service.with_launch()
    before = evidently.get_feature(**FEATURE)["feature"]
    response = refused(evidently.update_feature, **FEATURE, **change)
    assert (response["status"], [each["name"] for each in response["fieldList"]]) == (400, [field])
    assert evidently.get_feature(**FEATURE)["feature"] == before


def test_a_variation_that_a_running_launch_serves_is_not_removed(service: Service) -> None:
    evidently = service.with_launch()
    evidently.start_launch(**LAUNCH)
    change = {"removeVariations": ["on"], "defaultVariation": "off"}
    response = refused(evidently.update_feature, **FEATURE, **change)
    assert (response["status"], response["code"], response["resourceType"]) == (409, "ConflictException", "feature")
    assert "november" in response["Error"]["Message"]

    evidently.update_feature(**FEATURE, addOrUpdateVariations=[BETA])
    evidently.update_feature(**FEATURE, removeVariations=["beta"])
    evidently.stop_launch(**LAUNCH)
    assert evidently.update_feature(**FEATURE, **change)["feature"]["variations"] == [OFF]


def test_a_missing_feature_or_its_project_is_named(service: Service) -> None:
    evidently = service.client()
    assert refused(evidently.update_feature, **FEATURE)["resourceType"] == "project"
    evidently.create_project(name="petfood")
    response = refused(evidently.update_feature, **FEATURE)
    assert (response["resourceType"], response["resourceId"]) == ("feature", f"{PROJECT_ARN}/feature/upsell")


def test_a_launch_that_was_not_started_changes_in_everything(service: Service) -> None:
    evidently = service.with_launch()
    service.now = LATER
    groups = [{"name": "half", "feature": "upsell", "variation": "off", "description": "the other half"}]
    metric = {"metricDefinition": {"name": "sales", "entityIdKey": "user", "valueKey": "sum"}}
    schedule = {"steps": [{"startTime": 1_600_000_000, "groupWeights": {"half": 50_000}}]}
    response = evidently.update_launch(
        **LAUNCH,
        description="text",
        groups=groups,
        metricMonitors=[metric],
        randomizationSalt="a salt",
        scheduledSplitsConfig=schedule,
    )["launch"]
    assert response["groups"] == [
        {"name": "half", "featureVariations": {"upsell": "off"}, "description": "the other half"}
    ]
    assert (response["randomizationSalt"], response["metricMonitors"]) == ("a salt", [metric])
    assert response["scheduledSplitsDefinition"]["steps"][0]["groupWeights"] == {"half": 50_000}
    assert (response["status"], response["createdTime"] < response["lastUpdatedTime"]) == ("CREATED", True)
    assert evidently.get_launch(**LAUNCH)["launch"] == response
    assert evidently.update_launch(**LAUNCH, metricMonitors=[])["launch"]["metricMonitors"] == []


@pytest.mark.parametrize("change", [{"randomizationSalt": "new"}, {"groups": [{**GROUPS[0], "variation": "off"}]}])
def test_a_running_launch_keeps_its_groups_and_salt(service: Service, change: dict[str, Any]) -> None:
    evidently = service.with_launch()
    evidently.start_launch(**LAUNCH)
    before = evidently.get_launch(**LAUNCH)["launch"]
    response = refused(evidently.update_launch, **LAUNCH, description="text", **change)
    assert (response["status"], response["code"], response["resourceType"]) == (409, "ConflictException", "launch")
    assert next(iter(change)) in response["Error"]["Message"]
    assert evidently.get_launch(**LAUNCH)["launch"] == before

    evidently.update_launch(**LAUNCH, groups=GROUPS, randomizationSalt="november")  # unchanged


def test_a_new_schedule_of_a_running_launch_decides_at_once(service: Service) -> None:
    evidently = service.with_launch(scheduledSplitsConfig=steps(0))
    evidently.start_launch(**LAUNCH)
    evaluate = {**FEATURE, "entityId": "anna"}
    assert evidently.evaluate_feature(**evaluate)["reason"] == "DEFAULT"
    response = evidently.update_launch(**LAUNCH, description="all", scheduledSplitsConfig=steps(0, 100_000))["launch"]
    assert (response["status"], len(response["scheduledSplitsDefinition"]["steps"])) == ("RUNNING", 2)
    assert evidently.evaluate_feature(**evaluate)["reason"] == "LAUNCH_RULE_MATCH"


@pytest.mark.parametrize("state", ["COMPLETED", "CANCELLED"])
def test_a_launch_that_has_ended_never_changes(service: Service, state: str) -> None:
    evidently = service.with_launch()
    evidently.start_launch(**LAUNCH)
    evidently.stop_launch(**LAUNCH, desiredState=state)
    response = refused(evidently.update_launch, **LAUNCH, description="text")
    assert (response["status"], state in response["Error"]["Message"]) == (409, True)


def test_a_weight_for_a_removed_group_is_refused(service: Service) -> None:
    evidently = service.with_launch(scheduledSplitsConfig=steps(1))
    response = refused(evidently.update_launch, **LAUNCH, groups=[{**GROUPS[0], "name": "other"}])
    assert response["fieldList"] == [
        {"name": "scheduledSplitsConfig", "message": "Launch groups name in steps not present in groups"}
    ]


def test_an_update_of_a_missing_launch_is_a_404(service: Service) -> None:
    evidently = service.client()
    evidently.create_project(name="petfood")
    assert refused(evidently.update_launch, **LAUNCH)["resourceId"] == f"{PROJECT_ARN}/launch/november"


def referring(evidently: Any, segment: str) -> tuple[int, list[str]]:
    """Return a segment's launch count, and the names in the list of its references."""
    listed = evidently.list_segment_references(segment=segment, type="LAUNCH")["referencedBy"]
    return evidently.get_segment(segment=segment)["segment"]["launchCount"], [each["name"] for each in listed]


def test_references_to_segments_follow_an_update(service: Service) -> None:
    evidently = service.client()
    for name in ("norway", "sweden", "denmark"):
        evidently.create_segment(name=name, pattern='{"a": [1]}')
    service.with_launch(scheduledSplitsConfig=steps(1, 2, segments=("norway", "sweden")))
    evidently.update_launch(**LAUNCH, scheduledSplitsConfig=steps(1, segments=("sweden", "denmark")))
    assert referring(evidently, "norway") == (0, [])
    assert referring(evidently, "sweden") == referring(evidently, "denmark") == (1, ["november"])
    evidently.delete_segment(segment="norway")

    response = refused(evidently.update_launch, **LAUNCH, scheduledSplitsConfig=steps(1, segments=("norway",)))
    assert (response["status"], response["resourceType"]) == (404, "segment")
    assert referring(evidently, "sweden") == (1, ["november"])


def test_more_changed_segments_than_a_transaction_takes_are_refused(service: Service) -> None:
    service.quotas = type(service.quotas)(segments=100)
    evidently = service.client()
    names = [f"s{number}" for number in range(72)]
    for name in names:
        evidently.create_segment(name=name, pattern='{"a": [1]}')

    def schedule(chosen: list[str]) -> dict[str, Any]:
        parts = [steps(1, segments=tuple(chosen[first : first + 6]))["steps"][0] for first in range(0, len(chosen), 6)]
        return {"steps": parts}

    service.with_launch(scheduledSplitsConfig=schedule(names[:36]))
    response = refused(evidently.update_launch, **LAUNCH, scheduledSplitsConfig=schedule(names[36:]))
    assert (response["status"], "two steps" in response["Error"]["Message"]) == (400, True)
    evidently.update_launch(**LAUNCH, scheduledSplitsConfig=schedule(names[18:54]))
    evidently.start_launch(**LAUNCH)
    evidently.update_launch(**LAUNCH, scheduledSplitsConfig=schedule(names[36:]))
    assert [referring(evidently, name)[0] for name in names] == [0] * 36 + [1] * 36


@pytest.mark.parametrize("groups", [[{**GROUPS[0], "description": "with"}], [{**GROUPS[0], "description": ""}]])
def test_a_group_of_a_running_launch_gets_another_description(service: Service, groups: Any) -> None:
    evidently = service.with_launch()
    evidently.start_launch(**LAUNCH)
    for given in (groups, GROUPS):
        shown = evidently.update_launch(**LAUNCH, groups=given)["launch"]["groups"]
        assert shown == evidently.get_launch(**LAUNCH)["launch"]["groups"]
        assert [group.get("description") for group in shown] == [given[0].get("description") or None]


@pytest.mark.parametrize(
    "change",
    [
        [B, A],
        [A],
        [A, B, {**B, "name": "c"}],
        [{**A, "name": "other"}, B],
        [A, {**B, "feature": "banner"}],
        [A, {**B, "variation": "off"}],
    ],
    ids=["order", "removed", "added", "renamed", "another feature", "another variation"],
)
def test_what_decides_in_the_groups_of_a_running_launch_is_frozen(
    service: Service, change: list[dict[str, str]]
) -> None:
    evidently = service.with_launch(groups=[A, B])
    evidently.start_launch(**LAUNCH)
    response = refused(evidently.update_launch, **LAUNCH, groups=change)
    assert (response["status"], "its groups cannot be changed" in response["Error"]["Message"]) == (409, True)


@pytest.mark.parametrize("salt", ["", "november"])
def test_an_empty_salt_is_the_launchs_name(service: Service, salt: str) -> None:
    evidently = service.with_launch(randomizationSalt=salt)
    assert evidently.get_launch(**LAUNCH)["launch"]["randomizationSalt"] == "november"
    evidently.start_launch(**LAUNCH)
    assert evidently.update_launch(**LAUNCH, randomizationSalt="")["launch"]["randomizationSalt"] == "november"
