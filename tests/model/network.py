"""Lambda and the network: invocations call by call, retries and duplicates, and the faults of calls and replies."""

from collections.abc import Iterator

from evidently_provider.ownership.plan import Outcome as Seen
from evidently_service.domain.ownership import Action
from model import calls, cloudformation, service
from model.cloudformation import Move
from model.configuration import Configuration, Fault
from model.promises import Broken
from model.provider import NextCall, Response, next_move
from model.state import Call, Caller, Flight, Reply, World, parsed, without

_ACQUIRES = {Action.ACQUIRE, Action.ACQUIRE_NEW}
_UNKNOWN = Reply(Seen.UNKNOWN, is_fault=True)
_REFUSED = Reply(Seen.REFUSED, is_fault=True)


def moves(configuration: Configuration, world: World) -> Iterator[Move]:
    """Yield what may happen to invocations and late calls."""
    for flight in dict.fromkeys(world.flights):
        rest = world._replace(flights=without(world.flights, flight))
        move = next_move(configuration, flight.request, flight.replies)
        if isinstance(move, Response):
            yield from _responds(configuration, rest, flight, move)
        else:
            yield from _calls(configuration, rest, flight, move)
    for effect in dict.fromkeys(world.effects):
        yield _takes_effect(configuration, world._replace(effects=without(world.effects, effect)), effect)


def _responds(configuration: Configuration, world: World, flight: Flight, response: Response) -> Iterator[Move]:
    who = f"  {_who(flight)}"
    if not flight.awaited:
        yield f"{who} ends, and nobody waits for its response", world
        return
    try:
        for label, after in cloudformation.responded(configuration, world, flight, response):
            yield f"{who}: {label}", after
    except Broken as broken:
        yield f"{who}: {'SUCCESS' if response.success else 'FAILED'} {response.physical_id}", broken


def _calls(configuration: Configuration, world: World, flight: Flight, next_call: NextCall) -> Iterator[Move]:
    """Yield the fates of an invocation's next call, in a world without that invocation."""
    request = flight.request
    caller = Caller(request.who, next_call.action, next_call.requested_at)
    call = Call(next_call.target, caller, request.definition or 0, request.incarnation)
    what = f"    {_who(flight)}: {call.caller.action} {configuration.targets[call.target].name}"
    mark = parsed(request.physical_id).mark if request.physical_id else None
    try:
        after, outcome = calls.make(configuration, world, call, is_late=not flight.awaited, mark=mark)
    except Broken as broken:
        yield what, broken
        return
    reply = Reply(service.seen(outcome, next_call.action))
    if next_call.action in _ACQUIRES:
        run, definition = after.runs[call.target].serial, after.records[call.target].definition
        reply = reply._replace(run=run, definition=definition)
    yield f"{what}: {outcome}", _goes_on(after, flight, reply)
    if not world.left.faults:
        return
    if after.records != world.records:
        yield from _after_effect(configuration, after.spend(faults=1), flight, f"{what}: {outcome}")
    if flight.awaited:
        yield from _without_effect(configuration, world.spend(faults=1), flight, call, what)


def _after_effect(configuration: Configuration, world: World, flight: Flight, what: str) -> Iterator[Move]:
    """Yield the faults after a call that had its effect, in the world after it."""
    if Fault.REPLY_LOST in configuration.fault_kinds:
        yield f"{what}, the reply is lost", _goes_on(world, flight, _UNKNOWN)
    if Fault.DEATH in configuration.fault_kinds:
        yield f"{what}, then the sandbox dies", world.with_flights(flight._replace(replies=()))


def _without_effect(
    configuration: Configuration, world: World, flight: Flight, call: Call, what: str
) -> Iterator[Move]:
    """Yield the faults of a call that has no effect now."""
    kinds = configuration.fault_kinds
    if Fault.DUPLICATE in kinds and not flight.replies:
        twice = world.with_flights(flight, Flight(flight.request, awaited=False))
        yield f"    {_who(flight)}: Lambda will deliver it again", twice
    if Fault.LOST in kinds:
        yield f"{what}: 503, without an effect", _goes_on(world, flight, _UNKNOWN)
    if Fault.LATE_EFFECT in kinds:
        late = world._replace(effects=tuple(sorted([*world.effects, call], key=_order)))
        yield f"{what}: no reply, the effect comes later", _goes_on(late, flight, _UNKNOWN)
    if Fault.REFUSED in kinds:
        yield f"{what}: 429 or no connection", _goes_on(world, flight, _REFUSED)


def _goes_on(world: World, flight: Flight, reply: Reply) -> World:
    return world.with_flights(flight._replace(replies=(*flight.replies, reply)))


def _takes_effect(configuration: Configuration, world: World, call: Call) -> Move:
    action, at = call.caller.action, call.caller.requested_at
    text = f"    a late {action} of {configuration.targets[call.target].name}, requested at {at}, takes effect"
    try:
        after, outcome = calls.make(configuration, world, call, is_late=True)
    except Broken as broken:
        return text, broken
    return f"{text}: {outcome}", after


def _who(flight: Flight) -> str:
    request = flight.request
    at = "undated" if request.requested_at is None else f"of {request.requested_at}"
    return f"{request.type} {request.who.resource} {at}{'' if flight.awaited else ' (late)'}"


def _order(call: Call) -> tuple[object, ...]:
    at = call.caller.requested_at
    return (call.target, call.caller.who, call.caller.action, -1 if at is None else at, call.incarnation)
