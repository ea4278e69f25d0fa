"""The way of an answer: to a response URL that fails, moves, stalls, or is not to be trusted."""

import socket
from contextlib import suppress
from itertools import repeat
from threading import Event, Thread

import pytest

from evidently_provider.answer import Answer, NotDeliveredError, Status
from evidently_provider.job import Job
from helpers.launch_replies import launch_arn, shows
from helpers.provider_scene import SECRET, LogLines, Scene, event
from helpers.scripted_server import OK, RESET, SELF_SIGNED, Reply, scripted_server, self_signed_tls

BUSY = Reply(503)


def done(_: Job) -> Answer:
    return Answer(Status.SUCCESS, launch_arn())


def _unused_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@pytest.mark.parametrize(
    "failures", [[BUSY, BUSY], [RESET], [Reply(500), RESET, BUSY]], ids=["5xx_twice", "reset", "mixed"]
)
def test_an_answer_is_put_again_until_it_is_taken(scene: Scene, failures: list[Reply]) -> None:
    scene.api.plan(shows("RUNNING"))
    scene.cloudformation.plan(*failures, OK)

    scene.deliver(event("Create"))

    assert len(scene.cloudformation.received) == len(failures) + 1
    assert {answer["Status"] for answer in scene.cloudformation.documents} == {"SUCCESS"}
    assert len(set(map(str, scene.cloudformation.documents))) == 1
    assert scene.calls == ["StartLaunch"]
    assert len(scene.clock.pauses) == len(failures)


def test_an_answer_goes_to_the_presigned_url_as_it_was_signed(scene: Scene) -> None:
    scene.deliver(event("Create"), work=done)

    (put,) = scene.cloudformation.received
    assert put.method == "PUT"
    assert put.path == f"/answers?X-Amz-Signature={SECRET}"
    assert put.headers["content-type"] == ""
    assert put.headers["content-length"] == str(len(put.body))


def test_a_stalled_response_url_is_tried_again(scene: Scene) -> None:
    over = Event()
    scene.cloudformation.plan(Reply(200, before=lambda: over.wait(10)), OK)
    try:
        scene.deliver(event("Create"), work=done, put_seconds=0.05)
    finally:
        over.set()

    assert [answer["Status"] for answer in scene.cloudformation.documents] == ["SUCCESS", "SUCCESS"]


def test_an_answer_that_was_taken_is_not_put_again_when_the_rest_of_the_reply_stalls(scene: Scene) -> None:
    taken: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def take() -> None:
            with suppress(OSError):  # the listener is closed
                while True:
                    taken.append(listener.accept()[0])
                    # The status is there, the two bytes of the body never come.
                    taken[-1].sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n")

        thread = Thread(target=take)
        thread.start()
        try:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}/answers"
            scene.deliver(event("Create"), work=done, url=url, put_seconds=0.2)
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)
            for connection in taken:
                connection.close()

    assert len(taken) == 1


@pytest.mark.parametrize("status", [403, 400, 404, 301, 302, 307])
def test_a_refusal_is_final_and_logged_and_no_redirect_is_followed(scene: Scene, log: LogLines, status: int) -> None:
    scene.cloudformation.plan(
        Reply(status, b"Request has expired", {"location": f"{scene.cloudformation.url}/elsewhere"}), OK
    )

    scene.deliver(event("Create"), work=done)

    assert len(scene.cloudformation.received) == 1
    (line,) = [line for line in log() if line["step"] == "not_answered"]
    assert (line["level"], line["http"], line["attempts"]) == ("ERROR", status, 1)


@pytest.mark.parametrize("failure", [BUSY, RESET], ids=["5xx", "reset"])
def test_an_answer_that_nobody_takes_fails_the_invocation_so_that_lambda_tries_again(
    scene: Scene, log: LogLines, failure: Reply
) -> None:
    scene.api.plan(shows("RUNNING"))
    scene.cloudformation.plan(then=repeat(failure))
    began = scene.clock.seconds

    with pytest.raises(NotDeliveredError):
        scene.deliver(event("Create"))

    assert {answer["Status"] for answer in scene.cloudformation.documents} == {"SUCCESS"}
    assert 170 < scene.clock.seconds - began < 180
    assert [line["level"] for line in log() if line["step"] == "not_answered"] == ["ERROR"]


def test_lambdas_retry_of_an_invocation_that_could_not_answer_answers_the_same(scene: Scene) -> None:
    scene.api.plan(shows("RUNNING"), shows("RUNNING"))
    scene.cloudformation.plan(then=repeat(BUSY))
    with pytest.raises(NotDeliveredError):
        scene.deliver(event("Create"))
    first = scene.cloudformation.documents[0]
    scene.cloudformation.received.clear()
    scene.cloudformation.plan(OK)

    assert scene.send(event("Create")) == first


def test_nobody_at_the_response_url_fails_the_invocation(scene: Scene) -> None:
    with pytest.raises(NotDeliveredError):
        scene.deliver(event("Create"), work=done, url=f"http://127.0.0.1:{_unused_port()}/")


def test_pauses_between_attempts_grow_and_end(scene: Scene) -> None:
    scene.cloudformation.plan(then=repeat(BUSY))
    with pytest.raises(NotDeliveredError):
        scene.deliver(event("Create"), work=done)

    limits = [0.5, 1, 2, 4, 8, 8, 8]
    for pause, limit in zip(scene.clock.pauses, limits, strict=False):
        assert limit / 2 <= pause <= limit
    assert max(scene.clock.pauses) <= 8


def test_an_answer_goes_over_https_to_a_server_that_is_trusted(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(SELF_SIGNED))
    with scripted_server(OK, tls=self_signed_tls()) as server:
        scene.deliver(event("Create"), work=done, url=f"{server.url}/answers?X-Amz-Signature={SECRET}")

        assert [answer["Status"] for answer in server.documents] == ["SUCCESS"]


def test_an_answer_never_goes_to_a_server_with_a_certificate_that_nobody_trusts(scene: Scene) -> None:
    with scripted_server(OK, tls=self_signed_tls()) as server:
        with pytest.raises(NotDeliveredError):
            scene.deliver(event("Create"), work=done, url=f"{server.url}/answers", remaining=5)

        assert server.received == []


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1/answers",
        "http://example.com/answers",
        "http://localhost.example.com/answers",
        "http://127.0.0.1@192.0.2.1/answers",
        "ftp://127.0.0.1/answers",
        "file:///etc/passwd",
        "https:///answers",
        "answers",
    ],
)
def test_an_answer_goes_nowhere_but_over_https_or_to_this_machine(
    scene: Scene, log: LogLines, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    def no_connection(*_: object, **__: object) -> None:
        raise AssertionError("a connection was tried")

    # The one thing that can't be had for real: a machine that is not this one, and hears nothing.
    monkeypatch.setattr(socket, "create_connection", no_connection)
    monkeypatch.setattr(socket, "getaddrinfo", no_connection)

    scene.deliver(event("Create"), work=done, url=url)

    assert [line["level"] for line in log() if line["step"] == "not_answered"] == ["ERROR"]


@pytest.mark.parametrize("missing", ["RequestType", "RequestId", "StackId", "LogicalResourceId", "ResponseURL"])
def test_what_is_no_event_of_cloudformation_is_an_error_and_calls_nobody(scene: Scene, missing: str) -> None:
    asked = {**event("Create"), "ResponseURL": f"{scene.cloudformation.url}/answers"}
    del asked[missing]

    with pytest.raises(KeyError, match=missing):
        scene.deliver_as_it_is(asked)

    assert scene.cloudformation.received == []
