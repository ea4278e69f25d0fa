"""What a browser needs of the service: a preflight that succeeds, and the error's code in the body.

A script sees a response's header only if CORS exposes it, and the body always.
"""

import json
from typing import Any

import pytest

from evidently_service.domain import errors
from evidently_service.domain.errors import ApiError
from evidently_service.protocol.serialisation import serialise_error
from helpers.service import PROJECT_ARN, Service

ERRORS: list[ApiError] = [
    errors.ValidationError("it breaks a rule", reason=errors.Reason.OTHER),
    errors.NotFoundError.missing("project", PROJECT_ARN),
    errors.NotFoundError.in_data_plane("project", PROJECT_ARN),
    errors.ConflictError.duplicate("project", PROJECT_ARN),
    errors.QuotaExceededError("one too many"),
    errors.ThrottledError("too many"),
    errors.InternalError("it failed"),
    errors.UnavailableError("it is away"),
]


@pytest.mark.parametrize("path", ["/projects", "/projects/petfood/evaluations/upsell", "/nowhere", "/"])
def test_a_preflight_succeeds_on_any_path_and_says_nothing(service: Service, path: str) -> None:
    """API Gateway adds the CORS headers; a browser asks for a status of 2xx besides."""
    response = service.send("OPTIONS", path)
    assert response["statusCode"] == 204
    assert "body" not in response
    assert response["headers"].keys() == {"x-amzn-requestid"}


def test_a_preflight_reads_no_table_as_anybody_may_send_one() -> None:
    no_client: Any = None
    assert Service(no_client, "table").send("OPTIONS", "/projects/petfood/evaluations/upsell")["statusCode"] == 204


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.shape)
def test_the_body_of_an_error_begins_with_its_code(error: ApiError) -> None:
    assert next(iter(serialise_error(error).items())) == ("__type", error.shape)


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/projects/none", "ResourceNotFoundException"),
        ("GET", "/nowhere", "ValidationException"),
        ("POST", "/projects", "ValidationException"),
    ],
)
def test_the_code_in_the_body_is_that_of_the_header(service: Service, method: str, path: str, code: str) -> None:
    response = service.send(method, path)
    assert (json.loads(response["body"])["__type"], response["headers"]["x-amzn-errortype"]) == (code, code)


def test_a_result_has_no_error_code(service: Service) -> None:
    assert "__type" not in json.loads(service.send("GET", "/projects")["body"])
