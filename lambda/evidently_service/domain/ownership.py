"""Who owns a resource of the API, and what a request of an owner, or of somebody else, makes of that. Pure.

docs/ownership.md has these rules as a table, and the sequences that each of them is there for. They hold for two kinds
of record alike: the existence of a project, feature, segment or launch (Create…, Delete…), and the run of a launch
(StartLaunch, StopLaunch).

An *owner* is a resource of a stack; its *incarnation* is one life of it, from a Create to its Delete. The owners of a
record are of one stack. A *note* is what the API remembers of an owner beside the record; it outlives the record.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, NamedTuple

import evidently_contract as contract


class Action(StrEnum):
    """What a request wants of the ownership."""

    ACQUIRE_NEW = contract.ACTION_ACQUIRE_NEW
    ACQUIRE = contract.ACTION_ACQUIRE
    UPDATE = contract.ACTION_UPDATE
    RELEASE = contract.ACTION_RELEASE
    LEAVE = contract.ACTION_LEAVE


class Outcome(StrEnum):
    """What came of it."""

    OK = contract.OUTCOME_OK
    RUNNING = contract.OUTCOME_RUNNING
    STALE = contract.OUTCOME_STALE
    ENDED = contract.OUTCOME_ENDED
    FULL = contract.OUTCOME_FULL
    EXPIRED = contract.OUTCOME_EXPIRED
    DONE = contract.OUTCOME_DONE
    LEFT = contract.OUTCOME_LEFT
    KEPT = contract.OUTCOME_KEPT
    NOT_OWNER = contract.OUTCOME_NOT_OWNER
    NOT_FOUND = "not-found"  # a 404; no header says it


class State(StrEnum):
    """What there is to own.

    FREE can be acquired: a launch that was not started, a name that nothing has. ACTIVE runs, or exists.
    """

    MISSING = "missing"
    FREE = "free"
    ACTIVE = "active"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and for what.

    Args:
        stack: StackId.
        resource: LogicalResourceId.
        action: What it wants.
        requested_at: When CloudFormation signed the request behind it, in seconds since 1970; None turns every rule
            off that compares times.
        not_after: Until when it may take effect, in seconds since 1970; None: for ever.

    """

    stack: str
    resource: str
    action: Action
    requested_at: int | None = None
    not_after: int | None = None

    def is_expired(self, now: float) -> bool:
        """Whether it may take effect no more, at a time in seconds since 1970."""
        return self.not_after is not None and now > self.not_after


class Word(NamedTuple):
    """What the owner that went last wanted of it; the later word decides, in one second the one that keeps."""

    requested_at: int | None
    keep: bool


@dataclass(frozen=True, slots=True)
class Ownership:
    """Who owns a record.

    Args:
        stack: StackId of the owners, "" where there are none.
        owners: By LogicalResourceId, when the incarnation that owns it last asked for it.
        last_word: Of those that went, while others own it still.

    """

    stack: str = ""
    owners: Mapping[str, int | None] = field(default_factory=dict)
    last_word: Word | None = None

    def is_owned_by(self, caller: Caller) -> bool:
        """Whether the caller is an owner."""
        return self.stack == caller.stack and caller.resource in self.owners

    def with_owner(self, caller: Caller) -> "Ownership":
        """The ownership with the caller in it, since the later one of two times."""
        at = caller.requested_at
        if self.is_owned_by(caller) and (before := self.owners[caller.resource]) is not None:
            at = before if at is None else max(before, at)
        return replace(self, stack=caller.stack, owners={**self.owners, caller.resource: at})

    def without(self, caller: Caller) -> "Ownership":
        """The ownership without the caller; nobody's when it was the last one."""
        owners = {owner: at for owner, at in self.owners.items() if owner != caller.resource}
        return replace(self, owners=owners) if owners else NOBODYS


NOBODYS: Final = Ownership()


class Note(NamedTuple):
    """What is remembered of an owner by the name of the record: when it last released it, and changed or adopted it."""

    released_at: int | None = None
    updated_at: int | None = None


NO_NOTE: Final = Note()


