"""The normal form of a world: pruned, and with times, numbers and stacks counted from 1.

Only the order of times and numbers matters, so worlds that differ in nothing else are one. An exploration spends most
of its time here, hence loops over sets where generators would read better.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from evidently_provider.ownership.identity import PhysicalId
from evidently_service.domain.ownership import Note
from model.pruned import pruned
from model.state import (
    NOBODY,
    Call,
    Caller,
    Done,
    Flight,
    Incarnation,
    Operation,
    Record,
    Request,
    Resource,
    Step,
    Who,
    World,
)


def normal(world: World) -> World:
    """Return the normal form of a world."""
    world = pruned(world)
    numbering = _Numbering.of(world)
    return world if numbering is None else numbering.of_world(world)


@cache
def _time_in(physical_id: str) -> int | None:
    return PhysicalId.parse(physical_id).requested_at if physical_id else None


@cache
def _with_time(physical_id: str, time: int) -> str:
    return replace(PhysicalId.parse(physical_id), incarnation=str(time)).text


def _counted(values: Iterable[int | None]) -> dict[int, int]:
    """Return the rank of each value, from 1; 0 and below have their own meaning and stay."""
    return {value: place for place, value in enumerate(sorted(each for each in values if each and each > 0), start=1)}


def _see_api(world: World, times: set[int | None], stacks: set[int]) -> None:
    for record in world.records:
        stacks.add(record.stack)
        for _, at in record.owners:
            times.add(at)
        for who, note in record.notes:
            stacks.add(who.stack)
            times.update(note)
        if record.word:
            times.add(record.word.requested_at)
    for run in world.runs:
        stacks.add(run.started_by)


def _see_flights(world: World, times: set[int | None], numbers: set[int], stacks: set[int]) -> None:
    for flight in world.flights:
        request = flight.request
        stacks.add(request.who.stack)
        numbers.add(request.number)
        numbers.add(request.incarnation)
        times.add(request.requested_at)
        times.add(_time_in(request.physical_id))
    for call in world.effects:
        stacks.add(call.caller.who.stack)
        numbers.add(call.incarnation)
        times.add(call.caller.requested_at)


def _see_cloudformation(world: World, times: set[int | None], numbers: set[int]) -> None:
    for resource in world.resources + world.failed:
        numbers.add(resource.incarnation)
        times.add(_time_in(resource.physical_id))
    operation = world.operation
    if operation is None:
        return
    numbers.add(operation.waits_for)
    steps = [*operation.queue, *(done.step for done in operation.done)]
    for step in [*steps, operation.step] if operation.step else steps:
        numbers.add(step.incarnation)
        times.add(_time_in(step.physical_id))
        if step.before:
            numbers.add(step.before.incarnation)
            times.add(_time_in(step.before.physical_id))
    for done in operation.done:
        times.add(_time_in(done.physical_id))


@dataclass(frozen=True, slots=True)
class _Numbering:
    """New values for times, numbers and stacks."""

    times: dict[int, int]
    numbers: dict[int, int]
    stacks: dict[int, int]

    @classmethod
    def of(cls, world: World) -> "_Numbering | None":
        """Return the numbering that a world needs, None if it counts from 1 already."""
        times: set[int | None] = {world.time}
        numbers = {world.order, 0}
        stacks = {world.stack}
        _see_api(world, times, stacks)
        _see_flights(world, times, numbers, stacks)
        _see_cloudformation(world, times, numbers)
        for each in world.incarnations:
            stacks.add(each.stack)
            numbers.add(each.number)
            numbers.add(each.since)
        times.discard(None)
        is_counted = max(numbers) == len(numbers) - 1 and max(stacks) == sum(stack > NOBODY for stack in stacks)
        if is_counted and len(times) == max(each or 0 for each in times):
            return None
        return cls(_counted(times), _counted(numbers), _counted(stacks))

    def of_world(self, world: World) -> World:
        """Return the world with new values."""
        operation = world.operation
        return world._replace(
            records=tuple(map(self._record, world.records)),
            runs=tuple(run._replace(started_by=self._stack(run.started_by)) for run in world.runs),
            incarnations=tuple(map(self._incarnation, world.incarnations)),
            stack=self.stacks[world.stack],
            resources=tuple(map(self._resource, world.resources)),
            failed=tuple(map(self._resource, world.failed)),
            operation=operation and self._operation(operation),
            flights=tuple(Flight(self._request(each.request), each.replies, each.awaited) for each in world.flights),
            effects=tuple(map(self._call, world.effects)),
            time=self.times[world.time],
            order=self.numbers[world.order],
        )

    def _stack(self, stack: int) -> int:
        return self.stacks.get(stack, stack)

    def _who(self, who: Who) -> Who:
        return Who(self.stacks.get(who.stack, who.stack), who.resource)

    def _time(self, time: int | None) -> int | None:
        return None if time is None else self.times[time]

    def _id(self, physical_id: str) -> str:
        time = _time_in(physical_id)
        return physical_id if time is None else _with_time(physical_id, self.times[time])

    def _record(self, record: Record) -> Record:
        if not record.owners and not record.notes:
            return record
        word = record.word
        return Record(
            record.state,
            self._stack(record.stack),
            tuple([(owner, self._time(at)) for owner, at in record.owners]),
            word and word._replace(requested_at=self._time(word.requested_at)),
            tuple([(self._who(who), Note(*map(self._time, note))) for who, note in record.notes]),
            record.definition,
        )

    def _incarnation(self, each: Incarnation) -> Incarnation:
        number, since = self.numbers[each.number], self.numbers[each.since]
        return each._replace(stack=self.stacks[each.stack], number=number, since=since)

    def _resource(self, resource: Resource) -> Resource:
        incarnation, physical_id = self.numbers[resource.incarnation], self._id(resource.physical_id)
        return resource._replace(incarnation=incarnation, physical_id=physical_id)

    def _step(self, step: Step) -> Step:
        return step._replace(
            incarnation=self.numbers[step.incarnation],
            physical_id=self._id(step.physical_id),
            before=step.before and self._resource(step.before),
        )

    def _operation(self, operation: Operation) -> Operation:
        done = [Done(self._step(each.step), each.success, self._id(each.physical_id)) for each in operation.done]
        return operation._replace(
            queue=tuple(map(self._step, operation.queue)),
            done=tuple(done),
            waits_for=self.numbers.get(operation.waits_for, 0),
            step=operation.step and self._step(operation.step),
        )

    def _request(self, request: Request) -> Request:
        return Request(
            self.numbers[request.number],
            request.type,
            self._who(request.who),
            self._id(request.physical_id),
            request.target,
            request.keep,
            request.definition,
            request.old,
            self._time(request.requested_at),
            self.numbers[request.incarnation],
        )

    def _call(self, call: Call) -> Call:
        caller = call.caller
        renumbered = Caller(self._who(caller.who), caller.action, self._time(caller.requested_at))
        return Call(call.target, renumbered, call.definition, self.numbers[call.incarnation])
