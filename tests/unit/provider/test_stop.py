"""Delete: each cell of the table, ids that are not ours, and payloads of any age."""

import json
from itertools import repeat

import pytest

from helpers.launch_replies import (
    BROKEN,
    CONFLICT,
    HTML_200,
    HTML_404,
    INVALID,
    NOT_FOUND,
    UNMODELLED_404,
    launch_arn,
    shows,
    stopped,
)
from helpers.provider_scene import MARKER, LogLines, Scene, event
from helpers.scripted_server import RESET, Reply

ADOPTED = f"{launch_arn()}#adopted"
MADE_UP = "shop-StartUpsell-1A2B3C4D5E6F7"
REFUSED = pytest.mark.parametrize("refused", [CONFLICT, INVALID], ids=["409", "400"])


@pytest.mark.parametrize(
    ("on_delete", "state"), [("CANCEL", "CANCELLED"), ("COMPLETE", "COMPLETED"), (None, "CANCELLED")]
)
def test_a_launch_of_ours_is_stopped_as_on_delete_says_after_one_call(
    either: Scene, on_delete: str | None, state: str
) -> None:
    either.api.plan(stopped())

    answer = either.send(event("Delete", launch_arn(), OnDelete=on_delete))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", launch_arn())
    assert either.calls == ["StopLaunch"]
    said = json.loads(either.called[0].request.body)
    assert said == {"desiredState": state, "reason": "Stopped by CloudFormation stack shop"}


def test_the_reason_of_a_stop_fits_into_the_api(either: Scene) -> None:
    either.api.plan(stopped())
    stack = f"arn:aws:cloudformation:eu-north-1:123456789012:stack/{'s' * 200}/0a1b"

    either.send({**event("Delete", launch_arn()), "StackId": stack})

    reason = json.loads(either.called[0].request.body)["reason"]
    assert len(reason) == 160
    assert "stack sss" in reason


@pytest.mark.parametrize(
    ("physical_id", "on_delete"),
    [
        (ADOPTED, "CANCEL"),
        (MARKER, "CANCEL"),
        (launch_arn(), "KEEP_RUNNING"),
        (MADE_UP, "KEEP_RUNNING"),
        (launch_arn(), "a value of another version"),
    ],
)
def test_what_is_not_ours_to_stop_is_left_alone_without_a_call(either: Scene, physical_id: str, on_delete: str) -> None:
    answer = either.send(event("Delete", physical_id, OnDelete=on_delete))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", physical_id)
    assert either.calls == []


@REFUSED
@pytest.mark.parametrize("found", ["CREATED", "COMPLETED", "CANCELLED"])
def test_a_launch_that_does_not_run_is_done_after_two_calls(either: Scene, found: str, refused: Reply) -> None:
    either.api.plan(refused, shows(found))

    answer = either.send(event("Delete", launch_arn()))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", launch_arn())
    assert either.calls == ["StopLaunch", "GetLaunch"]


@REFUSED
def test_a_launch_that_another_started_runs_on(scene: Scene, refused: Reply, log: LogLines) -> None:
    scene.api.plan(refused, shows("RUNNING"))

    assert scene.send(event("Delete", launch_arn()))["Status"] == "SUCCESS"

    assert scene.calls == ["StopLaunch", "GetLaunch"]
    assert [line["level"] for line in log() if line["step"] == "left_alone"] == ["WARNING"]


@REFUSED
def test_a_stop_that_is_refused_without_a_starter_fails_with_the_apis_message(plain: Scene, refused: Reply) -> None:
    plain.api.plan(refused, shows("RUNNING"))

    answer = plain.send(event("Delete", launch_arn()))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", launch_arn())
    assert "No, and that is why." in answer["Reason"]


def test_a_launch_that_is_updating_is_waited_for_and_stopped(either: Scene) -> None:
    either.api.plan(CONFLICT, shows("UPDATING"), stopped())

    assert either.send(event("Delete", launch_arn()))["Status"] == "SUCCESS"

    assert either.calls == ["StopLaunch", "GetLaunch", "StopLaunch"]
    assert len(either.clock.pauses) == 1


