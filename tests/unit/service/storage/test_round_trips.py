"""The round trips of an operation to DynamoDB, and their items: independent of the size of the table."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from helpers.evidently_api import owner_header
from helpers.service import ON_AND_OFF, PROJECT_ARN, Service
from helpers.traffic import traffic

OTHERS = 12
LAUNCH = {"project": "petfood", "launch": "november"}
GROUPS = [{"name": f"group-{n}", "feature": "upsell", "variation": f"variation-{n}"} for n in range(5)]
# Names and values as long as the model allows.
VARIATIONS = [{"name": f"variation-{n}", "value": {"stringValue": str(n) * 512}} for n in range(5)]


@pytest.fixture
def crowded(service: Service) -> Service:
    """Return a service with a CREATED launch among many features and running launches."""
    evidently = service.with_launch()
    for number in range(OTHERS):
        feature = f"feature-{number}"
        evidently.create_feature(project="petfood", name=feature, variations=[VARIATIONS[0]])
        groups = [{"name": "all", "feature": feature, "variation": "variation-0"}]
        evidently.create_launch(project="petfood", name=feature, groups=groups)
        evidently.start_launch(project="petfood", launch=feature)
    return service


@pytest.mark.parametrize("is_owner", [False, True])
def test_a_start_and_a_stop_are_two_round_trips_each(crowded: Service, *, is_owner: bool) -> None:
    for operation, action, at in (("start_launch", "acquire-new", 1), ("stop_launch", "release", 2)):
        evidently = crowded.client(owner=owner_header(action, at=at) if is_owner else None)
        with traffic(crowded.store.client) as counted:
            getattr(evidently, operation)(**LAUNCH)
        assert counted.trips == 2
    assert crowded.client().get_launch(**LAUNCH)["launch"]["status"] == "COMPLETED"


def test_a_create_is_one_round_trip_and_with_an_owner_two(service: Service) -> None:
    for name, owner, trips in (("by-hand", None, 1), ("owned", owner_header("acquire-new"), 2)):
        evidently = service.client(owner=owner)
        with traffic(service.store.client) as counted:
            evidently.create_project(name=name)
        assert counted.trips == trips


def test_an_evaluation_is_one_round_trip_for_the_feature_and_its_runs(crowded: Service) -> None:
    evidently = crowded.client()
    evidently.start_launch(**LAUNCH)
    with traffic(crowded.store.client) as counted:
        evidently.evaluate_feature(project="petfood", feature="upsell", entityId="anna")
    assert (counted.trips, counted.read) == (1, 2)


def test_a_page_is_one_round_trip_and_reads_one_item_more_than_it_shows(crowded: Service) -> None:
    with traffic(crowded.store.client) as counted:
        found = crowded.client().list_launches(project="petfood", maxResults=3)["launches"]
    assert (len(found), counted.trips) == (3, 1)
    assert counted.read <= 4


def pattern(number: int) -> str:
    """Return a segment's pattern of the maximum length; it matches the plan of that number."""
    text = json.dumps({"plan": [f"plan-{number}"], "filler": [{"anything-but": [""]}]})
    return text.replace('""', f'"{"x" * (1024 - len(text))}"')


def test_the_largest_launch_on_the_largest_feature_is_read_in_one_round_trip(service: Service) -> None:
    evidently = service.client()
    evidently.create_project(name="petfood")
    overrides = {f"{index:0>392}": "variation-4" for index in range(100)}
    evidently.create_feature(
        project="petfood",
        name="upsell",
        description="é" * 160,
        variations=VARIATIONS,
        entityOverrides=overrides,
        tags={f"{n:0>128}": "é" * 256 for n in range(50)},
    )
    for number in range(36):
        assert len(pattern(number)) == 1024
        evidently.create_segment(name=f"segment-{number}", pattern=pattern(number))
    steps = [steps_from(first) for first in range(6)]
    evidently.create_launch(**launch(steps))
    evidently.start_launch(**LAUNCH)

    with traffic(service.store.client) as counted:
        override = evidently.evaluate_feature(project="petfood", feature="upsell", entityId=f"{7:0>392}")
        context = json.dumps({"plan": "plan-33", "filler": "y"})
        response = evidently.evaluate_feature(
            project="petfood", feature="upsell", entityId="anna", evaluationContext=context
        )

    assert (counted.trips, counted.read) == (2, 4)
    assert (override["variation"], override["reason"]) == ("variation-4", "ENTITY_OVERRIDES_MATCH")
    assert (response["variation"], response["value"]) == ("variation-3", VARIATIONS[3]["value"])
    assert len(evidently.get_launch(**LAUNCH)["launch"]["scheduledSplitsDefinition"]["steps"]) == 6
    evidently.update_launch(**LAUNCH, scheduledSplitsConfig={"steps": steps[:1]})
    references = evidently.list_segment_references(segment="segment-35", type="LAUNCH")["referencedBy"]
    assert references == []


