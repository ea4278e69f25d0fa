"""The API around its rules: it keeps the records; `evidently_service.domain.ownership` decides the outcomes."""

from functools import cache
from typing import Final

from evidently_provider.ownership.plan import Outcome as Seen
from evidently_service.domain import ownership
from evidently_service.domain.ownership import Action, Note, Outcome, Ownership, State
from model.configuration import Configuration
from model.state import NOBODY, Call, Caller, Record, World, put

_RELEASES: Final = {Action.RELEASE, Action.LEAVE}
# The API's outcomes as the handlers in evidently_provider/start_launch and managed/ see them.
_SEEN: Final = {
    Outcome.OK: Seen.OK,
    Outcome.RUNNING: Seen.RUNNING,
    Outcome.STALE: Seen.STALE,
    Outcome.ENDED: Seen.ENDED,
    Outcome.NOT_FOUND: Seen.NOT_FOUND,
    Outcome.FULL: Seen.REFUSED,
}


def called(configuration: Configuration, world: World, call: Call) -> tuple[World, Outcome]:
    """Return the world after a call, and the outcome."""
    target, caller = call.target, call.caller
    record = world.records[target]
    if caller.action is Action.UPDATE and record.state is not State.ACTIVE:
        return world, Outcome.NOT_FOUND
    outcome, ruled, note = _ruled(record._replace(notes=()), record.note(caller.who), caller)
    after = ruled._replace(notes=record.notes).with_note(caller.who, note)
    if outcome is Outcome.OK and (caller.action is Action.UPDATE or record.state is State.FREE):
        after = after._replace(state=State.ACTIVE, definition=call.definition)
    elif outcome is Outcome.DONE:
        is_run = configuration.targets[target].is_run
        after = after._replace(state=State.ENDED if is_run else State.FREE, definition=0)
    world = world._replace(records=put(world.records, target, stored(after)))
    return (world if after.state is record.state else with_run(configuration, world, target)), outcome


def with_run(configuration: Configuration, world: World, existence: int) -> World:
    """Return the world after a launch was created or deleted, and with it its run."""
    run = configuration.run_of(existence)
    if run is None:
        return world
    exists = world.records[existence].state is State.ACTIVE
    record = Record(State.FREE if exists else State.MISSING, notes=world.records[run].notes)
    return world._replace(records=put(world.records, run, stored(record)))


def stored(record: Record) -> Record:
    """Return the record to store; notes are separate items, so they stay when the record goes."""
    return record


def seen(outcome: Outcome, action: Action) -> Seen:
    """Return an outcome as the handler sees it."""
    return Seen.RELEASED if action in _RELEASES else _SEEN[outcome]


def forget() -> None:
    """Clear the cached rulings, because the rules have changed."""
    _ruled.cache_clear()


@cache
def _ruled(record: Record, note: Note, caller: Caller) -> tuple[Outcome, Record, Note]:
    before = Ownership(str(record.stack) if record.owners else "", dict(record.owners), record.word)
    asking = ownership.Caller(str(caller.who.stack), caller.who.resource, caller.action, caller.requested_at)
    # By the module's name, so that a test can replace a rule.
    match caller.action:
        case Action.ACQUIRE | Action.ACQUIRE_NEW:
            ruling = ownership.acquire(record.state, before, note, asking)
        case Action.UPDATE:
            ruling = ownership.update(before, note, asking)
        case _:
            ruling = ownership.release(before, note, asking)
    after = ruling.ownership
    owners = tuple(sorted(after.owners.items()))
    stack = int(after.stack) if owners else NOBODY
    return ruling.outcome, record._replace(stack=stack, owners=owners, word=after.last_word), ruling.note
