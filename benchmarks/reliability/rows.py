"""The scenarios: what happens, and what a tool has to have done in the end.

A row passes if it says nothing; otherwise it says in a few words what went wrong. The first thirteen are about one
invocation each, whatever Lambda would retry; the others say what comes after what.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import repeat
from threading import Event
from typing import Any, Final

from helpers.launch_replies import launch_arn
from helpers.provider_harness import SECRET, event
from helpers.scripted_server import OK, RESET, Received, Reply
from reliability.misbehaviour import DATETIME, MISBEHAVIOUR, TEXT
from reliability.stage import DEADLINE_SECONDS, Stage

CREATE: Final = event("Create")
UPDATE: Final = event("Update", launch_arn())
MADE_UP: Final = "shop-StartUpsell-1A2B3C4D5E6F7"
MOST_BYTES: Final = 4096
_MOST_ID: Final = 1024
_SAME: Final = ("StackId", "RequestId", "LogicalResourceId")


class FailedError(Exception):
    """A row that did not pass, with what went wrong."""


@dataclass(frozen=True, slots=True)
class Row:
    """A scenario by its title."""

    title: str
    play: Callable[[Stage], None]


ROWS: Final[list[Row]] = []


def row(title: str) -> Callable[[Callable[[Stage], None]], Callable[[Stage], None]]:
    """Add a scenario."""

    def add(play: Callable[[Stage], None]) -> Callable[[Stage], None]:
        ROWS.append(Row(title, play))
        return play

    return add


def expect(found: object, otherwise: str) -> None:
    """Go on if something holds.

    Raises:
        FailedError: it does not.

    """
    if not found:
        raise FailedError(otherwise)


def valid(request: Received, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """An answer that CloudFormation takes.

    Raises:
        FailedError: it would not take it.

    """
    expect(len(request.body) <= MOST_BYTES, f"{len(request.body)} bytes")
    try:
        found: Mapping[str, Any] = json.loads(request.body)
    except ValueError:
        raise FailedError("no JSON") from None
    for name in _SAME:
        expect(found.get(name) == asked[name], f"wrong {name}")
    expect(found.get("PhysicalResourceId"), "empty physical id")
    expect(len(found["PhysicalResourceId"]) <= _MOST_ID, "physical id too long")
    expect(found.get("Status") in {"SUCCESS", "FAILED"}, "no status")
    expect(found["Status"] == "SUCCESS" or found.get("Reason"), "no reason")
    return found


def the_answer(stage: Stage, asked: Mapping[str, Any], status: str = "", after: int = 0) -> Mapping[str, Any]:
    """The one answer that was taken, after so many that were not.

    Raises:
        FailedError: there is none, or more than one, or it is not valid, or has another status.

    """
    taken = stage.answers.received[after:]
    stage.answers.received = []
    expect(taken, "no answer")
    expect(len(taken) == 1, f"{len(taken)} answers")
    found = valid(taken[0], asked)
    expect(status in {"", found["Status"]}, f"says {found['Status']}")
    return found


def outcome(document: Mapping[str, Any]) -> tuple[Any, ...]:
    """What CloudFormation makes of an answer."""
    return document["Status"], document["PhysicalResourceId"], document.get("Data")


@row("user code raises")
def _(stage: Stage) -> None:
    stage.invoke(CREATE, **{MISBEHAVIOUR: "raise"})
    the_answer(stage, CREATE, "FAILED")


@row("physical id of a failed Create is that of its retry")
def _(stage: Stage) -> None:
    ids = set()
    for _ in range(2):
        stage.invoke(CREATE, **{MISBEHAVIOUR: "raise"})
        ids.add(the_answer(stage, CREATE, "FAILED")["PhysicalResourceId"])
    expect(len(ids) == 1, "another id each time")


@row("Delete after a failed Create stops nothing of others")
def _(stage: Stage) -> None:
    stage.evidently.start_launch(project="petfood", launch="november")
    stage.invoke(CREATE, **{MISBEHAVIOUR: "raise"})
    failed = the_answer(stage, CREATE, "FAILED")
    delete = event("Delete", failed["PhysicalResourceId"])
    stage.invoke(delete)
    deleted = the_answer(stage, delete, "SUCCESS")
    expect(deleted["PhysicalResourceId"] == failed["PhysicalResourceId"], "another id")
    expect(stage.launch_status == "RUNNING", "stops it")


@row("failed Update keeps the physical id")
def _(stage: Stage) -> None:
    stage.invoke(UPDATE, **{MISBEHAVIOUR: "raise"})
    found = the_answer(stage, UPDATE, "FAILED")
    expect(found["PhysicalResourceId"] == launch_arn(), "another id: the live one would be deleted")


@row("user code hangs until the time-out")
def _(stage: Stage) -> None:
    stage.invoke(CREATE, **{MISBEHAVIOUR: "hang"})
    the_answer(stage, CREATE, "FAILED")


@row("a module can't be imported")
def _(stage: Stage) -> None:
    stage.invoke(CREATE, **{MISBEHAVIOUR: "import"})
    the_answer(stage, CREATE, "FAILED")


@row("response URL answers 503 twice")
def _(stage: Stage) -> None:
    stage.answers.plan(Reply(503), Reply(503), then=repeat(OK))
    stage.invoke(CREATE)
    the_answer(stage, CREATE, "SUCCESS", after=2)


@row("response URL resets the connection")
def _(stage: Stage) -> None:
    stage.answers.plan(RESET, then=repeat(OK))
    stage.invoke(CREATE)
    the_answer(stage, CREATE, "SUCCESS", after=1)


@row("response URL has expired (403)")
def _(stage: Stage) -> None:
    stage.answers.plan(then=repeat(Reply(403)))
    ended = stage.invoke(CREATE)
    tries = {request.body for request in stage.answers.received}
    expect(tries, "never tried")
    expect(len(tries) == 1, "changes its mind")
    expect(ended.status or "403" in ended.log or "Forbidden" in ended.log, "nothing tells")


@row("answer over 4096 bytes")
def _(stage: Stage) -> None:
    stage.invoke(CREATE, **{TEXT: "a" * 6000})
    the_answer(stage, CREATE)


@row("datetime among the attributes")
def _(stage: Stage) -> None:
    stage.invoke(CREATE, **{DATETIME: "1"})
    the_answer(stage, CREATE)


@row("presigned URL is not logged")
def _(stage: Stage) -> None:
    ended = stage.invoke(CREATE)
    expect("X-Amz-Signature" not in ended.log, "logged")


@row("properties are not logged")
def _(stage: Stage) -> None:
    ended = stage.invoke(CREATE)
    without_url = ended.log.replace(f"X-Amz-Signature={SECRET}", "")
    expect(SECRET not in without_url, "logged")


@row("response URL stalls once")
def _(stage: Stage) -> None:
    over = Event()
    stage.answers.plan(Reply(200, before=lambda: over.wait(2 * DEADLINE_SECONDS)), then=repeat(OK))
    try:
        stage.invoke(CREATE)
    finally:
        over.set()
    the_answer(stage, CREATE, "SUCCESS", after=1)


@row("response URL answers 200 after the deadline, then Lambda retries")
def _(stage: Stage) -> None:
    over = Event()
    stage.answers.plan(then=repeat(Reply(200, before=lambda: over.wait(2 * DEADLINE_SECONDS))))
    try:
        ended = stage.invoke(CREATE)
    finally:
        over.set()
    expect(ended.status, "gives up, and Lambda does not retry")
    stage.answers.plan(then=repeat(OK))
    stage.invoke(CREATE)
    outcomes = {str(outcome(valid(each, CREATE))) for each in stage.answers.received}
    expect(len(outcomes) == 1, "another answer")


@row("the same event twice")
def _(stage: Stage) -> None:
    _same_answer(stage, 2)


@row("the same event three times")
def _(stage: Stage) -> None:
    _same_answer(stage, 3)


def _same_answer(stage: Stage, times: int) -> None:
    found = []
    for _ in range(times):
        stage.invoke(CREATE)
        found.append(outcome(the_answer(stage, CREATE, "SUCCESS")))
    expect(all(each == found[0] for each in found), "another answer")


@row("Delete with a made-up id overtakes a Create that still runs")
def _(stage: Stage) -> None:
    arrived, deleted = Event(), Event()
    serve = stage.api.respond

    def hold_the_start(request: Received) -> Reply:
        if request.path.endswith("/start"):
            arrived.set()
            deleted.wait(DEADLINE_SECONDS)
        return serve(request)

    stage.api.respond = hold_the_start
    create = stage.begin(CREATE)
    expect(arrived.wait(DEADLINE_SECONDS), "never starts")
    delete = event("Delete", MADE_UP)
    stage.invoke(delete)
    found = the_answer(stage, delete, "SUCCESS")
    expect(found["PhysicalResourceId"] == MADE_UP, "another id")
    deleted.set()
    stage.end_of(create)
    the_answer(stage, CREATE)
    expect(stage.launch_status != "RUNNING", "leaves the launch running")


@row("killed between StartLaunch and the answer, then Lambda retries")
def _(stage: Stage) -> None:
    serve = stage.api.respond

    def serve_and_kill(request: Received) -> Reply:
        reply = serve(request)
        if request.path.endswith("/start"):
            stage.kill()
        return reply

    stage.api.respond = serve_and_kill
    stage.invoke(CREATE)
    stage.api.respond = serve
    expect(stage.launch_status == "RUNNING", "never started it")
    stage.invoke(CREATE)
    created = the_answer(stage, CREATE, "SUCCESS")
    delete = event("Delete", created["PhysicalResourceId"])
    stage.invoke(delete)
    the_answer(stage, delete, "SUCCESS")
    expect(stage.launch_status == "CANCELLED", "does not know that it was its own")


@row("multibyte text that makes 4096 bytes arrives whole")
def _(stage: Stage) -> None:
    found, text = _answer_of(stage, MOST_BYTES)
    expect(found["Status"] == "SUCCESS", "says FAILED")
    expect(text in found.get("Data", {}).values(), "cut")


@row("multibyte text that makes 4097 bytes is cut at a letter")
def _(stage: Stage) -> None:
    _answer_of(stage, MOST_BYTES + 1)


def _answer_of(stage: Stage, size: int) -> tuple[Mapping[str, Any], str]:
    """The answer with a text that would make it so many bytes long, and the text."""
    sizes = []
    for text in ("aa", "aaé"):
        stage.invoke(CREATE, **{TEXT: text})
        expect(stage.answers.received, "no answer")
        sizes.append(len(stage.answers.received.pop().body))
    letter = sizes[1] - sizes[0]  # tools that escape it need six bytes
    expect(letter > 0, "says FAILED")
    letters, rest = divmod(size - sizes[0], letter)
    text = "a" * (2 + rest) + "é" * letters
    stage.invoke(CREATE, **{TEXT: text})
    return the_answer(stage, CREATE), text
