"""CloudFormation: it begins operations, sends one request after the other, and acts on each response."""

from collections.abc import Iterator
from functools import cache

from evidently_provider.ownership.plan import Outcome
from evidently_provider.runtime.request import RequestType
from model import deploys, ghosts, promises
from model.configuration import Configuration, Fault
from model.promises import Broken
from model.provider import Response
from model.state import (
    MADE_UP,
    Done,
    Flight,
    Left,
    Operation,
    OperationStatus,
    Request,
    Step,
    Tag,
    Template,
    Who,
    World,
    parsed,
)

Move = tuple[str, World | Broken]
Went = tuple[str, World]


def moves(configuration: Configuration, world: World) -> Iterator[Went]:
    """Yield what CloudFormation may do next without a response."""
    operation = world.operation
    if operation is None:
        if world.left.requests > 0:
            yield from _beginnings(configuration, world)
        return
    if operation.status is OperationStatus.FAILED:
        yield from _after_failure(configuration, world, operation)
        return
    if operation.step is None:  # this status has no request left
        yield from _proceed(configuration, world, operation)
        return
    step = operation.step
    if operation.status is OperationStatus.FORWARD and step.tag is not Tag.CLEAN_UP:
        done = (*operation.done, Done(step, success=False, physical_id=""))
        failed = Operation(OperationStatus.FAILED, operation.template, operation.queue, done)
        given_up = _given_up(configuration, world, operation)._replace(operation=failed)
        yield (
            f"  {step.tag} {step.logical_id} is cancelled, as a sibling FAILED: its response will be ignored",
            given_up,
        )
    elif (
        operation.status is not OperationStatus.FORWARD
        and world.left.faults
        and Fault.TIME_OUT in configuration.fault_kinds
    ):
        late = _given_up(configuration, world, operation).spend(faults=1)
        for label, after in _failed(configuration, late, operation, step):
            yield f"  {step.tag} {step.logical_id} times out; {label}", after


def responded(configuration: Configuration, world: World, flight: Flight, response: Response) -> Iterator[Went]:
    """Yield how CloudFormation acts on a response that it waits for.

    Raises:
        Broken: the response breaks a promise.
    """
    operation = world.operation
    if operation is None or operation.step is None:
        raise ValueError("CloudFormation waits for no response")
    step = operation.step
    promises.check_response(world, step, flight, response)
    operation = operation._replace(waits_for=0, step=None)
    world = _with_response(configuration, world._replace(operation=operation), step, flight, response)
    text = f"{'SUCCESS' if response.success else 'FAILED'} {response.physical_id} ({response.outcome or 'no call'})"
    if operation.status is OperationStatus.FORWARD and step.tag is not Tag.CLEAN_UP:
        done = (*operation.done, Done(step, response.success, response.physical_id))
        if not response.success:
            yield text, world._replace(operation=operation._replace(status=OperationStatus.FAILED, done=done))
            return
        following = _proceed(configuration, world, operation._replace(done=done))
    elif operation.status is not OperationStatus.FORWARD and not response.success:
        following = _failed(configuration, world, operation, step)
    else:
        if step.tag is Tag.ROLLBACK_UPDATE:
            resources = (
                each._replace(physical_id=response.physical_id) if each.logical_id == step.logical_id else each
                for each in world.resources
            )
            world = world._replace(resources=tuple(sorted(resources)))
        elif operation.status is OperationStatus.FORWARD and not response.success:
            world = ghosts.lost(configuration, world, step)
        following = _proceed(configuration, world, operation)
    for label, after in following:
        yield f"{text}; {label}", after


def _with_response(configuration: Configuration, world: World, step: Step, flight: Flight, response: Response) -> World:
    """Return the world with an accepted response's effect on the ghosts."""
    request = flight.request
    if not response.success:
        return world
    if request.type is not RequestType.DELETE:
        if response.outcome not in {Outcome.OK, Outcome.RUNNING}:
            return world
        run = max(reply.run for reply in flight.replies)
        return ghosts.said(world, request.target, step.incarnation, run, adopted=response.outcome is Outcome.RUNNING)
    is_faulty = any(reply.is_fault for reply in flight.replies)
    if is_faulty and (step.keep or not parsed(step.physical_id).owns):
        return ghosts.lost(configuration, world, step)
    return world


def _beginnings(configuration: Configuration, world: World) -> Iterator[Went]:
    for template in configuration.templates:
        if template or world.resources or world.failed:
            begun = deploys.deploy(configuration, world, template)
            operation = begun.operation
            if operation is not None and not operation.queue:
                begun = deploys.clean_up(configuration, begun, operation)
            for label, after in _first(configuration, begun):
                yield f"deploy {_text(configuration, template)}: {label}", after
    if world.resources or world.failed:
        for label, after in _first(configuration, deploys.stack_delete(world)):
            yield f"delete the stack: {label}", after


def _after_failure(configuration: Configuration, world: World, operation: Operation) -> Iterator[Went]:
    for done in operation.done:
        if not done.success:
            world = ghosts.given_up(configuration, world, done.step)
    for plan in deploys.rollbacks(configuration, operation.done):
        back = deploys.rolled_back(world, operation.done, plan)
        names = ", ".join(f"{step.tag} {step.physical_id}" for step in plan)
        if back.operation is not None:
            for label, after in _proceed(configuration, back, back.operation):
                yield f"rollback ({names}): {label}", after
    if configuration.disables_rollback:
        yield "--disable-rollback: everything stays", deploys.without_rollback(world, operation.done)