def test_a_launch_that_is_updating_past_the_timeout_fails(either: Scene) -> None:
    either.api.plan(then=[CONFLICT, shows("UPDATING")] * 100)

    answer = either.send(event("Delete", launch_arn(), TimeoutSeconds="20"))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", launch_arn())
    assert "UPDATING" in answer["Reason"]
    assert 10 < sum(either.clock.pauses) <= 20


@pytest.mark.parametrize("replies", [[NOT_FOUND], [CONFLICT, NOT_FOUND]], ids=["at_once", "meanwhile"])
def test_a_launch_that_is_gone_is_done(either: Scene, replies: list[Reply]) -> None:
    either.api.plan(*replies)

    assert either.send(event("Delete", launch_arn()))["Status"] == "SUCCESS"


@pytest.mark.parametrize(
    "reply", [HTML_200, HTML_404, UNMODELLED_404, BROKEN, RESET], ids=["html", "html_404", "other_404", "500", "reset"]
)
def test_a_stop_that_nobody_confirms_fails(either: Scene, reply: Reply) -> None:
    either.api.plan(then=repeat(reply))

    answer = either.send(event("Delete", launch_arn()))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", launch_arn())
    assert either.api.url in answer["Reason"]


@pytest.mark.parametrize(
    "replies",
    [
        [stopped()],
        [CONFLICT, shows("RUNNING")],
        [CONFLICT, shows("CREATED")],
        [NOT_FOUND],
        [HTML_404],
        [BROKEN] * 100,
        [RESET] * 100,
        [CONFLICT, shows("UPDATING")] * 100,
    ],
    ids=["stopped", "anothers", "created", "gone", "wrong", "500", "reset", "updating"],
)
def test_an_id_that_cloudformation_made_up_ends_well_whatever_the_api_says(scene: Scene, replies: list[Reply]) -> None:
    # A Create whose answer never came may have started the launch, or may still: the starter makes this stop exact.
    scene.api.plan(*replies)

    answer = scene.send(event("Delete", MADE_UP))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", MADE_UP)
    assert scene.calls[0] == "StopLaunch"
    assert {call.launch for call in scene.called} == {"november"}


def test_an_id_that_cloudformation_made_up_ends_well_when_time_is_short(scene: Scene) -> None:
    answer = scene.send(event("Delete", MADE_UP), remaining=20)

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", MADE_UP)
    assert scene.calls == []


def test_an_id_that_cloudformation_made_up_calls_nothing_where_the_starter_is_not_known(plain: Scene) -> None:
    answer = plain.send(event("Delete", MADE_UP))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", MADE_UP)
    assert plain.calls == []


@pytest.mark.parametrize("broken", [None, "", "arn:aws:s3:::bucket", "no spaces allowed", 7, ["a"], {"a": "b"}])
@pytest.mark.parametrize("name", ["Project", "Launch"])
def test_a_made_up_id_with_broken_properties_ends_well_without_a_call(scene: Scene, name: str, broken: object) -> None:
    answer = scene.send(event("Delete", MADE_UP, **{name: broken}))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", MADE_UP)
    assert scene.calls == []


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
def test_a_delete_needs_no_properties_where_the_id_says_enough(either: Scene, properties: dict[str, object]) -> None:
    either.api.plan(stopped())

    answer = either.send(event("Delete", launch_arn(), **properties))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", launch_arn())
    assert [(call.operation, call.launch) for call in either.called] == [("StopLaunch", "november")]


@pytest.mark.parametrize("properties", [None, "text", ["list"]])
def test_a_delete_without_any_properties_ends_well(either: Scene, properties: object) -> None:
    either.api.plan(stopped())

    assert either.send({**event("Delete", launch_arn()), "ResourceProperties": properties})["Status"] == "SUCCESS"


def test_a_delete_of_a_type_that_this_version_does_not_know_ends_well(either: Scene) -> None:
    answer = either.send({**event("Delete", "whatever"), "ResourceType": "Custom::EvidentlyLater"})

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", "whatever")


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_a_type_that_this_version_does_not_know_fails_and_says_so(either: Scene, request_type: str) -> None:
    answer = either.send({**event(request_type), "ResourceType": "Custom::EvidentlyLater"})

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", MARKER)
    assert "Custom::EvidentlyLater" in answer["Reason"]
    assert "Custom::EvidentlyStartLaunch" in answer["Reason"]