@pytest.fixture
def widest(service: Service) -> Service:
    """Return a service with an owned launch on five features, with the maximum of segments; twice as many exist."""
    evidently = service.client()
    evidently.create_project(name="petfood")
    for group in GROUPS:
        evidently.create_feature(project="petfood", name=group["name"], variations=ON_AND_OFF)
    for number in range(72):
        evidently.create_segment(name=f"segment-{number}", pattern='{"a": [1]}')
    owner = service.client(owner=owner_header("acquire-new", at=1))
    groups = [{"name": group["name"], "feature": group["name"], "variation": "on"} for group in GROUPS]
    schedule = {"steps": [steps_from(number) for number in range(6)]}
    owner.create_launch(project="petfood", name="november", groups=groups, scheduledSplitsConfig=schedule)
    owner.start_launch(**LAUNCH)
    return service


def test_the_widest_running_launch_is_deleted_in_one_transaction(widest: Service) -> None:
    with traffic(widest.store.client) as counted:
        widest.client(owner=owner_header("release", at=2)).delete_launch(**LAUNCH)
    assert (counted.trips, counted.written) == (2, 85)
    project = widest.client().get_project(project="petfood")["project"]
    assert (project["launchCount"], project["activeLaunchCount"]) == (0, 0)


def test_an_owner_changes_as_many_segments_at_once_as_one_transaction_takes(widest: Service) -> None:
    owner = widest.client(owner=owner_header("update", at=2))
    numbers = [*range(13), *range(36, 59)]  # 23 are removed, 23 are new
    steps = [step_of(first // 6, numbers[first : first + 6]) for first in range(0, 36, 6)]
    with traffic(widest.store.client) as counted:
        owner.update_launch(**LAUNCH, scheduledSplitsConfig={"steps": steps})
    assert counted.written + counted.checked == 99
    with pytest.raises(owner.exceptions.ValidationException, match="46 segments"):
        owner.update_launch(**LAUNCH, scheduledSplitsConfig={"steps": [steps_from(10), steps_from(11)]})


def steps_from(number: int) -> dict[str, Any]:
    """Return a step with six segments that no other step has."""
    return step_of(number, range(number * 6, number * 6 + 6))


def step_of(number: int, segments: Iterable[int]) -> dict[str, Any]:
    """Return a step with these segments; each gives its plans the variation of its order."""
    overrides = [
        {
            "segment": f"{PROJECT_ARN.rsplit(':', 1)[0]}:segment/segment-{segment}",
            "evaluationOrder": order,
            "weights": {group["name"]: 100_000 if index == order % 5 else 0 for index, group in enumerate(GROUPS)},
        }
        for order, segment in enumerate(segments)
    ]
    weights = {group["name"]: 20_000 for group in GROUPS}
    return {"startTime": number + 1, "groupWeights": weights, "segmentOverrides": overrides}


def launch(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a launch of the maximum size."""
    metric = {"name": "m" * 255, "entityIdKey": "e" * 256, "valueKey": "v" * 256, "unitLabel": "u" * 256}
    return {
        "project": "petfood",
        "name": "november",
        "description": "é" * 160,
        "groups": [{**group, "description": "é" * 160} for group in GROUPS],
        "scheduledSplitsConfig": {"steps": steps},
        "metricMonitors": [{"metricDefinition": {**metric, "name": f"{n}{'m' * 254}"}} for n in range(3)],
        "randomizationSalt": "s" * 127,
        "tags": {f"{n:0>128}": "é" * 256 for n in range(50)},
    }
