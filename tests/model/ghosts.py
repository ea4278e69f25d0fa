"""How the ghosts change: with every request, every call of the API, and every accepted response."""

from dataclasses import dataclass

from evidently_provider.ownership.identity import Mark
from evidently_provider.runtime.request import RequestType
from evidently_service.domain.ownership import Action, Outcome, State
from model.configuration import Configuration
from model.state import Call, Incarnation, Kept, Phase, Run, Step, World, parsed, put


@dataclass(frozen=True, slots=True)
class Made:
    """A call and its outcome by the rules.

    Args:
        call: the call.
        outcome: the outcome.
        is_late: whether CloudFormation no longer waits for the request behind it.
        mark: the mark of that request's physical id; None for a change out of band.
    """

    call: Call
    outcome: Outcome
    is_late: bool
    mark: Mark | None


def with_run(world: World, target: int, run: Run) -> World:
    """Return the world with another run of a target."""
    return world._replace(runs=put(world.runs, target, run))


def started(world: World, target: int, by: int) -> World:
    """Return the world after a target was started, or created."""
    return with_run(world, target, Run(world.runs[target].serial + 1, by))


def stands(world: World, target: int, number: int, resource: str, phase: Phase, *, speaks_late: bool = False) -> World:
    """Return the world with an incarnation in a phase of a target, unless it never named the target."""
    old = found(world, target, number)
    if (old is None and phase is not Phase.NAMES) or (old is not None and phase is old.phase is Phase.NAMES):
        return world
    new = (old or Incarnation(world.stack, target, number, resource, phase, world.order))._replace(
        phase=phase, since=world.order, said=0, speaks_late=speaks_late
    )
    others = [each for each in world.incarnations if each is not old]
    world = world._replace(incarnations=tuple(sorted([*others, new])))
    return world if phase is Phase.NAMES else _with_kept(world, target)


def found(world: World, target: int, number: int) -> Incarnation | None:
    """Return an incarnation's state towards a target, None if it never named it."""
    return next((each for each in world.incarnations if (each.target, each.number) == (target, number)), None)


def said(world: World, target: int, number: int, run: int, *, adopted: bool) -> World:
    """Return the world after an accepted SUCCESS reported a run."""
    present, who = world.runs[target], found(world, target, number)
    if adopted:
        if who is not None and who.met == present.serial != run:
            present = present._replace(late_adopter=True)
    elif who is None or who.adopted:
        # The one that acquired it late knows that now; for another one that joins it, nothing changes.
        present = present._replace(late_adopter=False)
    incarnations = tuple(
        each._replace(said=run, adopted=adopted) if each is who else each for each in world.incarnations
    )
    return with_run(world._replace(incarnations=incarnations), target, present)


def sent(configuration: Configuration, world: World, step: Step) -> World:
    """Return the world after CloudFormation sent a request."""
    named, who = configuration.named(step.target, step.physical_id), _who(configuration, step)
    if step.tag.request_type is not RequestType.DELETE:
        if step.old is not None and step.old not in {step.target, named}:
            world = stands(world, step.old, *who, Phase.RELEASES)
        return stands(world, step.target, *who, Phase.NAMES)
    if step.before is not None:  # the resource has a new id with the same target
        return world
    mark = parsed(step.physical_id).mark
    released = Phase.ADOPTER if mark is Mark.ADOPTED else Phase.RELEASES
    speaks_late = configuration.disables_rollback and mark in {Mark.FAILED, Mark.NOT_STARTED}
    acquired = configuration.acquired(step.target, step.physical_id)
    return stands(world, acquired, *who, Phase.LEAVES if step.keep else released, speaks_late=speaks_late)


def given_up(configuration: Configuration, world: World, step: Step) -> World:
    """Return the world after a failed Update: no other request names the target that it should release."""
    if step.old is None or step.old in {step.target, configuration.named(step.target, step.physical_id)}:
        return world
    return stands(world, step.old, *_who(configuration, step), Phase.GIVEN_UP)


def lost(configuration: Configuration, world: World, step: Step) -> World:
    """Return the world after CloudFormation gave up a Delete that could not reach the API."""
    acquired = configuration.acquired(step.target, step.physical_id)
    return stands(world, acquired, *_who(configuration, step), Phase.RETAINED if step.keep else Phase.LOST)


def retained(configuration: Configuration, world: World, step: Step) -> World:
    """Return the world after CloudFormation removed a resource without a Delete."""
    world = world._replace(order=world.order + 1)
    acquired = configuration.acquired(step.target, step.physical_id)
    return stands(world, acquired, *_who(configuration, step), Phase.RETAINED)


def called(before: World, world: World, made: Made) -> World:
    """Return the world after a call."""
    target, caller, outcome = made.call.target, made.call.caller, made.outcome
    was, record = before.records[target], world.records[target]
    if was.state is not State.ACTIVE and record.state is State.ACTIVE:
        world = started(world, target, caller.who.stack)
    if caller.action is Action.UPDATE or outcome not in {Outcome.OK, Outcome.RUNNING}:
        return world
    run, who = world.runs[target], found(world, target, made.call.incarnation)
    if outcome is Outcome.RUNNING and len(record.owners) < len(was.owners) and run.kept is Kept.NO:
        world = with_run(world, target, run._replace(dropped=True))
    elif outcome is Outcome.OK and made.is_late and who is not None and who.adopted:
        world = with_run(world, target, run._replace(late_adopter=True))
    incarnations = tuple(each._replace(met=run.serial) if each is who else each for each in world.incarnations)
    return _with_kept(world._replace(incarnations=incarnations), target, is_acquired=outcome is Outcome.OK)


def _who(configuration: Configuration, step: Step) -> tuple[int, str]:
    """Return a step's incarnation and resource; the resource matters only if incarnations outlive the next."""
    return step.incarnation, step.logical_id if configuration.disables_rollback else ""


def _with_kept(world: World, target: int, *, is_acquired: bool = False) -> World:
    """Return the world with whether the stack that started a target's run has left it."""
    run = world.runs[target]
    of_stack = [each for each in world.incarnations if each.stack == run.started_by and each.target == target]
    met = [each for each in of_stack if each.met == run.serial]
    # An incarnation no longer counts if a later one of the same resource has acquired the run.
    latest = {each.resource: each.number for each in met if each.resource}
    met = [each for each in met if each.number >= latest.get(each.resource, 0)]
    last = max(met, key=lambda each: each.since, default=None)
    if last is None or last.phase not in {Phase.LEAVES, Phase.RETAINED}:
        return world
    if any(each.phase is Phase.NAMES for each in met):
        # One that named the target before the last one left may still acquire it.
        return with_run(world, target, run._replace(kept=Kept.NO)) if is_acquired else world
    unknown = any(each.phase in {Phase.LOST, Phase.RETAINED} for each in of_stack)
    return with_run(world, target, run._replace(kept=Kept.UNKNOWN if unknown else Kept.KNOWN))
