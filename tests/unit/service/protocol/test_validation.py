"""Validation of requests: all rules of the model, and all problems in one response."""

import base64
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from evidently_service.domain.errors import ValidationError
from evidently_service.http.gateway import request_from
from evidently_service.protocol.api_model import service_model
from evidently_service.protocol.validation import read_input
from helpers.evidently_api import api_event, lambda_context
from helpers.service import ON_AND_OFF, Service

if TYPE_CHECKING:
    from collections.abc import Mapping

MODEL = service_model()
LAUNCHES = "/projects/petfood/launches"
FEATURES = "/projects/petfood/features"
JSON = {"content-type": "application/json"}
GROUP = {"name": "all", "feature": "upsell", "variation": "on"}
LAUNCH: "Mapping[str, Any]" = {"name": "november", "groups": [GROUP]}
FEATURE: "Mapping[str, Any]" = {"name": "upsell", "variations": ON_AND_OFF}


def fields(service: Service, path: str, document: Any) -> list[str]:
    """Return the fields of a response's problems."""
    response = service.send("POST", path, headers=JSON, body=json.dumps(document).encode())
    body = json.loads(response["body"])
    assert (response["statusCode"], response["headers"]["x-amzn-errortype"]) == (400, "ValidationException")
    assert body["reason"] == "fieldValidationFailed"
    for field in body["fieldList"]:
        assert field["name"] in body["message"]
        assert field["message"] in body["message"]
    return [field["name"] for field in body["fieldList"]]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"name": "a" * 128}, "name"),
        ({"name": "a b"}, "name"),
        ({"name": "november\n"}, "name"),
        ({"name": "é"}, "name"),
        ({"name": 7}, "name"),
        ({"name": ["november"]}, "name"),
        ({"description": "d" * 161}, "description"),
        ({"description": "\ud800"}, "description"),
        ({"randomizationSalt": {}}, "randomizationSalt"),
        ({"groups": []}, "groups"),
        ({"groups": [GROUP] * 6}, "groups"),
        ({"groups": {}}, "groups"),
        ({"groups": [None]}, "groups[0]"),
        ({"groups": [GROUP, "all"]}, "groups[1]"),
        ({"groups": [{**GROUP, "feature": None}]}, "groups[0].feature"),
        ({"groups": [{**GROUP, "variation": "a/b"}]}, "groups[0].variation"),
        ({"tags": {"aws:x": "1"}}, "tags.aws:x (key)"),
        ({"tags": {"": "1"}}, "tags. (key)"),
        ({"tags": {"team": "v" * 257}}, "tags.team"),
        ({"tags": {"team": None}}, "tags.team"),
        ({"tags": []}, "tags"),
        ({"metricMonitors": [{}]}, "metricMonitors[0].metricDefinition"),
        ({"metricMonitors": [{"metricDefinition": None}] * 4}, "metricMonitors"),
    ],
)
def test_an_invalid_member_is_named(service: Service, change: dict[str, Any], field: str) -> None:
    assert fields(service, LAUNCHES, {**LAUNCH, **change}) == [field]


