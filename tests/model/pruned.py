"""A world without old notes, and without ghosts that no promise needs any more."""

from collections.abc import Iterator

from evidently_service.domain.ownership import NO_NOTE, Note, State
from model.state import Flight, Incarnation, Kept, Phase, Record, World

_REMEMBERED = {Phase.LOST, Phase.RETAINED, Phase.ADOPTER}


def pruned(world: World) -> World:
    """Return the world without notes and ghosts that no longer decide anything."""
    records, flights = world.records, world.flights
    if any(record.notes for record in records):
        records = tuple(_without_old_notes(record, world) if record.notes else record for record in records)
    if any(flight.replies for flight in flights):
        flights = tuple(_without_old_runs(flight, world) if flight.replies else flight for flight in flights)
    runs = tuple(
        run
        if run.serial <= 1 and (run.kept is Kept.NO or record.state is State.ACTIVE)
        else run._replace(serial=min(run.serial, 1), kept=run.kept if record.state is State.ACTIVE else Kept.NO)
        for run, record in zip(world.runs, records, strict=True)
    )
    return world._replace(
        records=records,
        flights=flights,
        runs=runs,
        incarnations=tuple(_that_matter(world)) if world.incarnations else (),
    )


def _that_matter(world: World) -> Iterator[Incarnation]:
    """Yield the incarnations that still count: they name a target, are in flight, or met the present run."""
    flying = {flight.request.incarnation for flight in world.flights}
    flying.update(call.incarnation for call in world.effects)
    for each in world.incarnations:
        run = world.runs[each.target]
        met = int(0 < each.met == run.serial)
        is_of_run = each.stack == run.started_by and (met or each.phase in _REMEMBERED)
        if is_of_run or each.phase is Phase.NAMES or each.number in flying:
            said = int(0 < each.said == run.serial)
            yield each if (said, met) == (each.said, each.met) else each._replace(said=said, met=met)


def _without_old_notes(record: Record, world: World) -> Record:
    """Return the record without notes that are older than everything in flight and to come."""
    notes = []
    for who, note in record.notes:
        times = [each.request.requested_at for each in world.flights if each.request.who == who]
        times += [each.caller.requested_at for each in world.effects if each.caller.who == who]
        since = min((at for at in times if at is not None), default=world.time)
        released, updated = note
        kept = Note(
            released if released is not None and released >= since else None,
            updated if updated is not None and updated > since else None,
        )
        if kept != NO_NOTE:
            notes.append((who, kept))
    return record._replace(notes=tuple(notes))


def _without_old_runs(flight: Flight, world: World) -> Flight:
    """Return the flight with earlier runs in its replies made equal; only the present one matters."""
    present = world.runs[flight.request.target].serial if flight.awaited else 0
    if all(reply.run == (1 if reply.run == present else 0) for reply in flight.replies):
        return flight
    replies = tuple(each._replace(run=int(0 < each.run == present)) for each in flight.replies)
    return flight._replace(replies=replies)
