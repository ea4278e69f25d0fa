"""What a request may be: everything the model says is checked, all of it at once, and nothing ends in a 500."""

import base64
import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidently_service.api_model import service_model
from evidently_service.operations import OFFERED
from helpers.evidently_api import api_event, lambda_context
from helpers.service import ON_AND_OFF, Service

if TYPE_CHECKING:
    from collections.abc import Mapping

LAUNCHES = "/projects/petfood/launches"
FEATURES = "/projects/petfood/features"
JSON = {"content-type": "application/json"}
GROUP = {"name": "all", "feature": "upsell", "variation": "on"}
LAUNCH: "Mapping[str, Any]" = {"name": "november", "groups": [GROUP]}
FEATURE: "Mapping[str, Any]" = {"name": "upsell", "variations": ON_AND_OFF}


def fields(service: Service, path: str, document: Any) -> list[str]:
    """The fields that an answer complains about."""
    answer = service.send("POST", path, headers=JSON, body=json.dumps(document).encode())
    body = json.loads(answer["body"])
    assert (answer["statusCode"], answer["headers"]["x-amzn-errortype"]) == (400, "ValidationException")
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
def test_a_member_that_breaks_the_model_is_named(service: Service, change: dict[str, Any], field: str) -> None:
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
def test_a_step_that_breaks_the_model_is_named(service: Service, change: dict[str, Any], field: str) -> None:
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


def test_everything_that_is_wrong_is_said_at_once(service: Service) -> None:
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


def test_what_the_model_says_of_json_text_in_a_string_is_checked(service: Service) -> None:
    definition = {"name": "n", "entityIdKey": "u", "valueKey": "v"}

    def problems(pattern: Any) -> list[str]:
        monitor = {"metricDefinition": {**definition, "eventPattern": pattern}}
        return fields(service, LAUNCHES, {**LAUNCH, "metricMonitors": [monitor]})

    for pattern in ("{", "", "NaN", '{"a":1}' + " " * 1024, {"a": 1}, "[" * 1000, "9" * 1000 + "x"):
        assert problems(pattern) == ["metricMonitors[0].metricDefinition.eventPattern"]


def test_unknown_members_and_nulls_are_passed_over(service: Service) -> None:
    service.client().create_project(name="petfood")
    document = {**LAUNCH, "description": None, "surprise": {"deep": [1]}, "groups": [{**GROUP, "colour": "red"}]}
    answer = service.send("POST", LAUNCHES, headers=JSON, body=json.dumps(document).encode())
    launch = json.loads(answer["body"])["launch"]
    assert answer["statusCode"] == HTTPStatus.OK
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
        b" " * (1024 * 1024 + 1),
    ],
    ids=range(13),
)
def test_a_body_that_is_no_json_object_can_not_be_parsed(service: Service, body: bytes) -> None:
    answer = service.send("POST", "/projects", headers=JSON, body=body)
    assert (answer["statusCode"], answer["headers"]["x-amzn-errortype"]) == (400, "ValidationException")
    assert json.loads(answer["body"])["reason"] == "cannotParse"


def test_a_body_that_api_gateway_encoded_is_decoded(service: Service) -> None:
    event = api_event("POST", "/projects")
    encoded = base64.b64encode(b'{"name": "petfood"}').decode()
    answer = service.handler({**event, "body": encoded, "isBase64Encoded": True}, lambda_context())
    assert answer["statusCode"] == HTTPStatus.OK
    answer = service.handler({**event, "body": "not base64!", "isBase64Encoded": True}, lambda_context())
    assert json.loads(answer["body"])["reason"] == "cannotParse"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff"])
def test_an_operation_without_members_in_its_body_does_not_look_at_it(service: Service, body: bytes) -> None:
    service.with_launch()
    answer = service.send("POST", f"{LAUNCHES}/november/start", body=body)
    assert answer["statusCode"] == HTTPStatus.OK