def _first(configuration: Configuration, world: World) -> Iterator[Went]:
    if world.operation is not None:
        yield from _proceed(configuration, world, world.operation, is_first=True)


def _proceed(
    configuration: Configuration, world: World, operation: Operation, *, is_first: bool = False
) -> Iterator[Went]:
    """Send the next request, or change the status; an operation's first request begins a new second."""
    if not operation.queue:
        yield from _ended(configuration, world, operation)
        return
    step, operation = operation.queue[0], operation._replace(queue=operation.queue[1:])
    is_removal = step.tag in {Tag.CLEAN_UP, Tag.STACK_DELETE} and step.physical_id != MADE_UP
    if is_removal and world.left.retains:
        kept = ghosts.retained(configuration, world, step).spend(retains=1)
        for label, after in _proceed(configuration, kept._replace(operation=operation), operation):
            yield f"  {step.logical_id} is retained, no Delete; {label}", after
    seconds = [(1, "")]
    if (
        not is_first
        and configuration.dated is not False
        and world.left.faults
        and Fault.SAME_SECOND in configuration.fault_kinds
    ):
        seconds.append((0, ", in the same second"))
    for later, text in seconds:
        paid = world if later else world.spend(faults=1)
        for is_dated in {True: (True,), False: (False,), None: (True, False)}[configuration.dated]:
            at = f" at {world.time + later}" if is_dated else ", undated"
            label = f"{step.tag} {step.logical_id} {step.physical_id} {_names(configuration, step)}{at}{text}"
            yield label, _send(configuration, paid, operation, step, world.time + later, is_dated=is_dated)


def _send(
    configuration: Configuration, world: World, operation: Operation, step: Step, time: int, *, is_dated: bool
) -> World:
    left, number = world.left, world.order + 1
    world = world._replace(
        time=time, order=number, left=Left(max(left.requests - 1, 0), left.faults, left.hands, left.retains)
    )
    request = Request(
        number,
        step.tag.request_type,
        Who(world.stack, step.logical_id),
        step.physical_id,
        step.target,
        step.keep,
        step.definition,
        step.old,
        time if is_dated else None,
        step.incarnation,
    )
    world = ghosts.sent(configuration, world, step)
    operation = operation._replace(waits_for=number, step=step)
    return world._replace(operation=operation).with_flights(Flight(request))


def _ended(configuration: Configuration, world: World, operation: Operation) -> Iterator[Went]:
    """Yield what follows when all requests of a status have responses."""
    match operation.status:
        case OperationStatus.FORWARD:
            yield "every sibling succeeded", deploys.clean_up(configuration, world, operation)
            yield "a sibling FAILED", world._replace(operation=operation._replace(status=OperationStatus.FAILED))
        case OperationStatus.CLEANING_UP:
            yield "COMPLETE", world._replace(operation=None)
        case OperationStatus.ROLLING_BACK:
            yield "ROLLBACK_COMPLETE", world._replace(operation=None)
        case OperationStatus.DELETING:
            yield (
                "the stack is deleted; one that is created after it has another StackId",
                world._replace(operation=None, resources=(), failed=(), stack=world.stack + 1),
            )


def _failed(configuration: Configuration, world: World, operation: Operation, step: Step) -> Iterator[Went]:
    """Yield what follows a Delete, or a rollback's Update, that FAILED."""
    operation = operation._replace(waits_for=0, step=None)
    if operation.status is OperationStatus.CLEANING_UP:  # the stack becomes COMPLETE anyway, without a retry
        yield from _proceed(configuration, ghosts.lost(configuration, world, step), operation)
    elif world.left.requests > 0:  # DELETE_FAILED, ROLLBACK_FAILED: an operator retries
        again = operation._replace(queue=(step, *operation.queue))
        yield from _proceed(configuration, world, again, is_first=True)
    else:
        yield "no retry", world._replace(operation=operation._replace(status=OperationStatus.BOUND))


def _given_up(configuration: Configuration, world: World, operation: Operation) -> World:
    """Return the world in which CloudFormation no longer waits; the invocation may run at any later time."""
    ours = [each for each in world.flights if each.request.number == operation.waits_for]
    rest = [each for each in world.flights if each.request.number != operation.waits_for]
    late = [] if configuration.in_order else [each._replace(awaited=False) for each in ours]
    return world._replace(flights=tuple(sorted([*rest, *late])))


def _names(configuration: Configuration, step: Step) -> str:
    names = f"names {configuration.targets[step.target].name}"
    if step.definition:
        names += f" with definition {step.definition}"
    if step.old is not None:
        names += f", was {configuration.targets[step.old].name}"
    return names + (", to be kept" if step.keep else "")


@cache
def _text(configuration: Configuration, template: Template) -> str:
    def entry(logical_id: str, target: int, keep: bool, definition: int) -> str:  # noqa: FBT001
        version = f" {definition}" if definition else ""
        return f"{logical_id}: {configuration.targets[target].name}{version}{', kept' if keep else ''}"

    return "{" + "; ".join(entry(*each) for each in template) + "}"
