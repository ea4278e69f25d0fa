"""The sequences of `sequences.json`: what CloudFormation, Lambda, the network and others do, and the expected end.

An event is an invocation, in the order of arrival; or a change by hand; or a call that takes effect late. Members that
it leaves out have the defaults below. In ids, the name of a target stands for its ARN.

An invocation's `physical_id` is that of CloudFormation's request: "made-up", an id of ours, or the number of the
invocation whose response had it. `calls` has the faults of its calls, by their values in `helpers/driver/faults.py`:
"lost" has no effect, "response lost" has one, "late" has it with a later event, "refused" and "unsent" surely have
none. `response` is "ignored" if the request was cancelled or timed out, or the sandbox died before it responded.

An expected response is a status, a physical id and what owns it (`stack`, `adopted`); "-" is any.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

_FILE: Final = Path(__file__).parent / "sequences.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event of a launch's run (`start`) or of a managed resource's existence (`managed`)."""

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
    """A change by hand: start, stop, create, delete, delete its project."""

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
    """A sequence of events, and its expected end.

    Args:
        name: what happens, as a sentence.
        kind: kind of its events; `both` for a launch's existence and its run.
        events: the events.
        responses: the expected response of each invocation.
        end: final state by target: CREATED, RUNNING, ENDED, EXISTS or ABSENT; of `both`, the run's.
        row: row of the issue's table, 0 for none.
        as_managed: whether it applies to a managed resource too: RUNNING becomes EXISTS, the others ABSENT.
        definitions: final definition by target.
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
