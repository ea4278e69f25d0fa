"""Which failures are tried again, and for how long; counted where the requests come in."""

import socket
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, repeat
from typing import Any

import pytest

import evidently_contract as contract
from evidently_provider.deadline import Deadline, TimeIsUpError
from evidently_provider.errors import ProviderError, ThrottledError, UnreachableError
from evidently_provider.log import Log
from evidently_provider.request import Request
from evidently_provider.retry import Patience
from helpers.fake_clock import FakeClock
from helpers.launch_replies import (
    BROKEN,
    CONFLICT,
    FORBIDDEN,
    QUOTA,
    THROTTLED,
    launch_arn,
    refuses,
    shows,
    stopped,
)
from helpers.provider_scene import MARKER, Scene, event
from helpers.scripted_server import RESET, Reply

EVENTS = [event("Create"), event("Update", launch_arn()), event("Delete", launch_arn())]
FORBIDDEN_BY_THE_GATEWAY = Reply(403, b'{"Message":"User is not authorized"}', {"content-type": "application/json"})
UNREACHABLE = pytest.mark.parametrize(
    "failure",
    [RESET, BROKEN, Reply(502, b"<html/>"), Reply(503), FORBIDDEN, FORBIDDEN_BY_THE_GATEWAY],
    ids=["reset", "500", "502", "503", "403", "403_of_the_gateway"],
)
REQUEST_TYPES = pytest.mark.parametrize("asked", EVENTS, ids=["create", "update", "delete"])


@UNREACHABLE
@REQUEST_TYPES
def test_an_api_that_is_out_of_reach_is_asked_for_30_seconds_in_all(
    scene: Scene, asked: dict[str, Any], failure: Reply
) -> None:
    scene.api.plan(then=repeat(failure))

    answer = scene.send(asked)

    assert answer["Status"] == "FAILED"
    assert scene.api.url in answer["Reason"]
    # The pause that would lead past the 30 seconds, 8 at most, is not made. Each request but the last has a pause.
    assert 22 <= sum(scene.clock.pauses) <= 30
    assert len(scene.calls) == len(scene.clock.pauses) + 1


@UNREACHABLE
@REQUEST_TYPES
def test_an_api_that_is_back_in_time_makes_a_success(scene: Scene, asked: dict[str, Any], failure: Reply) -> None:
    scene.api.plan(failure, failure, stopped() if asked["RequestType"] == "Delete" else shows("RUNNING"))

    answer = scene.send(asked)

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", launch_arn())
    assert len(scene.calls) == 3


def test_the_30_seconds_are_those_of_all_calls_together(scene: Scene) -> None:
    scene.api.plan(BROKEN, BROKEN, BROKEN, BROKEN, CONFLICT, then=repeat(BROKEN))

    scene.send(event("Create"))

    assert 22 <= sum(scene.clock.pauses) <= 30


def test_the_time_that_a_failing_call_takes_is_of_the_30_seconds(scene: Scene) -> None:
    def take_ten_seconds() -> None:
        scene.clock.seconds += 10

    scene.api.plan(then=repeat(Reply(500, before=take_ten_seconds)))

    scene.send(event("Create"))

    assert len(scene.calls) == 3


