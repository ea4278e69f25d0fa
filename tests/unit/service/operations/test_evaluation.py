"""EvaluateFeature, BatchEvaluateFeature and TestSegmentPattern, as an app calls them."""

import json
from collections.abc import Callable
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


def test_a_bad_context_fails_no_other_request_of_its_batch(service: Service) -> None:
    evidently = running(service)
    contexts = ["[]", "", '{"a":' + "[" * 600 + "]" * 600 + "}", '{"a":' * 2000, f'{{"a": "{"x" * 70_000}"}}', "{}"]
    results = evidently.batch_evaluate_feature(
        project="petfood",
        requests=[{"feature": "upsell", "entityId": "user-1", "evaluationContext": context} for context in contexts],
    )["results"]
    assert [result["reason"].partition(": ")[2] for result in results[:-1]] == [
        "requests[0].evaluationContext must be a JSON object, not a list.",
        "requests[1].evaluationContext is not JSON: Expecting value at line 1, column 1.",
        "requests[2].evaluationContext is nested too deeply: 500 levels are allowed.",
        "requests[3].evaluationContext is nested too deeply: 500 levels are allowed.",
        "requests[4].evaluationContext has 70,009 bytes, 65,536 are allowed.",
    ]
    assert all("variation" not in result and result["feature"] == FEATURE_ARN for result in results[:-1])
    assert results[-1]["reason"] == "LAUNCH_RULE_MATCH"


def launch_for_six_segments(service: Service, pattern: Callable[[int], str]) -> Any:
    """Return a client of a service with a launch of which a step has six segment overrides."""
    for number in range(6):
        service.client().create_segment(name=f"segment-{number}", pattern=pattern(number))
    overrides = [
        {"segment": f"segment-{number}", "evaluationOrder": number, "weights": {"all": 100_000}} for number in range(6)
    ]
    return running(service, scheduledSplitsConfig=everybody(segmentOverrides=overrides))


def test_six_segments_of_fifty_alternatives_and_a_context_of_nested_arrays_take_no_time_out(service: Service) -> None:
    alternatives = ",".join(f'{{"b":{{"c{number}":[1]}}}}' for number in range(50))
    evidently = launch_for_six_segments(service, lambda number: f'{{"a{number}":{{"$or":[{alternatives}]}}}}')
    arrays = ",".join(["[{}]"] * 2000)
    context = "{" + ",".join(f'"a{number}":[{arrays}]' for number in range(6)) + "}"
    assert evidently.evaluate_feature(**ASK, evaluationContext=context)["reason"] == "LAUNCH_RULE_MATCH"
    with pytest.raises(evidently.exceptions.ValidationException, match="has 660,006 bytes, 65,536 are allowed"):
        evidently.evaluate_feature(**ASK, evaluationContext='{"a":' + "[{}]" * 165_000 + "}")


def test_a_context_that_takes_too_many_steps_is_refused_with_the_bound(service: Service) -> None:
    compared = ",".join(f'{{"numeric":["=",{number}]}}' for number in range(1, 40))
    evidently = launch_for_six_segments(service, lambda number: f'{{"a":[{compared},"{number}"]}}')
    context = f'{{"a": [{",".join(["0"] * 20_000)}]}}'
    rule = "evaluationContext takes more than 200,000 steps to match"
    with pytest.raises(evidently.exceptions.ValidationException, match=rule) as caught:
        evidently.evaluate_feature(**ASK, evaluationContext=context)
    assert [field["name"] for field in caught.value.response["fieldList"]] == ["evaluationContext"]
    requests = [{"feature": "upsell", "entityId": "user-1", "evaluationContext": each} for each in (context, "{}")]
    results = evidently.batch_evaluate_feature(project="petfood", requests=requests)["results"]
    assert rule in results[0]["reason"]
    assert results[1]["reason"] == "LAUNCH_RULE_MATCH"


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


@pytest.mark.parametrize(
    ("payload", "rule"),
    [
        ('{"a":' + "[" * 600 + "]" * 600 + "}", "payload is nested too deeply: 500 levels are allowed"),
        (f'{{"a": "{"x" * 70_000}"}}', "payload has 70,009 bytes, 65,536 are allowed"),
        (f'{{"a": [{",".join(["0"] * 20_000)}]}}', "payload takes more than 200,000 steps to match"),
    ],
    ids=["depth", "bytes", "steps"],
)
def test_a_payload_has_the_bounds_of_a_context(service: Service, payload: str, rule: str) -> None:
    compared = ",".join(f'{{"numeric":["=",{number}]}}' for number in range(1, 40))
    with pytest.raises(ClientError, match=rule):
        service.client().test_segment_pattern(pattern=f'{{"a":[{compared}]}}', payload=payload)


def test_a_pattern_of_too_many_combinations_is_refused(service: Service) -> None:
    either = ",".join(f'"{letter}":{{"$or":[{{"a":[1]}},{{"b":[1]}}]}}' for letter in "abcdefghijklmnopqrstuvwxyz")
    with pytest.raises(
        ClientError, match=r"too many combinations of objects in \$or; 10,000 fields are allowed in all"
    ):
        service.client().create_segment(name="many", pattern=f"{{{either}}}")


def test_a_malformed_pattern_is_refused(service: Service) -> None:
    with pytest.raises(ClientError, match="pattern is malformed at country: it must"):
        service.client().test_segment_pattern(pattern='{"country": []}', payload="{}")
