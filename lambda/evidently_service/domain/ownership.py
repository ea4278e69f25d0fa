"""The rules of ownership: what a request does to the owners of a resource. Pure.

docs/ownership.md has these rules as a table. They apply to two kinds of record: the existence of a project, feature,
segment or launch (Create…, Delete…), and the run of a launch (StartLaunch, StopLaunch).

An *owner* is a resource of a stack; an *incarnation* is one life of that resource, from a Create to its Delete. All
owners of a record belong to one stack. A *note* has an owner's last release and update; it outlives the record.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, NamedTuple

import evidently_contract as contract


class Action(StrEnum):
    """The action of a request on the ownership."""

    ACQUIRE_NEW = contract.ACTION_ACQUIRE_NEW
    ACQUIRE = contract.ACTION_ACQUIRE
    UPDATE = contract.ACTION_UPDATE
    RELEASE = contract.ACTION_RELEASE
    LEAVE = contract.ACTION_LEAVE


class Outcome(StrEnum):
    """The result of an action."""

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
    IN_USE = contract.OUTCOME_IN_USE
    NOT_FOUND = "not-found"  # a 404, whose header has no outcome


class State(StrEnum):
    """The state of a record.

    FREE: a launch that was not started, or an unused name; the first acquire starts or creates it. ACTIVE: a running
    launch, or a resource that exists.
    """

    MISSING = "missing"
    FREE = "free"
    ACTIVE = "active"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller of a request, as its owner header names it, and the action it wants.

    Args:
        stack: StackId.
        resource: LogicalResourceId.
        action: the action on the ownership.
        requested_at: when CloudFormation signed the request that led to this one, in seconds since 1970; None disables
            every rule that compares times.
        not_after: the time until which the request may take effect, in seconds since 1970; None for no limit.

    """

    stack: str
    resource: str
    action: Action
    requested_at: int | None = None
    not_after: int | None = None

    def is_expired(self, now: float) -> bool:
        """Whether `not_after` has passed at a time, in seconds since 1970."""
        return self.not_after is not None and now > self.not_after


class Word(NamedTuple):
    """The last word of owners that released the record: the later one counts, of one second the one that keeps."""

    requested_at: int | None
    keep: bool


@dataclass(frozen=True, slots=True)
class Ownership:
    """The owners of a record.

    Args:
        stack: StackId of the owners, "" without owners.
        owners: `requested_at` of each owner's latest acquire or update, by LogicalResourceId.
        last_word: the last word of the owners that have released it, while others own it.

    """

    stack: str = ""
    owners: Mapping[str, int | None] = field(default_factory=dict)
    last_word: Word | None = None

    def is_owned_by(self, caller: Caller) -> bool:
        """Whether the caller is an owner."""
        return self.stack == caller.stack and caller.resource in self.owners

    def with_owner(self, caller: Caller) -> "Ownership":
        """Return the ownership with the caller as an owner; of two times of the same owner the later counts."""
        at = caller.requested_at
        if self.is_owned_by(caller) and (before := self.owners[caller.resource]) is not None:
            at = before if at is None else max(before, at)
        return replace(self, stack=caller.stack, owners={**self.owners, caller.resource: at})

    def without(self, caller: Caller) -> "Ownership":
        """Return the ownership without the caller; `NOBODYS` if it was the last owner."""
        owners = {owner: at for owner, at in self.owners.items() if owner != caller.resource}
        return replace(self, owners=owners) if owners else NOBODYS


NOBODYS: Final = Ownership()


class Note(NamedTuple):
    """The times of an owner's last release, and of its last update or adoption, under the record's name."""

    released_at: int | None = None
    updated_at: int | None = None


NO_NOTE: Final = Note()


class Ruling(NamedTuple):
    """The result of a request under the rules.

    Args:
        outcome: the result for the caller.
        ownership: the record's owners after the request.
        note: the caller's note after the request.

    """

    outcome: Outcome
    ownership: Ownership
    note: Note


def acquire(state: State, ownership: Ownership, note: Note, caller: Caller) -> Ruling:
    """Rule on a StartLaunch or Create…: OK, RUNNING, STALE, ENDED, FULL or NOT_FOUND. OK of a FREE record starts it."""

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
                # Without this time, a late Update of an adopter would look like its next one.
                return Ruling(Outcome.RUNNING, present, _updated(note, caller))
            acquired = present.with_owner(caller)
            if len(acquired.owners) > contract.MAX_OWNERS:
                return refused(Outcome.FULL, present)
            return Ruling(Outcome.OK, acquired, note)


def update(ownership: Ownership, note: Note, caller: Caller) -> Ruling:
    """Rule on an Update…, TagResource or UntagResource: OK or STALE. Adopters may update what they don't own."""
    at = caller.requested_at
    if at is None:
        return Ruling(Outcome.OK, ownership, note)
    # All owners belong to one stack, and CloudFormation orders its requests: the latest one's definition counts.
    times = ownership.owners.values() if ownership.is_owned_by(caller) else [note.updated_at]
    if _is_released(note, caller) or any(last is not None and at < last for last in times):
        return Ruling(Outcome.STALE, ownership, note)
    if ownership.is_owned_by(caller):
        return Ruling(Outcome.OK, ownership.with_owner(caller), note)
    return Ruling(Outcome.OK, ownership, _updated(note, caller))


def release(ownership: Ownership, note: Note, caller: Caller) -> Ruling:
    """Rule on a StopLaunch or Delete…, or a leave: DONE, LEFT, KEPT, NOT_OWNER or STALE. DONE stops or deletes."""
    at, keep = caller.requested_at, caller.action is Action.LEAVE
    # The note moves even if the caller owns nothing: its Create may still be on the way, and has to find the note.
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
    """Whether the caller released the record after it requested this, or in the same second."""
    at = caller.requested_at
    # Times are whole seconds. In one second the release counts: an acquire after it would have no owner to release it.
    return at is not None and note.released_at is not None and at <= note.released_at


def _is_previous_incarnations(ownership: Ownership, caller: Caller) -> bool:
    """Whether the caller is a Create, and owns the record since an earlier request: by its previous incarnation."""
    if caller.action is not Action.ACQUIRE_NEW or not ownership.is_owned_by(caller):
        return False
    before, at = ownership.owners[caller.resource], caller.requested_at
    return before is not None and at is not None and before < at
