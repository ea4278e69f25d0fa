"""The client: what it sends and how it is signed, and endpoints that are none."""

import hashlib
import os
import re
import socket
from collections.abc import Callable
from itertools import repeat
from threading import Event
from typing import Any

import pytest

import evidently_contract as contract
from evidently_provider.evidently import Evidently
from evidently_provider.identity import Starter
from evidently_provider.job import Job
from evidently_provider.log import Log
from evidently_provider.request import Request
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
from helpers.provider_scene import LOGICAL_ID, MARKER, STACK_ID, STARTER, Scene, event
from helpers.scripted_server import Reply, scripted_server, self_signed_tls

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
def test_what_does_not_answer_as_the_api_does_is_a_wrong_endpoint(either: Scene, reply: Reply) -> None:
    either.api.plan(reply)

    answer = either.send(event("Create"))

    assert answer["Status"] == "FAILED"
    assert either.api.url in answer["Reason"]
    assert "endpoint is wrong or down" in answer["Reason"]
    assert either.calls == ["StartLaunch"]


@WRONG
def test_a_get_that_does_not_answer_as_the_api_does_is_a_wrong_endpoint(either: Scene, reply: Reply) -> None:
    either.api.plan(CONFLICT, reply)

    answer = either.send(event("Update", launch_arn()))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", launch_arn())
    assert "endpoint is wrong or down" in answer["Reason"]


def test_a_launch_that_is_not_there_is_not_a_wrong_endpoint(either: Scene) -> None:
    either.api.plan(NOT_FOUND)

    reason = either.send(event("Create"))["Reason"]

    assert "No, and that is why." in reason
    assert f"There is no launch 'november' of project 'petfood' at {either.api.url}" in reason


@pytest.mark.parametrize("request_type", ["Create", "Update", "Delete"])
@pytest.mark.parametrize("url", ["http://192.0.2.1", "http://example.com", "http://127.0.0.1.example.com"])
def test_plain_http_to_another_machine_is_refused_without_a_connection(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, url: str, request_type: str
) -> None:
    monkeypatch.setenv(contract.ENV_ENDPOINT_URL, url)
    resolve, asked_for = socket.getaddrinfo, []

    def noting(host: Any, *arguments: Any, **options: Any) -> Any:
        asked_for.append(host)
        return resolve("127.0.0.1", *arguments, **options)

    # The one thing that can't be had for real: a machine that is not this one, and hears nothing.
    monkeypatch.setattr(socket, "getaddrinfo", noting)

    answer = scene.send(event(request_type, launch_arn()))

    assert answer["Status"] == "FAILED"
    assert f"{url} is not https" in answer["Reason"]
    assert set(asked_for) == {"127.0.0.1"}  # the way of the answer


@pytest.mark.parametrize("url", ["not a url", "https://", "evidently.example.com"])
def test_a_url_that_is_none_fails_with_a_sentence(scene: Scene, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv(contract.ENV_ENDPOINT_URL, url)

    answer = scene.send(event("Create"))

    assert answer["Status"] == "FAILED"
    assert "endpoint" in answer["Reason"]
    assert "Internal error" not in answer["Reason"]


def _signed(scene: Scene) -> list[tuple[str, str, list[str], str | None]]:
    """Operation, credential scope, signed headers and starter of each call."""
    found = []
    for call in scene.called:
        authorization = call.request.headers["authorization"]
        match = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=test/\d{8}/([^,]+)/aws4_request, SignedHeaders=([^,]+), Signature=\w{64}",
            authorization,
        )
        assert match is not None, authorization
        starter = call.request.headers.get("x-evidently-starter")
        found.append((call.operation, match[1], match[2].split(";"), starter))
    return found


def test_starts_and_stops_carry_the_signed_starter_and_reads_do_not(either: Scene) -> None:
    either.api.plan(CONFLICT, shows("RUNNING"), stopped())

    either.send(event("Create"))
    either.send(event("Delete", launch_arn()))

    for operation, _, signed_headers, starter in _signed(either):
        carries = operation != "GetLaunch"
        for header in ("x-evidently-starter", "x-evidently-stack"):
            assert (header in signed_headers) is carries
        assert starter == (STARTER if carries else None)
    stacks = {call.request.headers.get("x-evidently-stack") for call in either.called if call.operation != "GetLaunch"}
    assert stacks == {hashlib.sha256(STACK_ID.encode()).hexdigest()}
    assert either.calls == ["StartLaunch", "GetLaunch", "StopLaunch"]