STEP = {"startTime": 1_600_000_000, "groupWeights": {"all": 1}}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"startTime": None}, "startTime"),
        ({"startTime": "2021-11-20T00:00:00Z"}, "startTime"),
        ({"startTime": True}, "startTime"),
        ({"startTime": -1}, "startTime"),
        ({"startTime": 1e18}, "startTime"),
        ({"startTime": 10**400}, "startTime"),
        ({"groupWeights": None}, "groupWeights"),
        ({"groupWeights": {"all": -1}}, "groupWeights.all"),
        ({"groupWeights": {"all": 100_001}}, "groupWeights.all"),
        ({"groupWeights": {"all": 1.5}}, "groupWeights.all"),
        ({"groupWeights": {"all": True}}, "groupWeights.all"),
        ({"groupWeights": {"all": "1"}}, "groupWeights.all"),
        ({"groupWeights": {"all": 10**4000}}, "groupWeights.all"),
        ({"groupWeights": {f"g{index}": 1 for index in range(6)}}, "groupWeights"),
        ({"segmentOverrides": [{}] * 7}, "segmentOverrides"),
    ],
)
def test_an_invalid_step_is_named(service: Service, change: dict[str, Any], field: str) -> None:
    document = {**LAUNCH, "scheduledSplitsConfig": {"steps": [STEP, {**STEP, **change}]}}
    assert fields(service, LAUNCHES, document) == [f"scheduledSplitsConfig.steps[1].{field}"]


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({}, ""),
        ({"boolValue": None}, ""),
        ({"unknown": 1}, ""),
        ({"boolValue": True, "longValue": 1}, ""),
        ({"boolValue": "true"}, ".boolValue"),
        ({"boolValue": 1}, ".boolValue"),
        ({"longValue": 2**53}, ".longValue"),
        ({"longValue": 1.0}, ".longValue"),
        ({"doubleValue": "1"}, ".doubleValue"),
        ({"doubleValue": True}, ".doubleValue"),
        ({"doubleValue": 10**400}, ".doubleValue"),
        ({"stringValue": "s" * 513}, ".stringValue"),
    ],
)
def test_a_value_is_one_of_its_union_and_of_its_type(service: Service, value: dict[str, Any], field: str) -> None:
    document = {"name": "upsell", "variations": [{"name": "on", "value": value}]}
    assert fields(service, FEATURES, document) == [f"variations[0].value{field}"]


def test_one_response_reports_all_problems(service: Service) -> None:
    document = {
        "name": "a b",
        "description": "d" * 161,
        "groups": [{"name": "all"}, {**GROUP, "feature": 1}],
        "scheduledSplitsConfig": {},
    }
    assert set(fields(service, "/projects/pet food/launches", document)) == {
        "project",
        "name",
        "description",
        "groups[0].feature",
        "groups[0].variation",
        "groups[1].feature",
        "scheduledSplitsConfig.steps",
    }


def test_json_text_in_a_string_is_checked(service: Service) -> None:
    definition = {"name": "n", "entityIdKey": "u", "valueKey": "v"}

    def problems(pattern: Any) -> list[str]:
        monitor = {"metricDefinition": {**definition, "eventPattern": pattern}}
        return fields(service, LAUNCHES, {**LAUNCH, "metricMonitors": [monitor]})

    for pattern in ("{", "", "NaN", '{"a":1}' + " " * 1024, {"a": 1}, "[" * 1000, "9" * 1000 + "x"):
        assert problems(pattern) == ["metricMonitors[0].metricDefinition.eventPattern"]


def test_unknown_members_and_nulls_are_ignored(service: Service) -> None:
    service.client().create_project(name="petfood")
    document = {**LAUNCH, "description": None, "surprise": {"deep": [1]}, "groups": [{**GROUP, "colour": "red"}]}
    response = service.send("POST", LAUNCHES, headers=JSON, body=json.dumps(document).encode())
    launch = json.loads(response["body"])["launch"]
    assert response["statusCode"] == HTTPStatus.OK
    assert "description" not in launch
    assert launch["groups"] == [{"name": "all", "featureVariations": {"upsell": "on"}}]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"7",
        b"\xff\xfe",
        b'\xef\xbb\xbf{"name": "n"}',
        b'{"name": NaN}',
        b'{"name": -Infinity}',
        b'{"name": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"name": "petfood"}' + b" " * 1024 * 1024,
    ],
    ids=range(13),
)
def test_a_body_that_is_not_a_json_object_cannot_be_parsed(service: Service, body: bytes) -> None:
    response = service.send("POST", "/projects", headers=JSON, body=body)
    assert (response["statusCode"], response["headers"]["x-amzn-errortype"]) == (400, "ValidationException")
    assert json.loads(response["body"])["reason"] == "cannotParse"


def test_a_body_that_api_gateway_encoded_is_decoded(service: Service) -> None:
    event = api_event("POST", "/projects")
    encoded = base64.b64encode(b'{"name": "petfood"}').decode()
    response = service.handler({**event, "body": encoded, "isBase64Encoded": True}, lambda_context())
    assert response["statusCode"] == HTTPStatus.OK
    for broken in ("A", f"{encoded[:4]}!{encoded[4:]}", f"é{encoded}"):
        response = service.handler({**event, "body": broken, "isBase64Encoded": True}, lambda_context())
        assert json.loads(response["body"])["reason"] == "cannotParse"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff"])
