"""Metrics of evaluations: nobody runs them up, and a deployment chooses how many there are."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from evidently_service.telemetry.metrics import Detail, EvaluationMetrics
from helpers.service import NOON, ON_AND_OFF, Service
from helpers.traffic import traffic

SEEN = {"feature": "upsell", "variation": "on", "entityId": "anna", "type": "LAUNCH_RULE_MATCH"}
Dimensions = dict[str, str]


def send(service: Service, *data: dict[str, Any]) -> int:
    """Send events of evaluations; return how many failed."""
    events = [{"timestamp": 1, "type": "aws.evidently.evaluation", "data": json.dumps(each)} for each in data]
    failed: int = service.client().put_project_events(project="petfood", events=events)["failedEventCount"]
    return failed


def counted(service: Service) -> list[Dimensions]:
    """Return the dimensions of each evaluation that was counted."""
    lines = [line for line in map(json.loads, service.lines) if "Evaluations" in line]
    assert all(line["Evaluations"] == 1 for line in lines)
    named = [line["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0] for line in lines]
    return [{name: line[name] for name in names} for line, names in zip(lines, named, strict=True)]


@pytest.fixture
def shop(service: Service) -> Service:
    """A service with the feature `upsell` and a launch."""
    service.with_launch()
    return service


@pytest.mark.parametrize(
    "invented",
    [
        {"feature": "invented"},
        {"variation": "invented"},
        {"type": "INVENTED"},
        {"type": "règle"},
        {"type": "D\u0007"},
        {"type": ""},
        {"type": "x" * 1024},
    ],
)
def test_an_event_with_an_invented_name_or_reason_has_no_metric(shop: Service, invented: dict[str, str]) -> None:
    assert send(shop, {**SEEN, **invented}, SEEN) == 0
    assert counted(shop) == [
        {"Project": "petfood", "Feature": "upsell", "Variation": "on", "Reason": "LAUNCH_RULE_MATCH"}
    ]


@pytest.mark.parametrize("reason", ["DEFAULT", "ENTITY_OVERRIDES_MATCH", "LAUNCH_RULE_MATCH", "EXPERIMENT_RULE_MATCH"])
def test_each_of_aws_reasons_is_counted(shop: Service, reason: str) -> None:
    send(shop, {**SEEN, "type": reason})
    assert [each["Reason"] for each in counted(shop)] == [reason]


def test_a_variation_of_another_feature_has_no_metric(shop: Service) -> None:
    shop.client().create_feature(
        project="petfood", name="colour", variations=[{"name": "red", "value": {"longValue": 1}}]
    )
    send(shop, {**SEEN, "variation": "red"}, {**SEEN, "feature": "colour", "variation": "red"})
    assert [each["Feature"] for each in counted(shop)] == ["colour"]


def test_a_feature_is_looked_up_once_a_minute_whether_it_exists_or_not(shop: Service) -> None:
    trips = []
    for _ in range(3):
        with traffic(shop.store.client) as seen:
            send(shop, *[SEEN] * 20, *[{**SEEN, "feature": "invented"}] * 20)
        trips.append(seen.trips)
    shop.client().create_feature(project="petfood", name="invented", variations=ON_AND_OFF)
    shop.now += 59_999
    send(shop, {**SEEN, "feature": "invented"})
    assert len(counted(shop)) == 60
    shop.now += 1
    send(shop, {**SEEN, "feature": "invented"})
    assert (trips, len(counted(shop))) == ([3, 1, 1], 61)  # one of each is the project's


def test_what_a_sandbox_remembers_is_bounded(shop: Service) -> None:
    variations = shop.evaluations.variations
    for number in range(3_000):
        variations.get(f"invented-{number}", NOON, frozenset)
        assert len(variations.values) <= 1_000
    assert variations.get("invented-2999", NOON, lambda: frozenset("x")) == frozenset()


def test_events_of_a_table_that_does_not_respond_are_sent_again_and_counted_once(shop: Service) -> None:
    shop.pauses.clear()
    client = shop.store.client
    calls = []

    def refuse(**_: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise ClientError({"Error": {"Code": "InternalServerError", "Message": ""}}, "GetItem")

    client.meta.events.register("before-call.dynamodb.GetItem", refuse)
    try:
        with pytest.raises(ClientError, match="ServiceUnavailable"):
            send(shop, SEEN)
    finally:
        client.meta.events.unregister("before-call.dynamodb.GetItem", refuse)
    assert counted(shop) == []
    send(shop, SEEN)
    assert len(counted(shop)) == 1


def test_metrics_per_feature_have_a_project_and_a_feature(shop: Service) -> None:
    shop.evaluations = EvaluationMetrics(Detail.PER_FEATURE)
    shop.client().evaluate_feature(project="petfood", feature="upsell", entityId="anna")
    send(shop, SEEN, {**SEEN, "variation": "invented"})
    assert counted(shop) == [{"Project": "petfood", "Feature": "upsell"}] * 2
    # In the log without being a metric: a query can still tell them apart.
    assert [json.loads(line)["Variation"] for line in shop.lines] == ["on", "on"]


def test_metrics_that_are_off_cost_neither_a_line_nor_a_read(shop: Service) -> None:
    shop.evaluations = EvaluationMetrics(Detail.OFF)
    evidently = shop.client()
    evidently.evaluate_feature(project="petfood", feature="upsell", entityId="anna")
    evidently.batch_evaluate_feature(project="petfood", requests=[{"feature": "upsell", "entityId": "anna"}])
    with traffic(shop.store.client) as seen:
        assert send(shop, SEEN) == 0
    assert (shop.lines, seen.trips) == ([], 1)
