"""From a path to an operation: names and ARNs, escaped and unescaped."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from evidently_service.domain.errors import ValidationError
from evidently_service.http.routing import route
from evidently_service.operations import OFFERED
from evidently_service.protocol.api_model import service_model
from helpers.evidently_api import decoded, keep_encoded
from helpers.service import PROJECT_ARN, Service

SEGMENT_ARN = "arn:aws:evidently:eu-north-1:123456789012:segment/vip"
LAUNCH_ARN = f"{PROJECT_ARN}/launch/november"


@pytest.mark.parametrize("way", [decoded, keep_encoded])
@pytest.mark.parametrize(
    ("method", "template", "operation", "labels"),
    [
        ("GET", "/projects/{}", "GetProject", {"project": PROJECT_ARN}),
        ("GET", "/projects/{}/launches", "ListLaunches", {"project": PROJECT_ARN}),
        ("POST", "/projects/{}/launches/l/start", "StartLaunch", {"project": PROJECT_ARN, "launch": "l"}),
        ("POST", "/projects/{}/launches/l/cancel", "StopLaunch", {"project": PROJECT_ARN, "launch": "l"}),
        ("PATCH", "/projects/{}/data-delivery", "UpdateProjectDataDelivery", {"project": PROJECT_ARN}),
        ("POST", "/projects/{}/evaluations", "BatchEvaluateFeature", {"project": PROJECT_ARN}),
        ("POST", "/projects/{}/evaluations/f", "EvaluateFeature", {"project": PROJECT_ARN, "feature": "f"}),
        ("POST", "/events/projects/{}", "PutProjectEvents", {"project": PROJECT_ARN}),
        ("GET", "/segments/{}", "GetSegment", {"segment": SEGMENT_ARN}),
        ("GET", "/segments/{}/references", "ListSegmentReferences", {"segment": SEGMENT_ARN}),
        ("GET", "/tags/{}", "ListTagsForResource", {"resourceArn": LAUNCH_ARN}),
    ],
)
def test_an_arn_matches_escaped_and_unescaped(
    way: Any, method: str, template: str, operation: str, labels: dict[str, str]
) -> None:
    arn = next(value for value in labels.values() if value.startswith("arn:"))
    found = route(method, way(template.format(quote(arn, safe=""))))
    assert (found.operation.name, found.labels) == (operation, labels)


@pytest.mark.parametrize("name", ["launches", "features", "evaluations", "start", "arn", "projects", "..."])
def test_a_project_named_like_a_part_of_a_path_is_a_project(name: str) -> None:
    arn = PROJECT_ARN.replace("petfood", name)
    assert route("GET", f"/projects/{arn}").labels == {"project": arn}
    assert route("GET", f"/projects/{name}").labels == {"project": name}
    assert route("GET", f"/projects/{arn}/launches/start").labels == {"project": arn, "launch": "start"}


def test_every_operation_of_the_model_has_its_path() -> None:
    for name in service_model().operation_names:
        http = service_model().operation_model(name).http
        path = http["requestUri"].replace("{", "").replace("}", "")
        assert route(http["method"], path).operation.name == name


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", ""),
        ("PUT", "/projects"),
        ("get", "/projects"),
        ("GET", "/projects/p/launches/l/start"),
        ("POST", "/projects/p/launches/l/start/"),
        ("POST", "//projects"),
        ("GET", "/projects/p\n/x/y"),
        ("DELETE", f"/projects/{PROJECT_ARN.replace('petfood', 'launches')}/x"),
    ],
)
def test_any_other_path_is_an_unknown_operation(method: str, path: str) -> None:
    with pytest.raises(ValidationError) as caught:
        route(method, path)
    assert caught.value.members["reason"] == "unknownOperation"


@pytest.mark.parametrize("way", [decoded, keep_encoded])
def test_a_client_may_name_a_project_by_arn_in_any_encoding(service: Service, way: Any) -> None:
    service.with_launch()
    evidently = service.client(path=way)
    assert evidently.start_launch(project=PROJECT_ARN, launch="november")["launch"]["status"] == "RUNNING"
    evidently.stop_launch(project=PROJECT_ARN, launch="november")
    evidently.delete_launch(project=PROJECT_ARN, launch="november")


def test_an_operation_without_implementation_is_a_modelled_error(service: Service) -> None:
    for name in set(service_model().operation_names) - set(OFFERED):
        http = service_model().operation_model(name).http
        response = service.send(http["method"], http["requestUri"].replace("{", "").replace("}", ""))
        body = json.loads(response["body"])
        assert (response["statusCode"], response["headers"]["x-amzn-errortype"]) == (400, "ValidationException")
        assert (body["reason"], body["message"]) == (
            "unknownOperation",
            f"{name} is not offered: this Evidently API has launches, but no experiments.",
        )


def test_a_path_without_a_project_is_an_error_that_names_the_field(service: Service) -> None:
    response = service.send("POST", "/projects//launches//start")
    names = [field["name"] for field in json.loads(response["body"])["fieldList"]]
    assert sorted(names) == ["launch", "project"]
