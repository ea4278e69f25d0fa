"""From API Gateway's event to a request: its path below a named stage, or below the base path of a custom domain.

API Gateway keeps both in `rawPath`, and the route's parameter `proxy` has the path below them. Captured events:
aws/serverless-java-container #112, vincentsarago/lambda-proxy #16.
"""

from typing import Any
from urllib.parse import quote

import pytest

from evidently_service.http.gateway import request_from
from helpers.evidently_api import api_event, decoded, keep_encoded
from helpers.service import PROJECT_ARN, Service

PATHS = [
    "/projects",
    "/projects/petfood/launches/november/start",
    f"/projects/{quote(PROJECT_ARN, safe='')}/features/upsell",
    f"/tags/{quote(PROJECT_ARN, safe='')}",
    "/projects//launches//start",
    "//projects",
    "/projects/100%25",
    "/projects/%C3%A9",
    "/nowhere/projects/petfood",
]
BEFORE = ["", "/evidently", "/flags/v1", "/live", "/projects", "/projects/petfood", "/$default"]


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("way", [decoded, keep_encoded])
@pytest.mark.parametrize("parameter", [decoded, keep_encoded])
def test_what_precedes_the_routes_parameter_is_not_part_of_the_path(
    before: str, path: str, way: Any, parameter: Any
) -> None:
    """Whether API Gateway escapes the parameter as it does the path or not, and whatever the project's name is."""
    event = api_event("GET", way(path), before=before)
    event["pathParameters"]["proxy"] = parameter(path).removeprefix("/")
    assert request_from(event).path == way(path)


@pytest.mark.parametrize("parameters", [None, {}, {"proxy": ""}, {"proxy": "something/else"}, {"proxy": "rojects/a"}])
def test_a_path_that_does_not_end_with_the_routes_parameter_stays(parameters: dict[str, str] | None) -> None:
    event = {**api_event("GET", "/projects/a"), "pathParameters": parameters}
    assert request_from(event).path == "/projects/a"
    event.pop("pathParameters")
    assert request_from(event).path == "/projects/a"


def test_a_path_that_only_looks_like_one_below_a_base_path_is_an_unknown_operation(service: Service) -> None:
    """IAM checked `/x/projects/petfood`: a policy that denies `/projects/*` has to hold."""
    service.with_launch()
    assert service.send("DELETE", "/x/projects/petfood")["statusCode"] == 400


@pytest.mark.parametrize("path", ["//projects/petfood", "///projects/petfood", "/evidently//projects/petfood"])
def test_slashes_that_api_gateway_may_drop_from_its_parameter_are_no_base_path(service: Service, path: str) -> None:
    """IAM checked the path with them: a policy that denies `/projects/*` has to hold."""
    service.with_launch()
    event = api_event("GET", path)
    event["pathParameters"]["proxy"] = "projects/petfood"
    assert request_from(event).path == path


def test_a_service_below_a_base_path_serves_a_project_by_any_name_or_arn(service: Service) -> None:
    service.with_launch()
    service.client().create_project(name="projects")
    for path in ("/projects/petfood", "/projects/projects", f"/projects/{PROJECT_ARN}/launches/november"):
        assert service.send("GET", path, before="/evidently")["statusCode"] == 200
