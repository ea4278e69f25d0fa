"""Failed requests: the physical id of a Create by the possible outcomes of its calls, at any point of it."""

import threading
from dataclasses import replace
from itertools import repeat
from typing import Any

import pytest

from helpers.launch_replies import (
    BROKEN,
    CONFLICT,
    FORBIDDEN,
    HTML_200,
    HTML_404,
    INVALID,
    NOT_FOUND,
    QUOTA,
    STALE,
    THROTTLED,
    UNMODELLED_404,
    launch_arn,
    refuses,
    shows,
    stopped,
)
from helpers.managed_events import ARNS, managed
from helpers.provider_harness import MADE_UP, NOT_STARTED, NOW, RESERVE_SECONDS, Harness, event
from helpers.scripted_server import RESET, Reply

OURS, OLD, UNKNOWN = launch_arn(), launch_arn("october"), f"{launch_arn()}#failed:{NOW}"
STUCK = shows("UPDATING")
CUT_SHORT = replace(shows("RUNNING"), headers={"content-length": "100000"})

HAD_NO_EFFECT: dict[str, list[Reply]] = {
    "400": [INVALID, shows("CREATED")],
    "402": [QUOTA],
    "403": [FORBIDDEN] * 100,
    "404": [NOT_FOUND],
    "409": [CONFLICT, shows("CREATED")],
    "409, and the read fails": [CONFLICT, *[BROKEN] * 100],
    "429": [THROTTLED] * 100,
    "stale": [STALE],
    "ended": [CONFLICT, shows("CANCELLED")],
    "updating": [CONFLICT, STUCK] * 100,
    "a website": [HTML_200],
    "a website's 404": [HTML_404],
    "the gateway's 404": [UNMODELLED_404],
    # Unknown after the first reply, and resolved by a later one.
    "500, then no launch": [BROKEN, NOT_FOUND],
    "500, then stale": [BROKEN, STALE],
    "500, then ended": [BROKEN, CONFLICT, shows("CANCELLED")],
}
MAY_HAVE_HAD_ONE: dict[str, list[Reply]] = {
    "500": [BROKEN] * 100,
    "502": [Reply(502, b"<html/>")] * 100,
    "503": [Reply(503)] * 100,
    "504": [Reply(504)] * 100,
    "reset": [RESET] * 100,
    "a body that is cut short": [CUT_SHORT] * 100,
    "reset, then 403": [RESET, *[FORBIDDEN] * 100],
    "reset, then 402": [RESET, QUOTA],
    "reset, then 429": [RESET, *[THROTTLED] * 100],
    "reset, then created": [RESET, CONFLICT, shows("CREATED")],
    "reset, then a website": [RESET, HTML_200],
    "reset, then updating": [RESET, *[CONFLICT, STUCK] * 100],
    "started, and updating": [STUCK] * 100,
    "started, and created": [shows("CREATED")],
}


@pytest.mark.parametrize("failure", HAD_NO_EFFECT)
def test_a_create_without_an_effect_has_a_not_started_id(either: Harness, failure: str) -> None:
    either.api.plan(*HAD_NO_EFFECT[failure])

    response = either.send(event("Create"))

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", NOT_STARTED)
    assert response["Reason"]
    assert "StopLaunch" not in either.calls


@pytest.mark.parametrize("failure", MAY_HAVE_HAD_ONE)
def test_a_create_with_an_unknown_outcome_has_a_failed_id(either: Harness, failure: str) -> None:
    either.api.plan(*MAY_HAVE_HAD_ONE[failure])

    response = either.send(event("Create"))

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", UNKNOWN)
    assert response["Reason"]
    assert "StopLaunch" not in either.calls


@pytest.mark.parametrize("given", [OURS, OLD, f"{OURS}#adopted", MADE_UP])
@pytest.mark.parametrize(
    "failure", ["402", "409", "a website", "reset", "started, and created", "reset, then updating"]
)
def test_a_failed_update_returns_its_id_and_undoes_nothing(either: Harness, given: str, failure: str) -> None:
    either.api.plan(*{**HAD_NO_EFFECT, **MAY_HAVE_HAD_ONE}[failure])

    response = either.send(event("Update", given))

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", given)
    assert "StopLaunch" not in either.calls


@pytest.mark.parametrize("failure", ["403", "500", "reset", "a website"])
def test_an_update_that_cannot_release_the_old_launch_starts_nothing(either: Harness, failure: str) -> None:
    either.api.plan(*{**HAD_NO_EFFECT, **MAY_HAVE_HAD_ONE}[failure])

    response = either.send(event("Update", OURS, old={"Launch": "october"}))

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", OURS)
    assert set(either.calls) == {"GetLaunch"}


def test_without_a_date_the_request_id_stands_in(harness: Harness) -> None:
    given = event("Create")
    for replies, physical_id in (([QUOTA], "not-started:"), ([BROKEN] * 100, f"{OURS}#failed:")):
        harness.api.plan(*replies)
        assert harness.send(given, at=None)["PhysicalResourceId"] == physical_id + given["RequestId"]


def test_a_response_that_does_not_come_in_time_is_an_unknown_outcome(harness: Harness) -> None:
    over = threading.Event()
    harness.api.plan(Reply(500, before=lambda: over.wait(10)), then=repeat(FORBIDDEN))
    try:
        response = harness.send(event("Create"), read_seconds=0.05)
    finally:
        over.set()

    assert response["PhysicalResourceId"] == UNKNOWN


