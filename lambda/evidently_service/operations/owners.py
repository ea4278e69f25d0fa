"""Ownership around an operation: what is read before it decides, and what is written with what it does.

Whatever a ruling leans on is a condition of the same transaction: the resource's version, and the caller's note as it
was read. So an operation that meets another one begins again, and finds what that one left.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Generic, TypeVar

from evidently_service.documents import owners as documents
from evidently_service.domain import ownership
from evidently_service.domain.arns import ResourceRef
from evidently_service.domain.errors import ConflictError
from evidently_service.domain.ownership import NO_NOTE, NOBODYS, Caller, Note, Outcome, Ownership, Ruling, State
from evidently_service.domain.resources import Launch, Resource
from evidently_service.operations.call import Call
from evidently_service.operations.changes import write_change, write_if_unchanged
from evidently_service.operations.result import Result
from evidently_service.storage import items, keys, writes
from evidently_service.storage.keys import Item
from evidently_service.storage.transaction import Put, Write

R = TypeVar("R", bound=Resource)

# What a start or a create comes to where the caller doesn't say who it is, as on AWS.
_WITHOUT_CALLER: Final = {
    State.FREE: Outcome.OK,
    State.ACTIVE: Outcome.RUNNING,
    State.ENDED: Outcome.ENDED,
    State.MISSING: Outcome.NOT_FOUND,
}


@dataclass(frozen=True, slots=True)
class Record:
    """What can be owned: the existence of a resource, or the run of a launch."""

    of: ResourceRef
    is_run: bool = False

    def note_key(self, caller: Caller) -> Item:
        """Key of what is remembered of the caller."""
        return keys.note_key("run" if self.is_run else self.of.kind, self.of, caller)


@dataclass(frozen=True, slots=True)
class Found(Generic[R]):
    """What an operation leans on.

    Args:
        record: What it is about.
        resource: None where it is not there.
        note: What is remembered of the caller.
        note_key: None where the caller doesn't say who it is.

    """

    record: Record
    resource: R | None
    note: Note = NO_NOTE
    note_key: Item | None = None

    @property
    def state(self) -> State:
        """What there is to own."""
        match self.resource:
            case None:
                return State.MISSING if self.record.is_run else State.FREE
            case Launch(status=status) if self.record.is_run:
                return status.run
            case _:
                return State.ACTIVE

    @property
    def ownership(self) -> Ownership:
        """Who owns it."""
        if self.record.is_run and isinstance(self.resource, Launch):
            return self.resource.run
        return self.resource.ownership if self.resource else NOBODYS

    def owned(self, resource: R, by: Ownership) -> R:
        """Return the resource as one that others own; nothing else about it changes."""
        if self.record.is_run and isinstance(resource, Launch):
            return replace(resource, run=by, version=resource.version + 1)
        return replace(resource, ownership=by, version=resource.version + 1)

    def remembering(self, note: Note, now: int) -> list[Write]:
        """Return the write that makes the caller's note this one, if it still is what was read."""
        return [] if self.note_key is None else [writes.remember(self.note_key, self.note, note, now)]


def look(call: Call, record: Record, read: Callable[[Item], R]) -> Found[R]:
    """Read a resource, and what is remembered of the caller; one round trip."""
    key = keys.key_of(record.of)
    if call.caller is None:
        item = call.store.read(key)
        return Found(record, read(item) if item else None)
    note_key = record.note_key(call.caller)
    item, note = call.store.read_all([key, note_key])
    return Found(record, read(item) if item else None, items.note_from(note), note_key)


def look_before_create(call: Call, arn: ResourceRef, read: Callable[[Item], R]) -> Found[R]:
    """Read what has the name already; a caller that doesn't say who it is can't have it, and finds out by its write."""
    record = Record(arn)
    return Found(record, None) if call.caller is None else look(call, record, read)


