"""Exactly one response to every request."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from evidently_provider.invocation import Invocation
from evidently_provider.runtime.response import Response, Status
from helpers.launch_replies import launch_arn, shows
from helpers.provider_harness import NOT_STARTED, RESERVE_SECONDS, SECRET, Harness, LogLines, event

EVENTS = [
    pytest.param(event("Create"), NOT_STARTED, id="create"),
    pytest.param(event("Update", launch_arn()), launch_arn(), id="update"),
    pytest.param(event("Delete", launch_arn()), launch_arn(), id="delete"),
]
Serve = Callable[[Invocation], Response]


def raising(error: BaseException) -> Serve:
    def serve(_: Invocation) -> Response:
        raise error

    return serve


def responding(**members: Any) -> Serve:
    return lambda _: Response(**{"status": Status.SUCCESS, "physical_id": launch_arn(), **members})


@pytest.mark.parametrize("error", [ValueError(SECRET), SystemExit(SECRET), KeyboardInterrupt(), MemoryError()])
@pytest.mark.parametrize(("given", "physical_id"), EVENTS)
def test_a_crash_gets_a_response(
    harness: Harness, given: dict[str, Any], physical_id: str, error: BaseException
) -> None:
    response = harness.send(given, serve=raising(error))

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", physical_id)
    assert type(error).__name__ in response["Reason"]
    assert SECRET not in json.dumps(response)


def test_a_crash_is_logged_with_its_place_and_without_its_message(harness: Harness, log: LogLines) -> None:
    harness.send(event("Create"), serve=raising(ValueError(SECRET)))

    (line,) = [line for line in log() if line["step"] == "crashed"]
    assert (line["level"], line["error"]) == ("ERROR", "ValueError")
    assert line["at"].startswith("serve:")
    assert SECRET not in json.dumps(line)


def test_a_crash_after_a_call_with_a_possible_effect_has_a_failed_id(harness: Harness) -> None:
    def serve(invocation: Invocation) -> Response:
        invocation.progress.failure_id = f"{launch_arn()}#failed:1"
        raise ValueError

    assert harness.send(event("Create"), serve=serve)["PhysicalResourceId"] == f"{launch_arn()}#failed:1"


@pytest.mark.parametrize("remaining", [180, 16, 15, 1], ids=lambda seconds: f"{seconds}s")
@pytest.mark.parametrize(("given", "physical_id"), EVENTS)
def test_a_request_that_hangs_gets_a_response_at_the_deadline(
    harness: Harness, given: dict[str, Any], physical_id: str, remaining: int
) -> None:
    with harness.hanging(max(0, remaining - RESERVE_SECONDS)) as hang:

        def serve(_: Invocation) -> Response:
            hang()
            return Response(Status.SUCCESS, "too late")

        response = harness.send(given, serve=serve, remaining=remaining)

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", physical_id)
    assert "Deploy again" in response["Reason"]
    assert harness.cloudformation.received == []


def test_a_worker_that_outlives_the_response_makes_no_more_calls(harness: Harness) -> None:
    with harness.hanging() as hang:
        harness.api.plan(replace(shows("UPDATING"), before=hang), shows("RUNNING"))
        response = harness.send(event("Create"))
        harness.clock.seconds = 0.0  # by the time alone, a call could begin

    assert response["Status"] == "FAILED"
    assert harness.calls == ["StartLaunch"]


@pytest.mark.parametrize("remaining", [28.1, 28.0, 27.9])
def test_no_call_begins_that_could_outlast_the_deadline(harness: Harness, remaining: float) -> None:
    # 15 s are for the response, 3 s to connect, 10 s to read.
    harness.api.plan(shows("RUNNING"))

    response = harness.send(event("Create"), remaining=remaining)

    assert harness.calls == (["StartLaunch"] if remaining >= 28 else [])
    assert response["Status"] == ("SUCCESS" if remaining >= 28 else "FAILED")


def test_an_empty_physical_id_is_never_sent(harness: Harness) -> None:
    assert harness.send(event("Create"), serve=responding(physical_id=""))["PhysicalResourceId"] == NOT_STARTED
    assert harness.send(event("Update", "given"), serve=responding(physical_id=""))["PhysicalResourceId"] == "given"


def _room(harness: Harness) -> int:
    """Return the number of bytes that a reason may have."""
    harness.invoke(event("Create"), serve=responding(reason=""))
    return 4096 - len(harness.cloudformation.received.pop().body)


@pytest.mark.parametrize("letter", ["a", "ä", "€", "🎉", '"', "\n", "\x00"])
@pytest.mark.parametrize("excess", [-1, 0, 1, 2, 3, 4, 5000])
def test_a_response_has_4096_bytes_at_most_and_no_split_character(harness: Harness, letter: str, excess: int) -> None:
    room = _room(harness)
    size = len(json.dumps(letter, ensure_ascii=False).encode()) - 2
    whole, rest = divmod(room + excess, size)
    reason = "a" * rest + letter * whole

    harness.invoke(event("Create"), serve=responding(reason=reason))

    content = harness.cloudformation.received[0].body
    said = json.loads(content)["Reason"]
    assert len(content) <= 4096
    if excess <= 0:
        assert len(content) == 4096 + excess
        assert said == reason
    else:
        assert said.endswith("…")
        assert reason.startswith(said.removesuffix("…"))
        assert len(content) > 4096 - 2 * 6


def test_only_the_longest_attribute_is_cut(harness: Harness) -> None:
    data = {"StatusReason": "ä" * 5000, "LaunchArn": launch_arn(), "LaunchStatus": "RUNNING"}

    harness.invoke(event("Create"), serve=responding(data=data, reason="short"))

    content = harness.cloudformation.received[0].body
    said = json.loads(content)
    assert len(content) <= 4096
    assert (said["Status"], said["PhysicalResourceId"], said["Reason"]) == ("SUCCESS", launch_arn(), "short")
    assert said["Data"] == {**data, "StatusReason": said["Data"]["StatusReason"]}
    assert said["Data"]["StatusReason"].endswith("ä…")


def test_a_response_that_stays_too_long_is_sent_anyway(harness: Harness) -> None:
    response = harness.send(event("Update", "i" * 5000), serve=responding(reason="why", physical_id=""))

    assert (response["Status"], response["Reason"]) == ("SUCCESS", "")


@pytest.mark.parametrize("reason", ["half \ud83c", "\udcff" * 5000])
def test_a_lone_surrogate_in_a_response_is_sent(harness: Harness, reason: str) -> None:
    response = harness.send(event("Create"), serve=responding(reason=reason, data={"StatusReason": "\ud83c"}))

    assert response["Status"] == "SUCCESS"
    assert "?" in response["Reason"]


def test_a_lone_surrogate_in_a_property_gets_a_response(harness: Harness) -> None:
    response = harness.send(event("Create", Launch="half \ud83c"))

    assert response["Status"] == "FAILED"
    assert "Launch" in response["Reason"]
