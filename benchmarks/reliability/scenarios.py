"""The scenarios: what happens, and what a tool must have done in the end.

A scenario that fails raises a few words about what failed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import repeat
from threading import Event
from typing import Any, Final

from helpers.launch_replies import launch_arn
from helpers.provider_harness import MADE_UP, SECRET, event
from helpers.scripted_server import OK, RESET, Received, Reply
from reliability.checks import MAX_RESPONSE_BYTES, accepted_response, expect, outcome, valid
from reliability.faults import DATETIME, FAULT, TEXT
from reliability.harness import DEADLINE_SECONDS, Harness

CREATE: Final = event("Create")
UPDATE: Final = event("Update", launch_arn())


@dataclass(frozen=True, slots=True)
class Scenario:
    """A function that runs a scenario, and its title in the matrix."""

    title: str
    run: Callable[[Harness], None]


SCENARIOS: Final[list[Scenario]] = []


def scenario(title: str) -> Callable[[Callable[[Harness], None]], Callable[[Harness], None]]:
    """Add the decorated function to the scenarios."""

    def add(run: Callable[[Harness], None]) -> Callable[[Harness], None]:
        SCENARIOS.append(Scenario(title, run))
        return run

    return add


@scenario("user code raises")
def _(harness: Harness) -> None:
    harness.invoke(CREATE, **{FAULT: "raise"})
    accepted_response(harness, CREATE, "FAILED")


@scenario("physical id of a failed Create is that of its retry")
def _(harness: Harness) -> None:
    ids = set()
    for _ in range(2):
        harness.invoke(CREATE, **{FAULT: "raise"})
        ids.add(accepted_response(harness, CREATE, "FAILED")["PhysicalResourceId"])
    expect(len(ids) == 1, "another id each time")


@scenario("Delete after a failed Create stops nothing of others")
def _(harness: Harness) -> None:
    harness.start_launch()
    harness.invoke(CREATE, **{FAULT: "raise"})
    failed = accepted_response(harness, CREATE, "FAILED")
    delete = event("Delete", failed["PhysicalResourceId"])
    harness.invoke(delete)
    deleted = accepted_response(harness, delete, "SUCCESS")
    expect(deleted["PhysicalResourceId"] == failed["PhysicalResourceId"], "another id")
    expect(harness.launch_status == "RUNNING", "stops it")


@scenario("failed Update keeps the physical id")
def _(harness: Harness) -> None:
    harness.invoke(UPDATE, **{FAULT: "raise"})
    found = accepted_response(harness, UPDATE, "FAILED")
    expect(found["PhysicalResourceId"] == launch_arn(), "another id: the live one would be deleted")


@scenario("user code hangs until the time-out")
def _(harness: Harness) -> None:
    harness.invoke(CREATE, **{FAULT: "hang"})
    accepted_response(harness, CREATE, "FAILED")


@scenario("a module can't be imported")
def _(harness: Harness) -> None:
    harness.invoke(CREATE, **{FAULT: "import"})
    accepted_response(harness, CREATE, "FAILED")


@scenario("response URL responds 503 twice")
def _(harness: Harness) -> None:
    harness.response_url.plan(Reply(503), Reply(503), then=repeat(OK))
    harness.invoke(CREATE)
    accepted_response(harness, CREATE, "SUCCESS", after=2)


@scenario("response URL resets the connection")
def _(harness: Harness) -> None:
    harness.response_url.plan(RESET, then=repeat(OK))
    harness.invoke(CREATE)
    accepted_response(harness, CREATE, "SUCCESS", after=1)


@scenario("response URL has expired (403)")
def _(harness: Harness) -> None:
    harness.response_url.plan(then=repeat(Reply(403)))
    ended = harness.invoke(CREATE)
    tries = {request.body for request in harness.response_url.received}
    expect(tries, "never tried")
    expect(len(tries) == 1, "sends different responses")
    expect(ended.status or "403" in ended.log or "Forbidden" in ended.log, "nothing in the log")


@scenario("response over 4096 bytes")
def _(harness: Harness) -> None:
    harness.invoke(CREATE, **{TEXT: "a" * 6000})
    accepted_response(harness, CREATE)


@scenario("datetime among the attributes")
def _(harness: Harness) -> None:
    harness.invoke(CREATE, **{DATETIME: "1"})
    accepted_response(harness, CREATE)


@scenario("presigned URL is not logged")
def _(harness: Harness) -> None:
    ended = harness.invoke(CREATE)
    expect("X-Amz-Signature" not in ended.log, "logged")


@scenario("properties are not logged")
def _(harness: Harness) -> None:
    ended = harness.invoke(CREATE)
    # The properties and the presigned URL carry the same secret; another scenario is about the URL.
    without_url = ended.log.replace(f"X-Amz-Signature={SECRET}", "")
    expect(SECRET not in without_url, "logged")


@scenario("response URL stalls once")
def _(harness: Harness) -> None:
    over = Event()
    harness.response_url.plan(Reply(200, before=lambda: over.wait(2 * DEADLINE_SECONDS)), then=repeat(OK))
    try:
        harness.invoke(CREATE)
    finally:
        over.set()
    accepted_response(harness, CREATE, "SUCCESS", after=1)


@scenario("response URL responds 200 after the deadline, then Lambda retries")
def _(harness: Harness) -> None:
    over = Event()
    harness.response_url.plan(then=repeat(Reply(200, before=lambda: over.wait(2 * DEADLINE_SECONDS))))
    try:
        ended = harness.invoke(CREATE)
    finally:
        over.set()
    expect(ended.status, "gives up, and Lambda does not retry")
    harness.response_url.plan(then=repeat(OK))
    harness.invoke(CREATE)
    outcomes = {str(outcome(valid(each, CREATE))) for each in harness.response_url.received}
    expect(len(outcomes) == 1, "another response")


@scenario("the same event twice")
def _(harness: Harness) -> None:
    _same_response(harness, 2)


@scenario("the same event three times")
def _(harness: Harness) -> None:
    _same_response(harness, 3)


def _same_response(harness: Harness, times: int) -> None:
    found = []
    for _ in range(times):
        harness.invoke(CREATE)
        found.append(outcome(accepted_response(harness, CREATE, "SUCCESS")))
    expect(all(each == found[0] for each in found), "another response")


@scenario("Delete with a made-up id overtakes a Create that still runs")
def _(harness: Harness) -> None:
    arrived, deleted = Event(), Event()
    serve = harness.api.respond

    def delay_the_start(request: Received) -> Reply:
        if request.path.endswith("/start"):
            arrived.set()
            deleted.wait(DEADLINE_SECONDS)
        return serve(request)

    harness.api.respond = delay_the_start
    create = harness.begin(CREATE)
    expect(arrived.wait(DEADLINE_SECONDS), "never starts")
    delete = event("Delete", MADE_UP)
    harness.invoke(delete)
    found = accepted_response(harness, delete, "SUCCESS")
    expect(found["PhysicalResourceId"] == MADE_UP, "another id")
    deleted.set()
    harness.wait(create)
    accepted_response(harness, CREATE)
    expect(harness.launch_status != "RUNNING", "leaves the launch running")


@scenario("killed between StartLaunch and the response, then Lambda retries")
def _(harness: Harness) -> None:
    serve = harness.api.respond

    def serve_and_kill(request: Received) -> Reply:
        reply = serve(request)
        if request.path.endswith("/start"):
            harness.kill()
        return reply

    harness.api.respond = serve_and_kill
    harness.invoke(CREATE)
    harness.api.respond = serve
    expect(harness.launch_status == "RUNNING", "never started it")
    harness.invoke(CREATE)
    created = accepted_response(harness, CREATE, "SUCCESS")
    delete = event("Delete", created["PhysicalResourceId"])
    harness.invoke(delete)
    accepted_response(harness, delete, "SUCCESS")
    expect(harness.launch_status == "CANCELLED", "forgets that the stack started it")


@scenario("multibyte text that makes 4096 bytes arrives whole")
def _(harness: Harness) -> None:
    found, text = _response_of(harness, MAX_RESPONSE_BYTES)
    expect(found["Status"] == "SUCCESS", "says FAILED")
    expect(text in found.get("Data", {}).values(), "cut")


@scenario("multibyte text that makes 4097 bytes is cut at a letter")
def _(harness: Harness) -> None:
    _response_of(harness, MAX_RESPONSE_BYTES + 1)


def _response_of(harness: Harness, size: int) -> tuple[Mapping[str, Any], str]:
    """Return the response whose text attribute would make it `size` bytes long, and the text."""
    # Each tool writes its JSON in its own way, so two short texts first measure the rest of a response.
    sizes = []
    for text in ("aa", "aaé"):
        harness.invoke(CREATE, **{TEXT: text})
        expect(harness.response_url.received, "no response")
        sizes.append(len(harness.response_url.received.pop().body))
    letter = sizes[1] - sizes[0]  # two bytes, or six from a tool that escapes it
    expect(letter > 0, "says FAILED")
    letters, rest = divmod(size - sizes[0], letter)
    text = "a" * (2 + rest) + "é" * letters
    harness.invoke(CREATE, **{TEXT: text})
    return accepted_response(harness, CREATE), text