def test_an_answer_stays_small_whatever_is_wrong_with_a_request(service: Service) -> None:
    document = {"name": "n", "tags": {f"{'é' * 1000}{index}": None for index in range(400)}}
    answer = service.send("POST", "/projects", headers=JSON, body=json.dumps(document, ensure_ascii=False).encode())
    assert answer["statusCode"] == HTTPStatus.BAD_REQUEST
    assert len(answer["body"]) < 200_000
    assert "and 750 more" in json.loads(answer["body"])["message"]


def test_every_answer_has_the_invocations_id_and_is_json(service: Service) -> None:
    for path in ("/projects/petfood", "/nowhere"):
        context = lambda_context()
        answer = service.handler(api_event("GET", path), context)
        assert answer["headers"]["x-amzn-requestid"] == context.aws_request_id
        assert answer["headers"]["content-type"] == "application/json"


def test_times_are_epoch_seconds_with_milliseconds(service: Service) -> None:
    service.client().create_project(name="petfood")
    project = json.loads(service.send("GET", "/projects/petfood")["body"])["project"]
    assert project["createdTime"] == 1637368646.468


MODEL = service_model()
PARTS = st.sampled_from(
    [
        *("projects", "features", "launches", "start", "cancel", "evaluations", "references", "tags", "segments"),
        *("petfood", "arn:aws:evidently:eu-north-1:123456789012:project", "..", "%2F", "%00", "%ff"),
    ]
)
PATHS = st.one_of(
    st.lists(PARTS | st.text(max_size=5), max_size=7).map(lambda parts: "/" + "/".join(parts)),
    st.sampled_from(
        sorted(re.sub(r"{\w+}", "petfood", MODEL.operation_model(name).http["requestUri"]) for name in OFFERED)
    ),
)
NAMES = st.sampled_from(
    sorted({member for name in MODEL.shape_names for member in getattr(MODEL.shape_for(name), "members", {})})
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | NAMES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=5),
    max_leaves=12,
)
BODIES = st.one_of(st.binary(max_size=40), VALUES.map(lambda value: json.dumps(value).encode()))
HEADERS = st.dictionaries(st.sampled_from(["content-type", "x-evidently-starter", "x"]), st.text(max_size=5))


@pytest.fixture
def busy(service: Service) -> Service:
    """A service where everything is called `petfood`, so that a path of the model names something."""
    evidently = service.client()
    evidently.create_project(name="petfood")
    evidently.create_feature(project="petfood", name="petfood", variations=ON_AND_OFF)
    groups = [{"name": "all", "feature": "petfood", "variation": "on"}]
    evidently.create_launch(project="petfood", name="petfood", groups=groups)
    return service


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "x"]),
    path=PATHS,
    query=st.text(max_size=10) | st.sampled_from(["maxResults=x", "tagKeys=&tagKeys=b", "status=%ff"]),
    rest=st.fixed_dictionaries({"body": BODIES, "headers": HEADERS}),
)
def test_any_request_gets_an_answer_of_the_model_and_never_a_500(
    busy: Service, method: str, path: str, query: str, rest: dict[str, Any]
) -> None:
    answer = busy.send(method, path, query=query, **rest)
    document = json.loads(answer["body"])
    if answer["statusCode"] == HTTPStatus.OK:
        return

    shape = MODEL.shape_for(answer["headers"]["x-amzn-errortype"])
    assert 400 <= answer["statusCode"] < 500
    assert answer["statusCode"] == shape.metadata["error"]["httpStatusCode"]
    assert set(document) <= set(getattr(shape, "members", {}))
    assert document["message"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(["/projects", LAUNCHES, FEATURES]),
    change=st.dictionaries(NAMES, VALUES, max_size=3),
)
def test_any_members_in_a_create_get_an_answer_of_the_model_and_never_a_500(
    service: Service, path: str, change: dict[str, Any]
) -> None:
    document = {**LAUNCH, **FEATURE, **change}
    answer = service.send("POST", path, headers=JSON, body=json.dumps(document).encode())
    assert answer["statusCode"] < 500, answer["body"]