@REQUEST_TYPES
def test_a_port_where_nobody_listens_is_tried_for_30_seconds(
    scene: Scene, asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        monkeypatch.setenv(contract.ENV_ENDPOINT_URL, url)

        answer = scene.send(asked)

    assert answer["Status"] == "FAILED"
    assert url in answer["Reason"]
    assert 22 <= sum(scene.clock.pauses) <= 30
    if asked["RequestType"] == "Create":  # nothing has left this machine
        assert answer["PhysicalResourceId"] == MARKER


@REQUEST_TYPES
@pytest.mark.parametrize("timeout", [5, 60, 120])
def test_a_throttled_api_is_asked_until_the_timeout(scene: Scene, asked: dict[str, Any], timeout: int) -> None:
    scene.api.plan(then=repeat(THROTTLED))
    asked = {**asked, "ResourceProperties": {**asked["ResourceProperties"], "TimeoutSeconds": str(timeout)}}

    answer = scene.send(asked)

    assert answer["Status"] == "FAILED"
    assert "429" in answer["Reason"]
    assert max(0, timeout - 8) <= sum(scene.clock.pauses) <= timeout
    assert len(scene.calls) == len(scene.clock.pauses) + 1


@REQUEST_TYPES
def test_a_launch_that_is_updating_is_looked_at_ever_more_seldom(scene: Scene, asked: dict[str, Any]) -> None:
    scene.api.plan(then=cycle([CONFLICT, shows("UPDATING")]))

    scene.send(asked)

    for pause, limit in zip(scene.clock.pauses, [0.5, 1, 2, 4, 8, 8, 8], strict=False):
        assert limit / 2 <= pause <= limit
    assert max(scene.clock.pauses) <= 8
    assert len(scene.calls) == 2 * (len(scene.clock.pauses) + 1) < 100


def test_a_throttled_start_started_nothing(scene: Scene) -> None:
    scene.api.plan(then=repeat(THROTTLED))

    assert scene.send(event("Create"))["PhysicalResourceId"] == MARKER


@REQUEST_TYPES
def test_an_exceeded_quota_is_final(scene: Scene, asked: dict[str, Any]) -> None:
    scene.api.plan(then=repeat(QUOTA))

    answer = scene.send(asked)

    assert answer["Status"] == "FAILED"
    assert "quota" in answer["Reason"]
    assert len(scene.calls) == 1
    assert scene.clock.pauses == []


@pytest.mark.parametrize("code", ["ThrottlingException", "TooManyRequestsException", "LimitExceededException", ""])
def test_a_429_is_a_429_whoever_sends_it(scene: Scene, code: str) -> None:
    scene.api.plan(refuses(429, code), shows("RUNNING"))

    assert scene.send(event("Create"))["Status"] == "SUCCESS"


def test_calls_end_before_the_functions_time_does(scene: Scene) -> None:
    scene.api.plan(then=repeat(THROTTLED))

    answer = scene.send(event("Create", TimeoutSeconds="800"), remaining=100)

    assert answer["Status"] == "FAILED"
    assert "No time was left" in answer["Reason"]
    assert sum(scene.clock.pauses) <= 100 - 15


@pytest.fixture
def patience() -> tuple[Patience, FakeClock]:
    """Patience for 60 seconds, without jitter, of 100 until the deadline."""
    fake = FakeClock(seconds=0.0)
    return _patience(fake, jitter=lambda: 1.0), fake


def _patience(fake: FakeClock, jitter: Callable[[], float]) -> Patience:
    clock = replace(fake.clock, wait=lambda _, seconds: fake.pause(seconds))
    log = Log(Request.from_event({**event("Create"), "ResponseURL": "https://example.com"}), clock.now, 0.0)
    return Patience(Deadline(clock, end=100.0, longest_call=13.0), 60.0, log, jitter)


def _failing(error: ProviderError) -> Callable[[], None]:
    def attempt() -> None:
        raise error

    return attempt


def test_pauses_double_up_to_eight_seconds(patience: tuple[Patience, FakeClock]) -> None:
    patient, fake = patience

    with pytest.raises(ThrottledError):
        patient.call(_failing(ThrottledError("no")))

    assert fake.pauses == [0.5, 1, 2, 4, 8, 8, 8, 8, 8, 8]


def test_jitter_takes_half_of_a_pause_at_most() -> None:
    fake = FakeClock(seconds=0.0)
    patient = _patience(fake, jitter=lambda: 0.0)

    with pytest.raises(UnreachableError):
        patient.call(_failing(UnreachableError("no", unknown_outcome=False)))

    assert fake.pauses == [0.25, 0.5, 1, 2, 4, 4, 4, 4, 4, 4]


def test_each_call_begins_with_a_short_pause_again(patience: tuple[Patience, FakeClock]) -> None:
    patient, fake = patience
    for _ in range(2):
        replies = iter([ThrottledError("no"), None])

        def attempt(replies: Any = replies) -> None:
            if error := next(replies):
                raise error

        patient.call(attempt)

    assert fake.pauses == [0.5, 0.5]


def test_a_call_in_between_makes_no_wait_for_the_launch_shorter(patience: tuple[Patience, FakeClock]) -> None:
    patient, fake = patience

    for _ in range(6):
        patient.call(lambda: None)
        assert patient.wait()

    assert fake.pauses == [0.5, 1, 2, 4, 8, 8]


def test_a_call_that_could_outlast_the_deadline_does_not_begin(patience: tuple[Patience, FakeClock]) -> None:
    patient, fake = patience
    fake.seconds = 87.5

    with pytest.raises(TimeIsUpError):
        patient.call(_failing(ThrottledError("called")))
