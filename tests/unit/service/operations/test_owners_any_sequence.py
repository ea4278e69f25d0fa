"""Any sequence of requests, with and without the owner header: every outcome is that of the pure rules.

The test applies the rules of `ownership.py` to a state in memory; the service's outcomes have to agree.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidently_service.domain import ownership
from evidently_service.domain.ownership import NO_NOTE, NOBODYS, Action, Caller, Note, Outcome, Ownership, Ruling, State
from evidently_service.domain.quotas import Quotas
from helpers.evidently_api import stack_id
from helpers.records import CREATED, KINDS, Record, outcome_of
from helpers.service import Service

Owner = tuple[str, str]
OWNERS = st.sampled_from([("shop", "Old"), ("shop", "Old"), ("shop", "New"), ("depot", "Old")])
TIMES = st.sampled_from([CREATED, CREATED + 1, CREATED + 2, CREATED + 3, None])
# Acquires are more frequent, so that there is something to release.
ACTIONS = st.sampled_from([*Action, Action.ACQUIRE, Action.ACQUIRE_NEW])
REQUESTS = st.tuples(ACTIONS, OWNERS, TIMES)
BY_HAND = st.sampled_from(["create", "end"])
KIND = st.sampled_from([["run"], ["launch", "run"], ["feature"], ["project"], ["segment"]])
STEPS = KIND.flatmap(
    lambda kinds: st.lists(
        st.tuples(st.sampled_from(kinds), REQUESTS | REQUESTS | REQUESTS | BY_HAND), min_size=6, max_size=16
    )
)
NAMES = count()


@dataclass
class Expected:
    """The state under the rules, of one name of each kind."""

    state: dict[str, State] = field(
        default_factory=lambda: {kind: State.MISSING if kind == "run" else State.FREE for kind in KINDS}
    )
    owned: dict[str, Ownership] = field(default_factory=lambda: defaultdict(lambda: NOBODYS))
    notes: dict[tuple[str, Owner], Note] = field(default_factory=lambda: defaultdict(lambda: NO_NOTE))

    def request(self, kind: str, action: Action, owner: Owner, at: int | None) -> str:
        """Apply a request; return the outcome."""
        stack, resource = owner
        caller = Caller(stack_id(stack), resource, action, at)
        ruling = self._ruling(kind, caller, self.notes[kind, owner])
        if ruling is None:
            return "ResourceNotFoundException"
        self.owned[kind], self.notes[kind, owner] = ruling.ownership, ruling.note
        match ruling.outcome:
            case Outcome.NOT_FOUND:
                return "ResourceNotFoundException"
            case Outcome.LEFT:
                return "left, owners=({})".format(" ".join(f'"{owner}"' for owner in sorted(ruling.ownership.owners)))
            case Outcome.OK if action is not Action.UPDATE and self.state[kind] is State.FREE:
                self.begin(kind)
            case Outcome.DONE:
                self.end(kind)
        return ruling.outcome.value

    def _ruling(self, kind: str, caller: Caller, note: Note) -> Ruling | None:
        match caller.action:
            case Action.ACQUIRE_NEW | Action.ACQUIRE:
                return ownership.acquire(self.state[kind], self.owned[kind], note, caller)
            case Action.RELEASE | Action.LEAVE:
                return ownership.release(self.owned[kind], note, caller)
            case Action.UPDATE:
                return ownership.update(self.owned[kind], note, caller) if self.state[kind] is State.ACTIVE else None

    def begin(self, kind: str) -> None:
        """Start or create the record."""
        self.state[kind] = State.ACTIVE
        if kind == "launch":
            self.state["run"] = State.FREE

    def end(self, kind: str) -> None:
        """Stop or delete the record; its notes stay."""
        self.state[kind], self.owned[kind] = State.ENDED if kind == "run" else State.FREE, NOBODYS
        if kind == "launch":
            self.state["run"], self.owned["run"] = State.MISSING, NOBODYS


def by_hand(record: Record, expected: Expected, what: str) -> None:
    """Start, create, stop or delete it without an owner header; check that the API allows it when the rules do."""
    state, kind = expected.state[record.kind], record.kind
    if what == "create":
        allowed, call, then = state is State.FREE, record.by_hand, expected.begin
    else:
        in_use = kind == "launch" and expected.state["run"] is State.ACTIVE
        allowed, call, then = state is State.ACTIVE and not in_use, record.end_by_hand, expected.end
    assert (outcome_of(call) == "") is allowed
    if allowed:
        then(kind)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_every_outcome_follows_the_rules_in_any_sequence(service: Service, steps: list[Any]) -> None:
    service.quotas = Quotas(10_000, 10_000, 10_000, 10_000, 10_000)
    name = f"november-{next(NAMES)}"
    records = {kind: Record(service, kind, name) for kind in KINDS}
    records["feature"].make()
    expected = Expected()
    if {kind for kind, _ in steps} == {"run"}:
        by_hand(records["launch"], expected, "create")
    for kind, what in steps:
        record = records[kind]
        if isinstance(what, str):
            by_hand(record, expected, what)
            continue
        action, owner, at = what
        if action is Action.UPDATE and kind == "run":
            kind, record = "launch", records["launch"]  # noqa: PLW2901 - a run has no update
        who: dict[str, Any] = {"stack": owner[0], "resource": owner[1], "at": at}
        match action:
            case Action.UPDATE:
                outcome = record.tagged(str(at), **who)
            case Action.RELEASE | Action.LEAVE:
                outcome = record.released(action, **who)
            case _:
                outcome = record.acquired(action, **who)
        assert outcome == expected.request(kind, action, owner, at)
    for kind, record in records.items():
        assert record.is_there() is (expected.state[kind] is State.ACTIVE)
