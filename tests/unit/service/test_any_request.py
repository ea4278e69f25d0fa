"""Random requests: each gets a modelled response, and none a 500."""

import json
import re
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidently_service.operations import OFFERED
from evidently_service.protocol.api_model import service_model
from helpers.service import ON_AND_OFF, Service

MODEL = service_model()
JSON = {"content-type": "application/json"}
WRITES = [
    ("POST", "/projects"),
    ("POST", "/projects/petfood/features"),
    ("POST", "/projects/petfood/launches"),
    ("POST", "/segments"),
    ("PATCH", "/projects/petfood"),
    ("PATCH", "/projects/petfood/data-delivery"),
    ("PATCH", "/projects/petfood/features/petfood"),
    ("PATCH", "/projects/petfood/launches/petfood"),
    ("POST", "/projects/petfood/evaluations/petfood"),
    ("POST", "/projects/petfood/evaluations"),
    ("POST", "/events/projects/petfood"),
    ("POST", "/segments/test-pattern"),
]
# Each operation takes the members that it knows, and ignores the others.
MEMBERS: dict[str, Any] = {
    "name": "november",
    "groups": [{"name": "all", "feature": "petfood", "variation": "on"}],
    "variations": ON_AND_OFF,
    "pattern": '{"country": ["no"]}',
    "payload": '{"country": "no"}',
    "entityId": "anna",
    "requests": [{"feature": "petfood", "entityId": "anna"}],
    "events": [{"timestamp": 0, "type": "aws.evidently.custom", "data": "{}"}],
}
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
HEADERS = st.dictionaries(
    st.sampled_from(["content-type", "x-evidently-owner", "x-evidently-starter", "x"]), st.text(max_size=5)
)


@pytest.fixture
def busy(service: Service) -> Service:
    """Return a service whose resources are all called `petfood`, so that a path of the model names some."""
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
def test_any_request_gets_a_modelled_response_and_never_a_500(
    busy: Service, method: str, path: str, query: str, rest: dict[str, Any]
) -> None:
    response = busy.send(method, path, query=query, **rest)
    assert response["headers"]["x-evidently-ownership"] == "rules=1"
    document = json.loads(response["body"])
    if response["statusCode"] == HTTPStatus.OK:
        return

    shape = MODEL.shape_for(response["headers"]["x-amzn-errortype"])
    assert document.pop("__type") == shape.name
    assert 400 <= response["statusCode"] < 500
    assert response["statusCode"] == shape.metadata["error"]["httpStatusCode"]
    assert set(document) <= set(getattr(shape, "members", {}))
    assert document["message"]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request=st.sampled_from(WRITES), change=st.dictionaries(NAMES, VALUES, max_size=3))
def test_any_members_of_a_write_get_a_modelled_response_and_never_a_500(
    busy: Service, request: tuple[str, str], change: dict[str, Any]
) -> None:
    response = busy.send(*request, headers=JSON, body=json.dumps({**MEMBERS, **change}).encode())
    assert response["statusCode"] < 500, response["body"]
