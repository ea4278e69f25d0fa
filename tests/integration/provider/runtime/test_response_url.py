"""Sending a response: to a URL that fails, redirects, stalls, or is not trusted."""

import socket
from contextlib import suppress
from itertools import repeat
from threading import Event, Thread

import pytest

from evidently_provider.invocation import Invocation
from evidently_provider.runtime.response import Response, ResponseNotSentError, Status
from helpers.launch_replies import launch_arn, shows
from helpers.provider_harness import NOW, SECRET, Harness, LogLines, event, presigned
from helpers.scripted_server import OK, RESET, SELF_SIGNED, Reply, scripted_server, self_signed_tls

BUSY = Reply(503)


def done(_: Invocation) -> Response:
    return Response(Status.SUCCESS, launch_arn())


def _unused_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@pytest.mark.parametrize(
    "failures", [[BUSY, BUSY], [RESET], [Reply(500), RESET, BUSY]], ids=["5xx_twice", "reset", "mixed"]
)
def test_a_response_is_sent_again_until_it_is_accepted(harness: Harness, failures: list[Reply]) -> None:
    harness.api.plan(shows("RUNNING"))
    harness.cloudformation.plan(*failures, OK)

    harness.invoke(event("Create"))

    assert len(harness.cloudformation.received) == len(failures) + 1
    assert {response["Status"] for response in harness.cloudformation.documents} == {"SUCCESS"}
    assert len(set(map(str, harness.cloudformation.documents))) == 1
    assert harness.calls == ["StartLaunch"]
    assert len(harness.clock.pauses) == len(failures)


def test_a_response_is_put_as_the_presigned_url_requires(harness: Harness) -> None:
    harness.invoke(event("Create"), serve=done)

    (put,) = harness.cloudformation.received
    assert put.method == "PUT"
    assert f"{harness.cloudformation.url}{put.path}" == presigned(harness.cloudformation.url, NOW)
    assert put.headers["content-type"] == ""
    assert put.headers["content-length"] == str(len(put.body))


def test_a_stalled_response_url_is_retried(harness: Harness) -> None:
    over = Event()
    harness.cloudformation.plan(Reply(200, before=lambda: over.wait(10)), OK)
    try:
        harness.invoke(event("Create"), serve=done, put_seconds=0.05)
    finally:
        over.set()

    assert [response["Status"] for response in harness.cloudformation.documents] == ["SUCCESS", "SUCCESS"]


def test_an_accepted_response_is_not_sent_again_when_the_reply_body_stalls(harness: Harness) -> None:
    accepted: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):  # the listener is closed
                while True:
                    accepted.append(listener.accept()[0])
                    # The status arrives, the two bytes of the body never do.
                    accepted[-1].sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n")

        thread = Thread(target=accept)
        thread.start()
        try:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}/response"
            harness.invoke(event("Create"), serve=done, url=url, put_seconds=0.2)
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)
            for connection in accepted:
                connection.close()

    assert len(accepted) == 1


@pytest.mark.parametrize("status", [403, 400, 404, 301, 302, 307])
def test_a_refusal_is_final_and_logged_and_no_redirect_is_followed(
    harness: Harness, log: LogLines, status: int
) -> None:
    harness.cloudformation.plan(
        Reply(status, b"Request has expired", {"location": f"{harness.cloudformation.url}/elsewhere"}), OK
    )

    harness.invoke(event("Create"), serve=done)

    assert len(harness.cloudformation.received) == 1
    (line,) = [line for line in log() if line["step"] == "response_failed"]
    assert (line["level"], line["http"], line["attempts"]) == ("ERROR", status, 1)


@pytest.mark.parametrize("failure", [BUSY, RESET], ids=["5xx", "reset"])
def test_a_response_that_is_never_accepted_fails_the_invocation_so_that_lambda_retries(
    harness: Harness, log: LogLines, failure: Reply
) -> None:
    harness.api.plan(shows("RUNNING"))
    harness.cloudformation.plan(then=repeat(failure))
    began = harness.clock.seconds

    with pytest.raises(ResponseNotSentError):
        harness.invoke(event("Create"))

    assert {response["Status"] for response in harness.cloudformation.documents} == {"SUCCESS"}
    assert 170 < harness.clock.seconds - began < 180
    assert [line["level"] for line in log() if line["step"] == "response_failed"] == ["ERROR"]


def test_lambdas_retry_sends_the_response_that_could_not_be_sent(harness: Harness) -> None:
    harness.api.plan(shows("RUNNING"), shows("RUNNING"))
    harness.cloudformation.plan(then=repeat(BUSY))
    with pytest.raises(ResponseNotSentError):
        harness.invoke(event("Create"))
    first = harness.cloudformation.documents[0]
    harness.cloudformation.received.clear()
    harness.cloudformation.plan(OK)

    assert harness.send(event("Create")) == first


def test_a_response_url_that_refuses_connections_fails_the_invocation(harness: Harness) -> None:
    with pytest.raises(ResponseNotSentError):
        harness.invoke(event("Create"), serve=done, url=f"http://127.0.0.1:{_unused_port()}/")


def test_pauses_between_attempts_grow_and_end(harness: Harness) -> None:
    harness.cloudformation.plan(then=repeat(BUSY))
    with pytest.raises(ResponseNotSentError):
        harness.invoke(event("Create"), serve=done)

    limits = [0.5, 1, 2, 4, 8, 8, 8]
    for pause, limit in zip(harness.clock.pauses, limits, strict=False):
        assert limit / 2 <= pause <= limit
    assert max(harness.clock.pauses) <= 8


def test_a_response_goes_over_https_to_a_trusted_server(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(SELF_SIGNED))
    with scripted_server(OK, tls=self_signed_tls()) as server:
        harness.invoke(event("Create"), serve=done, url=f"{server.url}/response?X-Amz-Signature={SECRET}")

        assert [response["Status"] for response in server.documents] == ["SUCCESS"]


def test_a_response_never_goes_to_a_server_with_an_untrusted_certificate(harness: Harness) -> None:
    with scripted_server(OK, tls=self_signed_tls()) as server:
        with pytest.raises(ResponseNotSentError):
            harness.invoke(event("Create"), serve=done, url=f"{server.url}/response", remaining=5)

        assert server.received == []


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1/response",
        "http://example.com/response",
        "http://localhost.example.com/response",
        "http://127.0.0.1@192.0.2.1/response",
        "ftp://127.0.0.1/response",
        "file:///etc/passwd",
        "https:///response",
        "response",
    ],
)
def test_a_response_goes_only_over_https_or_to_this_machine(
    harness: Harness, log: LogLines, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    def no_connection(*_: object, **__: object) -> None:
        raise AssertionError("a connection was tried")

    # What can't be had for real: a machine that is not this one, and hears nothing.
    monkeypatch.setattr(socket, "create_connection", no_connection)
    monkeypatch.setattr(socket, "getaddrinfo", no_connection)

    harness.invoke(event("Create"), serve=done, url=url)

    assert [line["level"] for line in log() if line["step"] == "response_failed"] == ["ERROR"]


@pytest.mark.parametrize("missing", ["RequestType", "RequestId", "StackId", "LogicalResourceId", "ResponseURL"])
def test_an_event_that_is_not_cloudformations_raises_and_calls_nothing(harness: Harness, missing: str) -> None:
    given = {**event("Create"), "ResponseURL": f"{harness.cloudformation.url}/response"}
    del given[missing]

    with pytest.raises(KeyError, match=missing):
        harness.invoke_unchanged(given)

    assert harness.cloudformation.received == []