def acquire(call: Call, found: Found[R]) -> Ruling:
    """Return the ruling that a start or a create goes by: OK or NOT_FOUND. New owners of what is there are stored.

    Raises:
        ConflictError: another outcome.

    """
    if call.caller is None:
        ruling = Ruling(_WITHOUT_CALLER[found.state], found.ownership, found.note)
    else:
        ruling = ownership.acquire(found.state, found.ownership, found.note, call.caller)
    takes_effect = ruling.outcome is Outcome.OK and found.state is State.FREE
    if not takes_effect:
        write_owners(call, found, ruling)
    if ruling.outcome in {Outcome.OK, Outcome.NOT_FOUND}:
        return ruling
    raise _refusal(call, found, ruling)


def update(call: Call, found: Found[R]) -> Ruling:
    """Return the ruling that a change goes by.

    Raises:
        ConflictError: a later request of the same owner came before this one.

    """
    if call.caller is None:
        return Ruling(Outcome.OK, found.ownership, found.note)
    ruling = ownership.update(found.ownership, found.note, call.caller)
    if ruling.outcome is Outcome.STALE:
        raise _refusal(call, found, ruling)
    return ruling


def release(
    call: Call, caller: Caller, found: Found[R], end: Callable[[Call, R], tuple[Sequence[Write], Sequence[Write]]]
) -> Result:
    """Let the caller go; the last owner's release ends what it owns. Every outcome is a success.

    Args:
        call: The call.
        caller: Its claim.
        found: What it is about.
        end: Returns the writes that stop or delete the resource: those that fail only where it has changed, and others.

    """
    ruling = ownership.release(found.ownership, found.note, caller)
    if ruling.outcome is Outcome.DONE and found.resource is not None:
        unchanged, more = end(call, found.resource)
        write_if_unchanged(call, [*unchanged, *found.remembering(ruling.note, call.now)], *more)
    else:
        write_owners(call, found, ruling)
    left = sorted(ruling.ownership.owners) if ruling.outcome is Outcome.LEFT else []
    return Result({}, ruling.outcome, left)


def write_new(call: Call, found: Found[R], put: Put, *more: Write) -> None:
    """Store a new resource, and more with it.

    Raises:
        ContendedError: the caller has a claim, and somebody took the name, or the caller released it, since it looked.
        ConditionsFailedError: another condition failed; without a claim that of `put` too.

    """
    unchanged = [put, *found.remembering(found.note, call.now)] if call.caller else []
    write_if_unchanged(call, unchanged, *([] if call.caller else [put]), *more)


def write_owners(call: Call, found: Found[R], ruling: Ruling) -> None:
    """Store what a ruling leaves of the owners and of the caller's note; nothing, where both are as they were.

    A note alone leans on the resource too: "not the owner" must still be so when the note is there, or an acquire that
    came between would be seen by neither.
    """
    remembering = found.remembering(ruling.note, call.now)
    if found.resource is not None and ruling.ownership != found.ownership:
        write_change(call, found.resource, found.owned(found.resource, ruling.ownership), unchanged=remembering)
    elif ruling.note != found.note:
        write_if_unchanged(call, [*remembering, writes.check(keys.key_of(found.record.of), found.resource)])


def succeeded(call: Call, output: Mapping[str, Any]) -> Result:
    """Return the result of a claim that was granted, or of a call that made none."""
    return Result(output, Outcome.OK if call.caller else None)


def _refusal(call: Call, found: Found[R], ruling: Ruling) -> ConflictError:
    kind, arn = found.record.of.kind, call.arns.arn_of(found.record.of)
    match ruling.outcome, found.resource:
        case Outcome.RUNNING, _ if found.record.is_run:
            sentence = documents.already_running(ruling.ownership if call.caller else NOBODYS)
        case Outcome.RUNNING, _:
            sentence = documents.already_exists(ConflictError.duplicate(kind, arn).message, ruling.ownership)
        case Outcome.ENDED, Launch(status=status):
            sentence = documents.has_ended(status)
        case _:
            sentence = documents.out_of_turn(ruling.outcome, kind)
    return ConflictError.of(sentence, kind, arn, ruling.outcome if call.caller else None)
