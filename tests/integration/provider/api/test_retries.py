"""Which failures are retried, and for how long, counted at the server."""

import socket
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, repeat
from typing import Any

import pytest

import evidently_contract as contract
from evidently_provider.api.retry import RetryBudget
from evidently_provider.errors import ProviderError, ThrottledError, UnreachableError
from evidently_provider.runtime.deadline import Deadline, TimeIsUpError
from evidently_provider.runtime.log import Log
from evidently_provider.runtime.request import Request
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
from helpers.provider_harness import Harness, event
from helpers.scripted_server import RESET, Reply

EVENTS = [event("Create"), event("Update", launch_arn()), event("Delete", launch_arn())]
FORBIDDEN_BY_THE_GATEWAY = Reply(403, b'{"Message":"User is not authorized"}', {"content-type": "application/json"})
UNREACHABLE = pytest.mark.parametrize(
    "failure",
    [RESET, BROKEN, Reply(502, b"<html/>"), Reply(503), FORBIDDEN, FORBIDDEN_BY_THE_GATEWAY],
    ids=["reset", "500", "502", "503", "403", "403_of_the_gateway"],
)
REQUEST_TYPES = pytest.mark.parametrize("given", EVENTS, ids=["create", "update", "delete"])


@UNREACHABLE
@REQUEST_TYPES
def test_an_api_that_does_not_respond_is_retried_for_30_seconds(
    harness: Harness, given: dict[str, Any], failure: Reply
) -> None:
    harness.api.plan(then=repeat(failure))

    response = harness.send(given)

    assert response["Status"] == "FAILED"
    assert harness.api.url in response["Reason"]
    # No pause, of 8 seconds at most, leads past the 30 seconds. A pause follows each request but the last.
    assert 22 <= sum(harness.clock.pauses) <= 30
    assert len(harness.calls) == len(harness.clock.pauses) + 1


@UNREACHABLE
@REQUEST_TYPES
def test_an_api_that_recovers_in_time_is_a_success(harness: Harness, given: dict[str, Any], failure: Reply) -> None:
    harness.api.plan(failure, failure, stopped() if given["RequestType"] == "Delete" else shows("RUNNING"))

    response = harness.send(given)

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", launch_arn())
    assert len(harness.calls) == 3


def test_all_calls_share_the_30_seconds(harness: Harness) -> None:
    harness.api.plan(BROKEN, BROKEN, BROKEN, BROKEN, CONFLICT, then=repeat(BROKEN))

    harness.send(event("Create"))

    assert 22 <= sum(harness.clock.pauses) <= 30


def test_the_duration_of_a_failing_call_counts_towards_the_30_seconds(harness: Harness) -> None:
    def take_ten_seconds() -> None:
        harness.clock.seconds += 10

    harness.api.plan(then=repeat(Reply(500, before=take_ten_seconds)))

    harness.send(event("Create"))

    assert len(harness.calls) == 3


