"""The client: its requests and their signatures, and endpoints that are not an Evidently API."""

import os
import re
import socket
from collections.abc import Callable
from typing import Any

import pytest

import evidently_contract as contract
from evidently_provider.api.client import Evidently
from evidently_provider.invocation import Invocation
from evidently_provider.runtime.log import Log
from evidently_provider.runtime.request import Request
from evidently_provider.runtime.response import Response
from helpers.launch_replies import (
    CONFLICT,
    HTML_200,
    HTML_404,
    MOVED,
    NO_LAUNCH,
    NOT_FOUND,
    UNMODELLED_404,
    launch_arn,
    shows,
    stopped,
)
from helpers.provider_harness import LOGICAL_ID, NOW, STACK_ID, Harness, event
from helpers.scripted_server import Reply

WRONG = pytest.mark.parametrize(
    "reply",
    [
        HTML_200,
        HTML_404,
        UNMODELLED_404,
        NO_LAUNCH,
        MOVED,
        Reply(204),
        Reply(200),
        Reply(400, b"<html/>"),
        Reply(200, b'{"launch": {"status": "RUNNING"}}', {"content-type": "application/json"}),
        Reply(200, b'{"launch": {"arn": "a", "status": "FLYING"}}', {"content-type": "application/json"}),
        Reply(200, b'{"launch": "november"}', {"content-type": "application/json"}),
        Reply(200, b'{"launch": {"arn": "a", "status": "RUNNING", "createdTime": "soon"}}'),
        Reply(200, b'{"launch": ', {"content-type": "application/json"}),
        Reply(200, b'["launch"]', {"content-type": "application/json"}),
    ],
    ids=[
        "html",
        "html_404",
        "unmodelled_404",
        "no_launch",
        "redirect",
        "204",
        "empty",
        "html_400",
        "launch_without_arn",
        "unknown_status",
        "launch_a_string",
        "no_time",
        "half_json",
        "list",
    ],
)


@WRONG
def test_a_start_with_a_response_that_is_not_the_apis_is_a_wrong_endpoint(either: Harness, reply: Reply) -> None:
    either.api.plan(reply)

    response = either.send(event("Create"))

    assert response["Status"] == "FAILED"
    assert either.api.url in response["Reason"]
    assert "endpoint is wrong or down" in response["Reason"]
    assert either.calls == ["StartLaunch"]


@WRONG
def test_a_get_with_a_response_that_is_not_the_apis_is_a_wrong_endpoint(either: Harness, reply: Reply) -> None:
    either.api.plan(CONFLICT, reply)

    response = either.send(event("Update", launch_arn()))

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", launch_arn())
    assert "endpoint is wrong or down" in response["Reason"]


def test_a_launch_that_does_not_exist_is_not_a_wrong_endpoint(either: Harness) -> None:
    either.api.plan(NOT_FOUND)

    reason = either.send(event("Create"))["Reason"]

    assert "No, and that is why." in reason
    assert f"There is no launch 'november' of project 'petfood' at {either.api.url}" in reason


@pytest.mark.parametrize("request_type", ["Create", "Update", "Delete"])
@pytest.mark.parametrize("url", ["http://192.0.2.1", "http://example.com", "http://127.0.0.1.example.com"])
def test_plain_http_to_another_machine_is_refused_without_a_connection(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, url: str, request_type: str
) -> None:
    monkeypatch.setenv(contract.ENV_ENDPOINT_URL, url)
    resolve, resolved = socket.getaddrinfo, []

    def noting(host: Any, *arguments: Any, **options: Any) -> Any:
        resolved.append(host)
        return resolve("127.0.0.1", *arguments, **options)

    # What can't be had for real: a machine that is not this one, and hears nothing.
    monkeypatch.setattr(socket, "getaddrinfo", noting)

    response = harness.send(event(request_type, launch_arn()))

    assert response["Status"] == "FAILED"
    assert f"{url} is not https" in response["Reason"]
    assert set(resolved) == {"127.0.0.1"}  # of the response URL


