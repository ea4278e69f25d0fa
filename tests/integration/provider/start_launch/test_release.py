"""Delete of a StartLaunch: the physical id decides, on an API with the rules of ownership and on one without."""

import json
from dataclasses import replace
from itertools import repeat
from typing import Any

import pytest

import evidently_contract as contract
from helpers.launch_replies import (
    BROKEN,
    CONFLICT,
    FORBIDDEN,
    HTML_200,
    HTML_404,
    INVALID,
    NOT_FOUND,
    UNMODELLED_404,
    launch_arn,
    released,
    shows,
    stopped,
    with_outcome,
)
from helpers.provider_harness import MADE_UP, NOT_STARTED, NOW, Harness, LogLines, event
from helpers.scripted_server import RESET, Reply

OURS, ADOPTED, UNKNOWN = launch_arn(), f"{launch_arn()}#adopted", f"{launch_arn()}#failed:{NOW - 60}"
REFUSED = pytest.mark.parametrize("refused", [CONFLICT, INVALID], ids=["409", "400"])
# Ids whose ownership must be proven before the release, and the time of the release.
UNPROVEN = pytest.mark.parametrize(
    ("given", "as_of"), [(MADE_UP, NOW), (NOT_STARTED, NOW), ("not-started:50", 50), (UNKNOWN, NOW - 60)]
)
NEVER_FAIL = pytest.mark.parametrize("given", [MADE_UP, "not-started:50"])


@pytest.mark.parametrize(
    ("on_delete", "state"), [("CANCEL", "CANCELLED"), ("COMPLETE", "COMPLETED"), (None, "CANCELLED")]
)
def test_an_owned_launch_is_stopped_as_on_delete_says_in_one_call(
    either: Harness, on_delete: str | None, state: str
) -> None:
    either.api.plan(stopped())

    response = either.send(event("Delete", OURS, OnDelete=on_delete))

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", OURS)
    assert either.changes == [("StopLaunch", "november", "release")]
    body = json.loads(either.api.received[0].body)
    assert body == {"desiredState": state, "reason": "Stopped by CloudFormation stack shop"}


def test_the_reason_of_a_stop_has_160_characters_at_most(either: Harness) -> None:
    either.api.plan(stopped())
    stack = f"arn:aws:cloudformation:eu-north-1:123456789012:stack/{'s' * 200}/0a1b"

    either.send({**event("Delete", OURS), "StackId": stack})

    reason = json.loads(either.api.received[0].body)["reason"]
    assert len(reason) == 160
    assert "stack sss" in reason


@pytest.mark.parametrize("on_delete", ["CANCEL", "COMPLETE", "KEEP_RUNNING"])
def test_a_delete_of_an_adopted_launch_calls_nothing(either: Harness, on_delete: str) -> None:
    response = either.send(event("Delete", ADOPTED, OnDelete=on_delete))

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", ADOPTED)
    assert either.calls == []


@UNPROVEN
def test_an_unproven_launch_is_released_once_the_api_says_that_it_keeps_the_rules(
    harness: Harness, given: str, as_of: int
) -> None:
    harness.api.plan(shows("RUNNING"), released("done"))

    response = harness.send(event("Delete", given))

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", given)
    assert harness.calls == ["GetLaunch", "StopLaunch"]
    owner = harness.called[1].owner
    assert (owner["action"], owner["requested-at"]) == ("release", str(as_of))


@pytest.mark.parametrize("on_delete", ["KEEP_RUNNING", "a value of another version"])
@pytest.mark.parametrize("given", [OURS, UNKNOWN, MADE_UP, NOT_STARTED])
def test_a_launch_that_is_kept_is_left(harness: Harness, given: str, on_delete: str) -> None:
    harness.api.plan(shows("RUNNING"), released("kept"))

    response = harness.send(event("Delete", given, OnDelete=on_delete))

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", given)
    assert harness.changes == [("StopLaunch", "november", "leave")]


