"""EvaluateFeature, BatchEvaluateFeature and TestSegmentPattern, as an app calls them."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.service import PROJECT_ARN, Service

NAMES = {"project": "petfood", "launch": "november"}
ASK = {"project": "petfood", "feature": "upsell", "entityId": "user-1"}
FEATURE_ARN = f"{PROJECT_ARN}/feature/upsell"
LONG_AGO = 1_600_000_000


def everybody(**step: Any) -> dict[str, Any]:
    """Return a schedule of one step, by default with the group `all` for everybody."""
    return {"steps": [{"startTime": LONG_AGO, "groupWeights": {"all": 100_000}, **step}]}


def running(service: Service, **members: Any) -> Any:
    """Start a launch whose one group `all` gets the variation `off`; return a client."""
    groups = [{"name": "all", "feature": "upsell", "variation": "off"}]
    evidently = service.with_launch(**{"groups": groups, "scheduledSplitsConfig": everybody(), **members})
    evidently.start_launch(**NAMES)
    return evidently


def test_without_a_launch_everybody_gets_the_default(service: Service) -> None:
    response = service.with_launch(scheduledSplitsConfig=everybody()).evaluate_feature(**ASK)
    assert (response["variation"], response["value"], response["reason"]) == ("on", {"boolValue": True}, "DEFAULT")
    assert response["details"] == "{}"


def test_a_running_launch_decides_until_it_is_stopped(service: Service) -> None:
    evidently = running(service)
    response = evidently.evaluate_feature(**ASK)
    assert (response["variation"], response["value"], response["reason"]) == (
        "off",
        {"boolValue": False},
        "LAUNCH_RULE_MATCH",
    )
    assert json.loads(response["details"]) == {"launch": "november", "group": "all"}

    evidently.stop_launch(**NAMES)
    assert evidently.evaluate_feature(**ASK)["reason"] == "DEFAULT"


def test_the_latest_start_decides_and_the_earlier_one_again_when_it_stops(service: Service) -> None:
    evidently = running(service)
    service.now += 1000
    groups = [{"name": "all", "feature": "upsell", "variation": "on"}]
    service.with_launch("december", groups=groups, scheduledSplitsConfig=everybody())
    evidently.start_launch(project="petfood", launch="december")
    assert json.loads(evidently.evaluate_feature(**ASK)["details"])["launch"] == "december"

    evidently.stop_launch(project="petfood", launch="december")
    assert json.loads(evidently.evaluate_feature(**ASK)["details"])["launch"] == "november"


def test_a_step_counts_from_its_start_on(service: Service) -> None:
    later = {"startTime": service.now // 1000 + 60, "groupWeights": {"all": 100_000}}
    evidently = running(service, scheduledSplitsConfig={"steps": [later]})
    assert evidently.evaluate_feature(**ASK)["reason"] == "DEFAULT"
    service.now += 60_000
    assert evidently.evaluate_feature(**ASK)["reason"] == "LAUNCH_RULE_MATCH"


def test_an_entity_override_precedes_a_launch(service: Service) -> None:
    evidently = running(service)
    variations = [{"name": "a", "value": {"stringValue": "a"}}, {"name": "b", "value": {"stringValue": "b"}}]
    evidently.create_feature(project="petfood", name="colour", variations=variations, entityOverrides={"user-1": "b"})
    response = evidently.evaluate_feature(**{**ASK, "feature": "colour"})
    assert (response["variation"], response["reason"]) == ("b", "ENTITY_OVERRIDES_MATCH")


@pytest.mark.parametrize(("country", "reason"), [("no", "LAUNCH_RULE_MATCH"), ("se", "DEFAULT")])
def test_a_segment_override_applies_where_its_pattern_matches(service: Service, country: str, reason: str) -> None:
    service.client().create_segment(name="norway", pattern='{"country": ["no"]}')
    override = {"segment": "norway", "evaluationOrder": 1, "weights": {"all": 100_000}}
    evidently = running(service, scheduledSplitsConfig=everybody(groupWeights={"all": 0}, segmentOverrides=[override]))
    response = evidently.evaluate_feature(**ASK, evaluationContext=json.dumps({"country": country}))
    assert response["reason"] == reason
    assert evidently.evaluate_feature(**ASK)["reason"] == "DEFAULT"


def test_a_project_may_be_given_by_arn(service: Service) -> None:
    evidently = running(service)
    assert evidently.evaluate_feature(**{**ASK, "project": PROJECT_ARN})["variation"] == "off"


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"feature": "absent"}, f"Feature does not exist with arn '{PROJECT_ARN}/feature/absent'"),
        ({"project": "absent"}, f"Project does not exist with arn '{PROJECT_ARN.replace('petfood', 'absent')}'"),
    ],
)
def test_a_missing_resource_has_the_data_planes_message(service: Service, names: dict[str, str], message: str) -> None:
    evidently = running(service)
    with pytest.raises(evidently.exceptions.ResourceNotFoundException) as caught:
        evidently.evaluate_feature(**{**ASK, **names})
    assert caught.value.response["Error"]["Message"] == message
    assert caught.value.response.get("resourceId") is None


@pytest.mark.parametrize("context", ["[]", '"text"', "7", "null"])
def test_a_context_that_is_no_object_is_refused(service: Service, context: str) -> None:
    evidently = running(service)
    with pytest.raises(evidently.exceptions.ValidationException) as caught:
        evidently.evaluate_feature(**ASK, evaluationContext=context)
    assert [field["name"] for field in caught.value.response["fieldList"]] == ["evaluationContext"]


def test_a_batch_evaluates_each_request_by_itself_and_returns_arns(service: Service) -> None:
    evidently = running(service)
    results = evidently.batch_evaluate_feature(
        project="petfood",
        requests=[{"feature": "upsell", "entityId": "user-1"}, {"feature": "absent", "entityId": "user-2"}],
    )["results"]
    assert (results[0]["project"], results[0]["feature"]) == (PROJECT_ARN, FEATURE_ARN)
    assert (results[0]["entityId"], results[0]["variation"], results[0]["reason"]) == (
        "user-1",
        "off",
        "LAUNCH_RULE_MATCH",
    )
    assert results[1] == {
        "project": PROJECT_ARN,
        "feature": f"{PROJECT_ARN}/feature/absent",
        "entityId": "user-2",
        "reason": f"Feature does not exist with arn '{PROJECT_ARN}/feature/absent'",
    }


def test_a_batch_in_a_missing_project_is_a_404(service: Service) -> None:
    evidently = running(service)
    with pytest.raises(evidently.exceptions.ResourceNotFoundException, match="Project does not exist"):
        evidently.batch_evaluate_feature(project="absent", requests=[{"feature": "upsell", "entityId": "user-1"}])


def test_an_evaluation_is_counted_by_project_feature_variation_and_reason(service: Service) -> None:
    running(service).evaluate_feature(**ASK)
    (line,) = [json.loads(line) for line in service.lines]
    directive = line["_aws"]["CloudWatchMetrics"][0]
    assert line["_aws"]["Timestamp"] == service.now
    assert directive["Namespace"] == "CdkEvidently"
    assert [metric["Name"] for metric in directive["Metrics"]] == ["Evaluations"]
    assert {name: line[name] for name in directive["Dimensions"][0]} == {
        "Project": "petfood",
        "Feature": "upsell",
        "Variation": "off",
        "Reason": "LAUNCH_RULE_MATCH",
    }
    assert line["Evaluations"] == 1


@pytest.mark.parametrize(("payload", "match"), [({"country": "no"}, True), ({"country": "se"}, False), ({}, False)])
def test_a_pattern_is_tried_on_a_payload(service: Service, payload: dict[str, str], match: bool) -> None:  # noqa: FBT001, a table's column
    response = service.client().test_segment_pattern(pattern='{"country": ["no"]}', payload=json.dumps(payload))
    assert response["match"] is match


def test_a_malformed_pattern_is_refused(service: Service) -> None:
    with pytest.raises(ClientError, match="pattern is malformed at country: it must"):
        service.client().test_segment_pattern(pattern='{"country": []}', payload="{}")