# Where the deadline comes: the replies before the hanging one, and the physical id of a Create at that point.
MOMENTS: dict[str, tuple[list[Reply], str]] = {
    "during the start": ([], UNKNOWN),
    "after a refusal": ([CONFLICT], NOT_STARTED),
    "after a start, while it is updating": ([STUCK], UNKNOWN),
    "during the second try": ([FORBIDDEN], UNKNOWN),
    "after an unknown and a refusal": ([RESET, CONFLICT], UNKNOWN),
    "while somebody else's is updating": ([CONFLICT, STUCK, CONFLICT], NOT_STARTED),
}


@pytest.mark.parametrize("given", ["", OURS, OLD])
@pytest.mark.parametrize("moment", MOMENTS)
def test_the_deadline_is_kept_at_any_moment_of_a_start(either: Harness, moment: str, given: str) -> None:
    before, physical_id = MOMENTS[moment]
    with either.hanging() as hang:
        either.api.plan(*before, Reply(500, before=hang))
        response = either.send(event("Update" if given else "Create", given))

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", given or physical_id)
    assert "Deploy again" in response["Reason"]
    assert len(either.calls) == len(before) + 1


@pytest.mark.parametrize(
    ("given", "on_delete", "before", "status"),
    [
        (OURS, "CANCEL", [], "FAILED"),
        (UNKNOWN, "CANCEL", [], "FAILED"),
        (UNKNOWN, "CANCEL", [shows("RUNNING")], "FAILED"),
        (OURS, "KEEP_RUNNING", [], "SUCCESS"),
        (OURS, "KEEP_RUNNING", [shows("RUNNING")], "SUCCESS"),
        (NOT_STARTED, "CANCEL", [], "SUCCESS"),
        (NOT_STARTED, "CANCEL", [shows("RUNNING")], "SUCCESS"),
        (MADE_UP, "CANCEL", [], "SUCCESS"),
        (MADE_UP, "CANCEL", [shows("RUNNING")], "SUCCESS"),
    ],
)
def test_the_deadline_is_kept_at_any_moment_of_a_delete(
    harness: Harness, given: str, on_delete: str, before: list[Reply], status: str
) -> None:
    with harness.hanging() as hang:
        harness.api.plan(*before, Reply(500, before=hang))
        response = harness.send(event("Delete", given, OnDelete=on_delete))

    assert (response["Status"], response["PhysicalResourceId"]) == (status, given)
    assert len(harness.calls) == len(before) + 1


@pytest.mark.parametrize(
    ("replies", "physical_id"),
    [([FORBIDDEN], NOT_STARTED), ([THROTTLED], NOT_STARTED), ([RESET], UNKNOWN), ([CONFLICT, STUCK], NOT_STARTED)],
)
def test_the_deadline_is_kept_between_two_attempts(harness: Harness, replies: list[Reply], physical_id: str) -> None:
    # The reply comes so late that no other call can begin.
    *first, last = replies
    slow = replace(last, before=lambda: harness.clock.pause(20))
    harness.api.plan(*first, slow, then=repeat(shows("RUNNING")))

    response = harness.send(event("Create"), remaining=RESERVE_SECONDS + 25, read_seconds=4)

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", physical_id)
    assert "No time was left" in response["Reason"]


PROJECT = Reply(200, b'{"project": {"arn": "%s", "name": "petfood"}}' % ARNS["Project"].encode())
EXISTS = refuses(409, "ConflictException")


@pytest.mark.parametrize(
    ("before", "properties", "physical_id"),
    [
        ([], {}, NOT_STARTED),
        ([NOT_FOUND], {}, f"{ARNS['Project']}#failed:{NOW}"),
        ([NOT_FOUND, PROJECT], {}, f"{ARNS['Project']}#failed:{NOW}"),
        ([NOT_FOUND, PROJECT, PROJECT], {"Tags": [{"Key": "a", "Value": "b"}]}, f"{ARNS['Project']}#failed:{NOW}"),
        ([NOT_FOUND, EXISTS], {"AdoptExisting": "true"}, NOT_STARTED),
        ([NOT_FOUND, EXISTS, PROJECT], {"AdoptExisting": "true"}, NOT_STARTED),
    ],
    ids=["the proof", "the create", "an update", "a tag", "the read of what exists", "an update of what is adopted"],
)
@pytest.mark.parametrize("failure", ["deadline", "403"])
def test_a_create_that_fails_at_any_point_of_reconciling_is_undone_by_its_delete(
    harness: Harness, before: list[Reply], properties: dict[str, Any], physical_id: str, failure: str
) -> None:
    with harness.hanging() as hang:
        fault = [FORBIDDEN] * 100 if failure == "403" else [Reply(500, before=hang)]
        harness.api.plan(*before, *fault)
        response = harness.send(managed("Project", "Create", **properties))

    if failure == "403" and len(before) == 1:
        physical_id = NOT_STARTED
    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", physical_id)


def test_every_change_says_until_when_it_may_take_effect(harness: Harness) -> None:
    harness.api.plan(RESET, shows("RUNNING"), stopped())

    harness.send(event("Create"), remaining=120)
    harness.send(event("Delete", OURS), remaining=60)

    ends = [NOW + remaining - RESERVE_SECONDS for remaining in (120, 120, 60)]
    assert [call.owner["not-after"] for call in harness.called] == [str(end) for end in ends]


def test_a_call_after_a_freeze_has_the_same_not_after_as_before(harness: Harness) -> None:
    def freeze() -> None:
        harness.clock.wall += 3600  # a frozen sandbox: the wall clock went on, the monotonic one did not

    harness.api.plan(replace(RESET, before=freeze), shows("RUNNING"))

    harness.send(event("Create"))

    assert {call.owner["not-after"] for call in harness.called} == {str(NOW + 180 - RESERVE_SECONDS)}