@pytest.mark.parametrize("found", [shows("RUNNING"), NOT_FOUND], ids=["running", "not_found"])
@pytest.mark.parametrize(
    ("given", "on_delete"),
    [(MADE_UP, "CANCEL"), (NOT_STARTED, "CANCEL"), (UNKNOWN, "CANCEL"), (OURS, "KEEP_RUNNING"), (MADE_UP, "COMPLETE")],
)
def test_on_an_api_without_ownership_an_unproven_launch_is_skipped_with_a_warning(
    plain: Harness, log: LogLines, given: str, on_delete: str, found: Reply
) -> None:
    plain.api.plan(found)

    response = plain.send(event("Delete", given, OnDelete=on_delete))

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", given)
    assert plain.calls == ["GetLaunch"]
    assert [line["level"] for line in log() if line["step"] == "skipped"] == ["WARNING"]


def test_a_response_that_is_not_the_apis_proves_nothing(harness: Harness) -> None:
    of_the_gateway = replace(FORBIDDEN, headers={**FORBIDDEN.headers, contract.OWNERSHIP_HEADER: ""})
    harness.api.plan(of_the_gateway, shows("RUNNING"), of_the_gateway, released("done"))

    assert harness.send(event("Delete", MADE_UP))["Status"] == "SUCCESS"

    assert harness.calls == ["GetLaunch", "GetLaunch", "StopLaunch", "StopLaunch"]


@pytest.mark.parametrize(
    ("reply", "line"),
    [
        (with_outcome(stopped(), "done"), {"step": "stopped", "level": "INFO"}),
        (released("left", "A", "B"), {"step": "left", "level": "ERROR", "owners": "A, B"}),
        (released("kept"), {"step": "skipped", "level": "INFO", "found": "kept"}),
        (released("not-owner"), {"step": "skipped", "level": "INFO", "found": "not-owner"}),
        (released("stale"), {"step": "skipped", "level": "INFO", "found": "stale"}),
        (NOT_FOUND, {"step": "not_found", "level": "INFO"}),
    ],
)
@pytest.mark.parametrize("given", [OURS, UNKNOWN, MADE_UP, NOT_STARTED])
def test_a_delete_succeeds_with_any_outcome_of_its_release_and_logs_it(
    harness: Harness, log: LogLines, given: str, reply: Reply, line: dict[str, str]
) -> None:
    harness.api.plan(*([] if given == OURS else [shows("RUNNING")]), reply)

    response = harness.send(event("Delete", given))

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", given)
    assert [each for each in log() if line.items() <= each.items()]


@REFUSED
@pytest.mark.parametrize("found", ["CREATED", "COMPLETED", "CANCELLED"])
def test_a_refused_stop_of_a_launch_that_does_not_run_succeeds(plain: Harness, found: str, refused: Reply) -> None:
    plain.api.plan(refused, shows(found))

    response = plain.send(event("Delete", OURS))

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", OURS)
    assert plain.calls == ["StopLaunch", "GetLaunch"]


@REFUSED
def test_a_stop_of_a_running_launch_that_is_refused_fails_with_the_apis_message(
    either: Harness, refused: Reply
) -> None:
    either.api.plan(refused, shows("RUNNING"))

    response = either.send(event("Delete", OURS))

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", OURS)
    assert "No, and that is why." in response["Reason"]


def test_a_delete_waits_for_an_updating_launch_and_stops_it(plain: Harness) -> None:
    plain.api.plan(CONFLICT, shows("UPDATING"), stopped())

    assert plain.send(event("Delete", OURS))["Status"] == "SUCCESS"

    assert plain.calls == ["StopLaunch", "GetLaunch", "StopLaunch"]
    assert len(plain.clock.pauses) == 1


def test_a_launch_that_is_updating_past_the_timeout_fails(plain: Harness) -> None:
    plain.api.plan(then=[CONFLICT, shows("UPDATING")] * 100)

    response = plain.send(event("Delete", OURS, TimeoutSeconds="20"))

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", OURS)
    assert "UPDATING" in response["Reason"]
    assert 10 < sum(plain.clock.pauses) <= 20


@pytest.mark.parametrize("replies", [[NOT_FOUND], [CONFLICT, NOT_FOUND]], ids=["at_once", "meanwhile"])
def test_a_delete_of_a_deleted_launch_succeeds(plain: Harness, replies: list[Reply]) -> None:
    plain.api.plan(*replies)

    assert plain.send(event("Delete", OURS))["Status"] == "SUCCESS"


