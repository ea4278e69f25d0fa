"""The sequences of `sequences.json`: what CloudFormation, Lambda, the network and others do, and how it has to end.

An event is an invocation, in the order of arrival; or what somebody does by hand; or a call that takes effect late.
What it leaves out has the default below. Names of targets, and what follows them in ids, stand for whole ARNs.

An invocation's `physical_id` is that of CloudFormation's request: "made-up", one of ours, or the number of the
invocation whose response it is of. `calls` is what becomes of its calls of the API one after the other, in the words
of `helpers/driver/faults.py`: "lost" has no effect, "response lost" has one, "late" has it by a later event, and
"refused" and "unsent" surely have none. `response` is "ignored" where the
request was cancelled or timed out, or where the sandbox died before it responded.

A required response is a status, then a physical id, then what owns it (`stack`, `adopted`); "-" is any.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

_FILE: Final = Path(__file__).parent / "sequences.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happens: of a launch's run (`start`) or of the existence of a managed resource (`managed`)."""

    kind: str
    target: str
    arrives: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation(Event):
    """One delivery of a request of CloudFormation."""

    type: str
    resource: str
    requested_at: int | None
    stack: str = "shop"
    physical_id: str | int | None = None
    old: str | None = None
    keep: bool = False
    adopts: bool = True
    definition: int = 0
    calls: tuple[str, ...] = ()
    response: str = "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand(Event):
    """What somebody does: start, stop, create, delete, delete its project."""

    by_hand: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LateCall(Event):
    """A call that takes effect after the invocation that made it has ended."""

    late_call: str
    requested_at: int
    resource: str
    stack: str = "shop"


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sequence of events, and how it has to end.

    Args:
        name: what happens.
        kind: that of its events; `both` where they are of a launch's existence and of its run.
        events: what happens.
        responses: what each invocation responds.
        end: by target: CREATED, RUNNING, ENDED, EXISTS or ABSENT; of both, its run's.
        row: of the issue's table; 0 where it is not of it.
        as_managed: whether it holds for a managed resource, too: RUNNING stands for EXISTS, the others for ABSENT.
        definitions: by target, which definition it has at the end.
        note: why it ends so.
    """

    name: str
    kind: str
    events: tuple[Event, ...]
    responses: tuple[str, ...]
    end: Mapping[str, str]
    row: int = 0
    as_managed: bool = True
    definitions: Mapping[str, int] = field(default_factory=dict)
    note: str = ""

    @classmethod
    def load(cls) -> list[Self]:
        """Return all sequences."""
        return [cls._of(each) for each in json.loads(_FILE.read_text(encoding="utf-8"))]

    @classmethod
    def _of(cls, document: Mapping[str, Any]) -> Self:
        events = tuple(_event({"kind": document["kind"], **each}) for each in document["events"])
        return cls(**{**document, "events": events, "responses": tuple(document["responses"])})


def _event(document: Mapping[str, Any]) -> Event:
    if "by_hand" in document:
        return ByHand(**document)
    if "late_call" in document:
        return LateCall(**document)
    calls = tuple(document.get("calls", ()))
    return Invocation(**{"requested_at": document["arrives"], **document, "calls": calls})