@pytest.mark.parametrize("url", ["not a url", "https://", "evidently.example.com"])
def test_a_url_that_is_not_one_fails_with_a_sentence(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv(contract.ENV_ENDPOINT_URL, url)

    response = harness.send(event("Create"))

    assert response["Status"] == "FAILED"
    assert "endpoint" in response["Reason"]
    assert "Internal error" not in response["Reason"]


def _signed(harness: Harness) -> list[tuple[str, str, list[str]]]:
    """Return operation, credential scope and signed headers of each call."""
    found = []
    for call in harness.called:
        authorization = call.request.headers["authorization"]
        match = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=test/\d{8}/([^,]+)/aws4_request, SignedHeaders=([^,]+), Signature=\w{64}",
            authorization,
        )
        assert match is not None, authorization
        found.append((call.operation, match[1], match[2].split(";")))
    return found


def test_changes_carry_the_signed_owner_and_reads_do_not(either: Harness) -> None:
    either.api.plan(CONFLICT, shows("RUNNING"), stopped())

    either.send(event("Create"))
    either.send(event("Delete", launch_arn()))

    assert either.calls == ["StartLaunch", "GetLaunch", "StopLaunch"]
    for operation, _, signed_headers in _signed(either):
        assert ("x-evidently-owner" in signed_headers) is (operation != "GetLaunch")
    for call in either.called:
        if call.owner:
            assert (call.owner["stack"], call.owner["resource"]) == (STACK_ID, LOGICAL_ID)
            assert call.owner["requested-at"] == str(NOW)


@pytest.mark.parametrize("signing_name", ["execute-api", "evidently"])
@pytest.mark.parametrize(("region", "signed_region"), [("us-west-2", "us-west-2"), (None, "eu-north-1")])
def test_every_call_is_signed_for_the_endpoints_service_and_region(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, signing_name: str, region: str | None, signed_region: str
) -> None:
    monkeypatch.setenv(contract.ENV_SIGNING_NAME, signing_name)
    if region is not None:
        monkeypatch.setenv(contract.ENV_SIGNING_REGION, region)
    harness.api.plan(CONFLICT, shows("RUNNING"))

    harness.send(event("Create"))

    assert {scope for _, scope, _ in _signed(harness)} == {f"{signed_region}/{signing_name}"}


def test_without_a_signing_name_calls_are_signed_for_evidently(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(contract.ENV_SIGNING_NAME)
    harness.api.plan(shows("RUNNING"))

    harness.send(event("Create"))

    assert {scope for _, scope, _ in _signed(harness)} == {"eu-north-1/evidently"}


@pytest.fixture
def connect(harness: Harness) -> Callable[[], Evidently]:
    """Creates clients of the harness's API from the environment."""
    request = Request.from_event({**event("Create"), "ResponseURL": harness.cloudformation.url})
    log = Log(request, lambda: 0.0, 0.0)
    return lambda: Evidently.connect(os.environ, connect_seconds=3, read_seconds=10, log=log)


def test_time_outs_are_the_clients_and_retries_are_not(connect: Callable[[], Evidently]) -> None:
    config = connect().client.meta.config

    assert (config.connect_timeout, config.read_timeout) == (3, 10)
    assert config.retries == {"total_max_attempts": 1, "mode": "legacy"}


def test_without_an_endpoint_url_the_client_calls_awss_regional_endpoint(
    connect: Callable[[], Evidently], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(contract.ENV_ENDPOINT_URL)

    assert connect().url == "https://evidently.eu-north-1.amazonaws.com"


def test_the_client_gets_the_time_outs_of_the_settings(harness: Harness) -> None:
    found = []

    def serve(invocation: Invocation) -> Response:
        found.append((invocation.connect_seconds, invocation.read_seconds))
        raise ValueError

    harness.send(event("Create"), serve=serve)

    assert found == [(3.0, 10.0)]