UNCONFIRMED = pytest.mark.parametrize(
    "reply",
    [HTML_200, HTML_404, UNMODELLED_404, BROKEN, RESET, FORBIDDEN, Reply(200, b"{}")],
    ids=["html", "html_404", "other_404", "500", "reset", "403", "no_end"],
)


@UNCONFIRMED
@pytest.mark.parametrize("given", [OURS, UNKNOWN])
def test_an_unconfirmed_stop_fails_if_the_launch_may_run(either: Harness, given: str, reply: Reply) -> None:
    either.api.plan(then=repeat(reply))

    response = either.send(event("Delete", given))

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", given)
    assert either.api.url in response["Reason"]


@UNCONFIRMED
@pytest.mark.parametrize(
    ("given", "on_delete"),
    [(MADE_UP, "CANCEL"), (NOT_STARTED, "CANCEL"), (OURS, "KEEP_RUNNING"), (UNKNOWN, "KEEP_RUNNING")],
)
def test_any_other_delete_succeeds_whatever_the_api_does_and_logs_an_error(
    either: Harness, log: LogLines, given: str, on_delete: str, reply: Reply
) -> None:
    either.api.plan(then=repeat(reply))

    response = either.send(event("Delete", given, OnDelete=on_delete))

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", given)
    (line,) = [line for line in log() if line["step"] == "release_failed"]
    assert (line["level"], line["resource"]) == ("ERROR", "launch 'november' of project 'petfood'")


@NEVER_FAIL
def test_a_delete_with_nothing_to_undo_succeeds_when_time_is_short(harness: Harness, given: str) -> None:
    response = harness.send(event("Delete", given), remaining=20)

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", given)
    assert harness.calls == []


@NEVER_FAIL
def test_a_delete_with_nothing_to_undo_succeeds_without_a_client(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv(contract.ENV_ENDPOINT_URL, "http://evidently.example.com")

    assert harness.send(event("Delete", given))["Status"] == "SUCCESS"


@pytest.mark.parametrize(
    "broken", [None, "", "arn:aws:s3:::bucket", "no spaces allowed", "a/b", "half \ud83c", 7, ["a"], {"a": "b"}]
)
@pytest.mark.parametrize("name", ["Project", "Launch"])
@NEVER_FAIL
def test_properties_that_name_no_launch_leave_nothing_to_release(
    harness: Harness, name: str, broken: Any, given: str
) -> None:
    response = harness.send(event("Delete", given, **{name: broken}))

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", given)
    assert harness.calls == []


@pytest.mark.parametrize(
    "properties",
    [
        {"Project": None, "Launch": None, "SchemaVersion": None, "TimeoutSeconds": None, "OnDelete": None},
        {"Project": "other", "Launch": "october"},
        {"TimeoutSeconds": "soon"},
        {"TimeoutSeconds": ["1"]},
        {"TimeoutSeconds": "-5"},
        {"TimeoutSeconds": "nan"},
    ],
    ids=["none", "of_another_launch", "timeout_a_word", "timeout_a_list", "timeout_negative", "timeout_no_number"],
)
def test_a_delete_needs_no_properties_if_the_id_names_the_launch(either: Harness, properties: dict[str, Any]) -> None:
    either.api.plan(stopped())

    response = either.send(event("Delete", OURS, **properties))

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", OURS)
    assert either.changes == [("StopLaunch", "november", "release")]


@pytest.mark.parametrize("properties", [None, "text", ["list"]])
def test_a_delete_without_any_properties_succeeds(either: Harness, properties: object) -> None:
    either.api.plan(stopped())

    assert either.send({**event("Delete", OURS), "ResourceProperties": properties})["Status"] == "SUCCESS"


def test_without_a_date_in_its_url_a_delete_sends_no_requested_at(harness: Harness) -> None:
    harness.api.plan(stopped())

    harness.send(event("Delete", OURS), at=None)

    assert "requested-at" not in harness.called[0].owner