def test_an_operation_without_body_members_ignores_the_body(service: Service, body: bytes) -> None:
    service.with_launch()
    response = service.send("POST", f"{LAUNCHES}/november/start", body=body)
    assert response["statusCode"] == HTTPStatus.OK


@pytest.mark.parametrize(
    ("operation", "query", "expected"),
    [
        ("ListLaunches", "", {}),
        ("ListLaunches", "maxResults=7&status=RUNNING&other=1", {"maxResults": 7, "status": "RUNNING"}),
        ("ListLaunches", "nextToken=a%2Bb%20c", {"nextToken": "a+b c"}),
        ("UntagResource", "tagKeys=a&tagKeys=b", {"tagKeys": ["a", "b"]}),
    ],
)
def test_members_in_the_query_string_are_read_by_their_type(
    operation: str, query: str, expected: dict[str, Any]
) -> None:
    request = request_from(api_event("GET", "/", query=query))
    label = {"ListLaunches": {"project": "petfood"}, "UntagResource": {"resourceArn": "arn:a:b:c:d:e"}}[operation]
    assert read_input(MODEL.operation_model(operation), label, request.query, b"") == {**label, **expected}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("maxResults=x", "maxResults"),
        ("maxResults=", "maxResults"),
        ("maxResults=101", "maxResults"),
        ("maxResults=1.0", "maxResults"),
        ("maxResults=" + "9" * 5000, "maxResults"),
        ("status=", "status"),
        ("status=%ff", "status"),
        ("nextToken=", "nextToken"),
    ],
)
def test_members_in_the_query_string_are_checked(query: str, field: str) -> None:
    request = request_from(api_event("GET", "/", query=query))
    with pytest.raises(ValidationError) as caught:
        read_input(MODEL.operation_model("ListLaunches"), {"project": "petfood"}, request.query, b"")
    assert [problem["name"] for problem in caught.value.members["fieldList"]] == [field]


def test_an_endless_query_string_is_refused(service: Service) -> None:
    response = service.send("GET", "/projects/petfood", query="a=1&" * 2000)
    assert (response["statusCode"], json.loads(response["body"])["reason"]) == (400, "cannotParse")


def test_text_may_have_line_breaks(service: Service) -> None:
    project = service.client().create_project(name="petfood", description="one\ntwo")["project"]
    assert project["description"] == "one\ntwo"


def test_a_step_keeps_its_milliseconds(service: Service) -> None:
    service.client().create_project(name="petfood")
    step = {"startTime": 1637368646.4689, "groupWeights": {"all": 1}}
    document = json.dumps({**LAUNCH, "scheduledSplitsConfig": {"steps": [step]}}).encode()
    launch = json.loads(service.send("POST", LAUNCHES, headers=JSON, body=document)["body"])["launch"]
    assert launch["scheduledSplitsDefinition"]["steps"][0]["startTime"] == 1637368646.469


def test_a_response_stays_small_for_any_number_of_problems(service: Service) -> None:
    document = {"name": "n", "tags": {f"{'é' * 1000}{index}": None for index in range(400)}}
    response = service.send("POST", "/projects", headers=JSON, body=json.dumps(document, ensure_ascii=False).encode())
    assert response["statusCode"] == HTTPStatus.BAD_REQUEST
    assert len(response["body"]) < 200_000
    assert "and 750 more" in json.loads(response["body"])["message"]


def test_every_response_has_the_invocations_id_and_is_json(service: Service) -> None:
    for path in ("/projects/petfood", "/nowhere"):
        context = lambda_context()
        response = service.handler(api_event("GET", path), context)
        assert response["headers"]["x-amzn-requestid"] == context.aws_request_id
        assert response["headers"]["content-type"] == "application/json"


def test_times_are_epoch_seconds_with_milliseconds(service: Service) -> None:
    service.client().create_project(name="petfood")
    project = json.loads(service.send("GET", "/projects/petfood")["body"])["project"]
    assert project["createdTime"] == 1637368646.468