@pytest.mark.parametrize("signing_name", ["execute-api", "evidently"])
@pytest.mark.parametrize(("region", "signed_region"), [("us-west-2", "us-west-2"), (None, "eu-north-1")])
def test_every_call_is_signed_for_the_endpoints_service_and_region(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, signing_name: str, region: str | None, signed_region: str
) -> None:
    monkeypatch.setenv(contract.ENV_SIGNING_NAME, signing_name)
    if region is not None:
        monkeypatch.setenv(contract.ENV_SIGNING_REGION, region)
    scene.api.plan(CONFLICT, shows("RUNNING"))

    scene.send(event("Create"))

    assert {scope for _, scope, _, _ in _signed(scene)} == {f"{signed_region}/{signing_name}"}


def test_without_a_signing_name_the_endpoint_is_awss(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(contract.ENV_SIGNING_NAME)
    scene.api.plan(shows("RUNNING"))

    scene.send(event("Create"))

    assert {scope for _, scope, _, _ in _signed(scene)} == {"eu-north-1/evidently"}


def test_the_starter_is_of_the_stack_and_the_resource_alone(scene: Scene) -> None:
    asked = [
        event("Create"),
        {**event("Create"), "RequestId": "another"},
        {**event("Create"), "LogicalResourceId": "Another"},
        {**event("Create"), "StackId": STACK_ID + "x"},
    ]
    scene.api.plan(then=repeat(shows("RUNNING")))

    for each in asked:
        scene.send(each)

    starters = [starter for *_, starter in _signed(scene)]
    assert starters[0] == starters[1] == STARTER
    assert len(set(starters)) == 3
    assert LOGICAL_ID not in str(starters)


@pytest.fixture
def connect(scene: Scene) -> Callable[[], Evidently]:
    """A function that makes a client of the scene's API, as its environment says."""
    request = Request.from_event({**event("Create"), "ResponseURL": scene.cloudformation.url})
    log = Log(request, lambda: 0.0, 0.0)
    starter = Starter.of(STACK_ID, LOGICAL_ID, 1_637_368_600_000)
    return lambda: Evidently.connect(os.environ, starter, connect_seconds=3, read_seconds=10, log=log)


def test_time_outs_are_the_clients_and_retries_are_not(connect: Callable[[], Evidently]) -> None:
    config = connect().client.meta.config

    assert (config.connect_timeout, config.read_timeout) == (3, 10)
    assert config.retries == {"total_max_attempts": 1, "mode": "legacy"}


def test_without_an_endpoint_url_the_client_asks_awss_regional_endpoint(
    connect: Callable[[], Evidently], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(contract.ENV_ENDPOINT_URL)

    assert connect().url == "https://evidently.eu-north-1.amazonaws.com"


def test_an_api_with_a_certificate_that_nobody_trusts_is_told_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted_server(shows("RUNNING"), tls=self_signed_tls()) as api:
        monkeypatch.setenv(contract.ENV_ENDPOINT_URL, api.url)
        answer = scene.send(event("Create"))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", MARKER)
    assert "SSLError" in answer["Reason"]
    assert api.received == []


def test_an_api_that_does_not_answer_in_time_is_an_uncertain_outcome(scene: Scene) -> None:
    over = Event()
    scene.api.plan(Reply(500, before=lambda: over.wait(10)), shows("RUNNING"))
    try:
        answer = scene.send(event("Create"), read_seconds=0.05)
    finally:
        over.set()

    assert answer["Status"] == "SUCCESS"
    assert scene.calls == ["StartLaunch", "StartLaunch"]


def test_the_work_gets_the_time_outs_of_the_settings(scene: Scene) -> None:
    found = []

    def work(job: Job) -> object:
        found.append((job.connect_seconds, job.read_seconds))
        raise ValueError

    scene.send(event("Create"), work=work)

    assert found == [(3.0, 10.0)]