class Ruling(NamedTuple):
    """What a request comes to.

    Args:
        outcome: For the caller.
        ownership: From now on.
        note: From now on.

    """

    outcome: Outcome
    ownership: Ownership
    note: Note


def acquire(state: State, ownership: Ownership, note: Note, caller: Caller) -> Ruling:
    """StartLaunch, Create…: OK, RUNNING, STALE, ENDED, FULL or NOT_FOUND. OK starts or creates what is FREE."""

    def refused(outcome: Outcome, left: Ownership = ownership) -> Ruling:
        return Ruling(outcome, left, note)

    if _is_released(note, caller):
        return refused(Outcome.STALE)
    match state:
        case State.ENDED:
            return refused(Outcome.ENDED)
        case State.MISSING:
            return refused(Outcome.NOT_FOUND)
        case State.FREE:
            return Ruling(Outcome.OK, NOBODYS.with_owner(caller), note)
        case State.ACTIVE:
            present = ownership.without(caller) if _is_previous_incarnations(ownership, caller) else ownership
            joins = bool(present.owners) and present.stack == caller.stack
            if not (present.is_owned_by(caller) or joins):
                # Nothing else tells the next Update of one who adopts it from an earlier one that comes late.
                return Ruling(Outcome.RUNNING, present, _updated(note, caller))
            acquired = present.with_owner(caller)
            if len(acquired.owners) > contract.MAX_OWNERS:
                return refused(Outcome.FULL, present)
            return Ruling(Outcome.OK, acquired, note)


def update(ownership: Ownership, note: Note, caller: Caller) -> Ruling:
    """Update…, TagResource, UntagResource: OK or STALE. Who doesn't own it may change it too: it has adopted it."""
    at = caller.requested_at
    if at is None:
        return Ruling(Outcome.OK, ownership, note)
    # All owners are of one stack, whose requests are in order: where one follows another, its definition counts.
    times = ownership.owners.values() if ownership.is_owned_by(caller) else [note.updated_at]
    if _is_released(note, caller) or any(last is not None and at < last for last in times):
        return Ruling(Outcome.STALE, ownership, note)
    if ownership.is_owned_by(caller):
        return Ruling(Outcome.OK, ownership.with_owner(caller), note)
    return Ruling(Outcome.OK, ownership, _updated(note, caller))


def release(ownership: Ownership, note: Note, caller: Caller) -> Ruling:
    """StopLaunch, Delete…; or a leave: DONE, LEFT, KEPT, NOT_OWNER or STALE. DONE stops or deletes it."""
    at, keep = caller.requested_at, caller.action is Action.LEAVE
    if at is not None and (note.released_at is None or note.released_at < at):
        note = note._replace(released_at=at)
    if not ownership.is_owned_by(caller):
        return Ruling(Outcome.NOT_OWNER, ownership, note)
    owned_since = ownership.owners[caller.resource]
    if at is not None and owned_since is not None and at < owned_since:
        return Ruling(Outcome.STALE, ownership, note)
    word, before = Word(at, keep), ownership.last_word
    if before is not None and before.requested_at is not None and at is not None:
        word = max(before, word)
    others = ownership.without(caller)
    if others.owners:
        return Ruling(Outcome.LEFT, replace(others, last_word=word), note)
    return Ruling(Outcome.KEPT if word.keep else Outcome.DONE, NOBODYS, note)


def _updated(note: Note, caller: Caller) -> Note:
    at, before = caller.requested_at, note.updated_at
    return note if at is None or (before is not None and at <= before) else note._replace(updated_at=at)


def _is_released(note: Note, caller: Caller) -> bool:
    """Whether the caller released it after it asked for this, or in the same second."""
    at = caller.requested_at
    return at is not None and note.released_at is not None and at <= note.released_at


def _is_previous_incarnations(ownership: Ownership, caller: Caller) -> bool:
    """Whether the caller's ownership is that of its previous incarnation: a Create asks, and later than it did."""
    if caller.action is not Action.ACQUIRE_NEW or not ownership.is_owned_by(caller):
        return False
    before, at = ownership.owners[caller.resource], caller.requested_at
    return before is not None and at is not None and before < at
