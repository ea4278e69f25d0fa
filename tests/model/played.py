"""Play a sequence with the API's rules and the handler's plan alone, without the handler and the API around them."""

from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Final

from evidently_provider.ownership.plan import Outcome as Seen
from evidently_provider.ownership.references import Kind
from evidently_provider.runtime.request import RequestType
from evidently_service.domain.ownership import Action, State
from model import hands, service
from model.configuration import Configuration, Target
from model.provider import STACK_ID, Response, next_move
from model.sequences import ByHand, Event, Invocation, LateCall, Sequence
from model.state import Call, Caller, Reply, Request, Who, World

_FAULTS: Final = {
    "lost": Seen.UNKNOWN,
    "response lost": Seen.UNKNOWN,
    "late": Seen.UNKNOWN,
    "refused": Seen.REFUSED,
    "unsent": Seen.REFUSED,
}
_HAS_EFFECT: Final = {"", "response lost"}
_OF_RUN: Final = {State.FREE: "CREATED", State.ACTIVE: "RUNNING", State.ENDED: "ENDED", State.MISSING: "ABSENT"}
_OF_EXISTENCE: Final = {State.FREE: "ABSENT", State.ACTIVE: "EXISTS", State.MISSING: "ABSENT"}
_BY_HAND: Final = {
    "start": {"create": State.FREE, "start": State.ACTIVE, "stop": State.ENDED, "delete": State.MISSING},
    "managed": {"create": State.ACTIVE, "delete": State.FREE, "delete its project": State.MISSING},
}
_OWNS: Final = {Seen.OK: "stack", Seen.RUNNING: "adopted"}


@dataclass(slots=True)
class Play:
    """One play of a sequence.

    Args:
        sequence: the sequence.
        responses: the responses so far: status, physical id, and what owns the target.
    """

    sequence: Sequence
    responses: list[tuple[str, str, str]] = field(default_factory=list, init=False)
    _configurations: dict[bool, Configuration] = field(init=False)
    _world: World = field(init=False)
    _stacks: dict[str, int] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        names = dict.fromkeys(name for event in self.sequence.events for name in _names(event))
        targets = tuple(target for name in names for target in _targets(self.sequence.kind, name))
        self._configurations = {adopts: Configuration("", (), targets, adopts=adopts) for adopts in (True, False)}
        self._world = self._configurations[True].first_world()

    def run(self) -> None:
        """Play all events."""
        for event in self.sequence.events:
            match event:
                case Invocation():
                    self._invoke(event)
                case ByHand():
                    self._by_hand(event)
                case LateCall():
                    who = Who(self._stack(event.stack), event.resource)
                    caller = Caller(who, Action(event.late_call), event.requested_at)
                    self._call(Call(self._index(event), caller))

    @property
    def targets(self) -> tuple[Target, ...]:
        """The targets of the sequence."""
        return self._configurations[True].targets

    @property
    def end(self) -> dict[str, str]:
        """The final state of each target; of a launch and its run, the run's."""
        records = zip(self.targets, self._world.records, strict=True)
        return {each.name: (_OF_RUN if each.is_run else _OF_EXISTENCE)[record.state] for each, record in records}

    @property
    def definitions(self) -> dict[str, int]:
        """The final definition of each target that has one."""
        records = zip(self.targets, self._world.records, strict=True)
        return {each.name: record.definition for each, record in records if record.definition}

    def _invoke(self, event: Invocation) -> None:
        request = Request(
            number=len(self.responses),
            type=RequestType(event.type),
            who=Who(self._stack(event.stack), event.resource),
            physical_id=self._physical_id(event),
            target=self._index(event),
            keep=event.keep,
            definition=event.definition,
            old=None if event.old is None else self._index(event, event.old),
            requested_at=event.requested_at,
            incarnation=0,
        )
        configuration, faults = self._configurations[event.adopts], chain(event.calls, repeat(""))
        replies: tuple[Reply, ...] = ()
        while not isinstance(move := next_move(configuration, request, replies), Response):
            fault, reply = next(faults), None
            if fault in _HAS_EFFECT:
                caller = Caller(request.who, move.action, move.requested_at)
                reply = self._call(Call(move.target, caller, event.definition))
            if fault or reply is None:
                reply = Reply(_FAULTS[fault], is_fault=True)
            replies = (*replies, reply)
        owns = _OWNS.get(move.outcome, "") if move.success and move.outcome else ""
        self.responses.append(("SUCCESS" if move.success else "FAILED", self._short(move.physical_id), owns))

    def _call(self, call: Call) -> Reply:
        self._world, outcome = service.called(self._configurations[True], self._world, call)
        definition = self._world.records[call.target].definition
        return Reply(service.seen(outcome, call.caller.action), definition)

    def _by_hand(self, event: ByHand) -> None:
        target = self._index(event)
        changed = hands.changed(self._world, target, _BY_HAND[event.kind][event.by_hand])
        self._world = service.with_run(self._configurations[True], changed, target)

    def _index(self, event: Event, name: str = "") -> int:
        is_run = event.kind == "start"
        return next(
            index
            for index, each in enumerate(self.targets)
            if each.name == (name or event.target) and each.is_run == is_run
        )

    def _stack(self, name: str) -> int:
        return self._stacks.setdefault(name, len(self._stacks) + 1)

    def _physical_id(self, event: Invocation) -> str:
        """Return the full physical id of a request."""
        given = event.physical_id
        if isinstance(given, int):
            given = self.responses[given][1]
        name, mark, rest = (given or "").partition("#")
        arns = {each.name: each.ref.arn_beside(STACK_ID.format(self._stack(event.stack))) for each in self.targets}
        return f"{arns.get(name, name)}{mark}{rest}"

    def _short(self, physical_id: str) -> str:
        """Return a physical id with its target's name in place of the ARN."""
        arn, mark, rest = physical_id.partition("#")
        return f"{arn.rpartition('/')[2]}{mark}{rest}"


def _names(event: Event) -> list[str]:
    old = event.old if isinstance(event, Invocation) else None
    return [event.target, old] if old else [event.target]


def _targets(kind: str, name: str) -> list[Target]:
    match kind:
        case "start":
            return [Target(name)]
        case "managed":
            return [Target(name, Kind.FEATURE, is_run=False)]
        case _:
            return [Target(name, is_run=False), Target(name, existence=0)]