@REQUEST_TYPES
def test_a_refused_connection_is_retried_for_30_seconds(
    harness: Harness, given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        monkeypatch.setenv(contract.ENV_ENDPOINT_URL, url)

        response = harness.send(given)

    assert response["Status"] == "FAILED"
    assert url in response["Reason"]
    assert 22 <= sum(harness.clock.pauses) <= 30


@REQUEST_TYPES
@pytest.mark.parametrize("timeout", [5, 60, 120])
def test_a_throttled_call_is_retried_until_the_timeout(harness: Harness, given: dict[str, Any], timeout: int) -> None:
    harness.api.plan(then=repeat(THROTTLED))
    properties = {**given["ResourceProperties"], "TimeoutSeconds": str(timeout)}

    response = harness.send({**given, "ResourceProperties": properties})

    assert response["Status"] == "FAILED"
    assert "429" in response["Reason"]
    assert max(0, timeout - 8) <= sum(harness.clock.pauses) <= timeout
    assert len(harness.calls) == len(harness.clock.pauses) + 1


@REQUEST_TYPES
def test_reads_of_an_updating_launch_become_less_frequent(plain: Harness, given: dict[str, Any]) -> None:
    plain.api.plan(then=cycle([CONFLICT, shows("UPDATING")]))

    plain.send(given)

    for pause, limit in zip(plain.clock.pauses, [0.5, 1, 2, 4, 8, 8, 8], strict=False):
        assert limit / 2 <= pause <= limit
    assert max(plain.clock.pauses) <= 8
    assert len(plain.calls) == 2 * (len(plain.clock.pauses) + 1) < 100


@REQUEST_TYPES
def test_an_exceeded_quota_is_final(harness: Harness, given: dict[str, Any]) -> None:
    harness.api.plan(then=repeat(QUOTA))

    response = harness.send(given)

    assert response["Status"] == "FAILED"
    assert "quota" in response["Reason"]
    assert len(harness.calls) == 1
    assert harness.clock.pauses == []


@pytest.mark.parametrize("code", ["ThrottlingException", "TooManyRequestsException", "LimitExceededException", ""])
def test_a_429_is_a_429_whoever_sends_it(harness: Harness, code: str) -> None:
    harness.api.plan(refuses(429, code), shows("RUNNING"))

    assert harness.send(event("Create"))["Status"] == "SUCCESS"


def test_calls_end_before_the_functions_timeout(harness: Harness) -> None:
    harness.api.plan(then=repeat(THROTTLED))

    response = harness.send(event("Create", TimeoutSeconds="800"), remaining=100)

    assert response["Status"] == "FAILED"
    assert "No time was left" in response["Reason"]
    assert sum(harness.clock.pauses) <= 100 - 15


@pytest.fixture
def budget() -> tuple[RetryBudget, FakeClock]:
    """A budget of 60 seconds without jitter, 100 seconds before the deadline."""
    fake = FakeClock(seconds=0.0)
    return _budget(fake, jitter=lambda: 1.0), fake


def _budget(fake: FakeClock, jitter: Callable[[], float]) -> RetryBudget:
    clock = replace(fake.clock, wait=lambda _, seconds: fake.pause(seconds))
    log = Log(Request.from_event({**event("Create"), "ResponseURL": "https://example.com"}), clock.now, 0.0)
    return RetryBudget(Deadline(clock, end=100.0, not_after=0, longest_call=13.0), 60.0, log, jitter)


def _failing(error: ProviderError) -> Callable[[], None]:
    def attempt() -> None:
        raise error

    return attempt


def test_pauses_double_up_to_eight_seconds(budget: tuple[RetryBudget, FakeClock]) -> None:
    retries, fake = budget

    with pytest.raises(ThrottledError):
        retries.call(_failing(ThrottledError("no")))

    assert fake.pauses == [0.5, 1, 2, 4, 8, 8, 8, 8, 8, 8]


def test_jitter_takes_half_of_a_pause_at_most() -> None:
    fake = FakeClock(seconds=0.0)
    retries = _budget(fake, jitter=lambda: 0.0)

    with pytest.raises(UnreachableError):
        retries.call(_failing(UnreachableError("no", unknown_outcome=False)))

    assert fake.pauses == [0.25, 0.5, 1, 2, 4, 4, 4, 4, 4, 4]


def test_each_call_begins_with_a_short_pause_again(budget: tuple[RetryBudget, FakeClock]) -> None:
    retries, fake = budget
    for _ in range(2):
        replies = iter([ThrottledError("no"), None])

        def attempt(replies: Any = replies) -> None:
            if error := next(replies):
                raise error

        retries.call(attempt)

    assert fake.pauses == [0.5, 0.5]


def test_a_call_in_between_does_not_reset_the_wait_for_the_launch(budget: tuple[RetryBudget, FakeClock]) -> None:
    retries, fake = budget

    for _ in range(6):
        retries.call(lambda: None)
        assert retries.wait()

    assert fake.pauses == [0.5, 1, 2, 4, 8, 8]


def test_a_call_that_could_outlast_the_deadline_does_not_begin(budget: tuple[RetryBudget, FakeClock]) -> None:
    retries, fake = budget
    fake.seconds = 87.5

    with pytest.raises(TimeIsUpError):
        retries.call(_failing(ThrottledError("called")))
