"""Ownership around an operation: the reads before its decision, and the writes beside its own.

All that a ruling depends on is a condition of the same transaction: the resource's version, and the caller's note as it
was read. So an operation that conflicts with another one runs again, on the state that the other one left.
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

# The outcome of a start or create without an owner header, as on AWS.
_WITHOUT_CALLER: Final = {
    State.FREE: Outcome.OK,
    State.ACTIVE: Outcome.RUNNING,
    State.ENDED: Outcome.ENDED,
    State.MISSING: Outcome.NOT_FOUND,
}


@dataclass(frozen=True, slots=True)
class Record:
    """A record of ownership: of a resource's existence, or of a launch's run."""

    of: ResourceRef
    is_run: bool = False

    def note_key(self, caller: Caller) -> Item:
        """Key of the caller's note."""
        return keys.note_key("run" if self.is_run else self.of.kind, self.of, caller)


@dataclass(frozen=True, slots=True)
class Found(Generic[R]):
    """The state that an operation has read, and that its decision depends on.

    Args:
        record: the record in question.
        resource: the resource, None if it does not exist.
        note: the caller's note.
        note_key: the note's key, None without an owner header.

    """

    record: Record
    resource: R | None
    note: Note = NO_NOTE
    note_key: Item | None = None

    @property
    def state(self) -> State:
        """State of the record."""
        match self.resource:
            case None:
                return State.MISSING if self.record.is_run else State.FREE
            case Launch(status=status) if self.record.is_run:
                return status.run
            case _:
                return State.ACTIVE

    @property
    def ownership(self) -> Ownership:
        """Owners of the record."""
        if self.record.is_run and isinstance(self.resource, Launch):
            return self.resource.run
        return self.resource.ownership if self.resource else NOBODYS

    def owned(self, resource: R, by: Ownership) -> R:
        """Return the resource with other owners, of its existence or its run, whichever the record is."""
        if self.record.is_run and isinstance(resource, Launch):
            return replace(resource, run=by, version=resource.version + 1)
        return replace(resource, ownership=by, version=resource.version + 1)

    def remembering(self, note: Note, now: int) -> list[Write]:
        """Return the write of the caller's note, on condition that nothing changed it; none without an owner header."""
        return [] if self.note_key is None else [writes.remember(self.note_key, self.note, note, now)]


def look_up(call: Call, record: Record, read: Callable[[Item], R]) -> Found[R]:
    """Read a resource and the caller's note, in one round trip."""
    key = keys.key_of(record.of)
    if call.caller is None:
        item = call.store.read(key)
        return Found(record, read(item) if item else None)
    note_key = record.note_key(call.caller)
    item, note = call.store.read_all([key, note_key])
    return Found(record, read(item) if item else None, items.note_from(note), note_key)


def look_up_before_create(call: Call, ref: ResourceRef, read: Callable[[Item], R]) -> Found[R]:
    """Read the resource that has the name already; without an owner header the write's own condition is enough."""
    record = Record(ref)
    return Found(record, None) if call.caller is None else look_up(call, record, read)


def acquire(call: Call, found: Found[R]) -> Ruling:
    """Return the ruling on a start or create: OK or NOT_FOUND. Store new owners of a record that is not FREE.

    Raises:
        ConflictError: the outcome is another one.

    """
    if call.caller is None:
        ruling = Ruling(_WITHOUT_CALLER[found.state], found.ownership, found.note)
    else:
        ruling = ownership.acquire(found.state, found.ownership, found.note, call.caller)
    starts_or_creates = ruling.outcome is Outcome.OK and found.state is State.FREE
    if not starts_or_creates:  # the operation itself stores the owners otherwise
        write_owners(call, found, ruling)
    if ruling.outcome in {Outcome.OK, Outcome.NOT_FOUND}:
        return ruling
    raise _refusal(call, found, ruling)


def update(call: Call, found: Found[R]) -> Ruling:
    """Return the ruling on an update.

    Raises:
        ConflictError: the request is stale.

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
    """Release the caller's ownership; the last owner's release stops or deletes. Every outcome is a success.

    Args:
        call: the call.
        caller: the call's caller.
        found: the state that the call has read.
        end: returns the writes that stop or delete the resource, as the two arguments of `write_if_unchanged`.

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
    """Store a new resource together with other writes.

    Raises:
        ContendedError: there is an owner header, and since the read another request created the resource, or the caller
            released it.
        ConditionsFailedError: a condition of `more` was false, or of `put` without an owner header.

    """
    unchanged = [put, *found.remembering(found.note, call.now)] if call.caller else []
    write_if_unchanged(call, unchanged, *([] if call.caller else [put]), *more)


def write_owners(call: Call, found: Found[R], ruling: Ruling) -> None:
    """Store the owners and the caller's note after a ruling; write nothing if the ruling changes neither.

    The write of a note alone has a condition on the resource too: "not the owner" has to be true at that moment.
    Otherwise neither this release nor an acquire at the same time would notice the other.
    """
    remembering = found.remembering(ruling.note, call.now)
    if found.resource is not None and ruling.ownership != found.ownership:
        write_change(call, found.resource, found.owned(found.resource, ruling.ownership), unchanged=remembering)
    elif ruling.note != found.note:
        write_if_unchanged(call, [*remembering, writes.check(keys.key_of(found.record.of), found.resource)])


def succeeded(call: Call, output: Mapping[str, Any]) -> Result:
    """Return the result of a call: OK for a caller with an owner header, no outcome without."""
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
