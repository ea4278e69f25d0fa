"""Changes out of band: by a person who calls the API, and by another stack that names the same launch."""

from collections.abc import Iterator

from evidently_provider.ownership.identity import Mark
from evidently_service.domain.ownership import Action, Outcome, State
from model import calls, ghosts, service
from model.cloudformation import Move
from model.configuration import Configuration, Hand
from model.promises import Broken
from model.state import BY_HAND, NOBODY, OTHER_STACK, Call, Caller, Who, World, put


def moves(configuration: Configuration, world: World) -> Iterator[Move]:
    """Yield the changes that others may make."""
    if not world.left.hands:
        return
    world = world.spend(hands=1)
    if Hand.PERSON in configuration.hand_kinds:
        for target, each in enumerate(configuration.targets):
            of_target = _run_by_hand if each.is_run else _existence_by_hand
            for label, after in of_target(configuration, world, target):
                yield f"  by hand: {label} {each.name}", after
    if Hand.STACK in configuration.hand_kinds:
        yield from _other_stack(configuration, world._replace(time=world.time + 1))


def _run_by_hand(configuration: Configuration, world: World, target: int) -> Iterator[tuple[str, World]]:
    record, fresh = world.records[target], configuration.targets[target].existence is None
    if record.state is State.FREE:
        yield "start", ghosts.started(changed(world, target, State.ACTIVE), target, BY_HAND)
    if record.state is State.ACTIVE:
        yield "stop", changed(world, target, State.ENDED)
    if fresh and record.state is State.ENDED:
        yield "delete", changed(world, target, State.MISSING)
    if fresh and record.state in {State.ENDED, State.FREE}:
        yield "delete and recreate", changed(world, target, State.FREE)
    if fresh and record.state is State.MISSING:
        yield "create", changed(world, target, State.FREE)


def _existence_by_hand(configuration: Configuration, world: World, target: int) -> Iterator[tuple[str, World]]:
    record, run = world.records[target], configuration.run_of(target)
    if record.state is State.FREE:
        created = changed(world, target, State.ACTIVE)
        yield "create", ghosts.started(service.with_run(configuration, created, target), target, BY_HAND)
        if run is None:
            yield "delete the project of", changed(world, target, State.MISSING)
    if record.state is State.MISSING:
        yield "create the project of", changed(world, target, State.FREE)
    if record.state is State.ACTIVE and (run is None or world.records[run].state is not State.ACTIVE):
        yield "delete", service.with_run(configuration, changed(world, target, State.FREE), target)


def changed(world: World, target: int, state: State) -> World:
    """Return the world with a record in another state and without owners; its notes stay."""
    record = world.records[target]._replace(state=state, stack=NOBODY, owners=(), word=None, definition=0)
    return world._replace(records=put(world.records, target, service.stored(record)))


def _other_stack(configuration: Configuration, world: World) -> Iterator[Move]:
    call = Call(0, Caller(Who(OTHER_STACK, "Other"), Action.ACQUIRE_NEW, world.time))
    if not world.other_stack:
        acquired, outcome = calls.make(configuration, world, call)
        if outcome in {Outcome.OK, Outcome.RUNNING}:
            mark = Mark.OWNED if outcome is Outcome.OK else Mark.ADOPTED
            yield f"  another stack: Create: {outcome}", acquired._replace(other_stack=mark)
        return
    text = f"  another stack: Delete of what it has {world.other_stack}"
    gone = world._replace(other_stack="")
    if world.other_stack == Mark.ADOPTED:
        yield text, gone
        return
    call = call._replace(caller=call.caller._replace(action=Action.RELEASE))
    try:
        released, outcome = calls.make(configuration, gone, call)
    except Broken as broken:
        yield text, broken
    else:
        yield f"{text}: {outcome}", released
