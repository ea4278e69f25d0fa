"""Owners at once, on a real DynamoDB: whatever the order, nothing runs or exists that its last owner has released.

The threads meet as they like. The interleavings are exact: an operation runs between another one's read and its write.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from itertools import permutations, product
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from helpers.records import CREATED, DELETED, KINDS, Record, outcome_of
from helpers.service import Service

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture(params=KINDS)
def record(service: Service, request: pytest.FixtureRequest) -> Record:
    """A record of each kind."""
    return Record(service, request.param).make()


def at_once(calls: Sequence[Callable[[], Any]]) -> list[str]:
    """What calls that begin together come to: their outcomes, in the order of the calls."""
    gate = Barrier(len(calls))

    def outcome(call: Callable[[], Any]) -> str:
        gate.wait()
        return outcome_of(call)

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(outcome, calls))


def test_a_create_and_its_delete_leave_nothing_in_either_order(record: Record) -> None:
    pairs = [(record.acquire(), record.release()) for _ in range(16)]
    outcomes = at_once([call for pair in pairs for call in pair])
    assert not record.is_there()
    assert set(outcomes[::2]) <= {"ok", "stale", "ended"}
    assert set(outcomes[1::2]) <= {"done", "not-owner"}
    assert outcomes.count("done") <= 1
    assert outcome_of(record.acquire()) == "stale"


def test_two_owners_of_a_stack_that_both_release_leave_nothing(record: Record) -> None:
    names = ["Old", "New"] * 8
    acquire, release = ([each(resource=name) for name in names] for each in (record.acquire, record.release))
    outcomes = at_once([*acquire, *release])
    assert not record.is_there()
    assert outcomes.count("done") <= (1 if record.kind == "run" else 2)


def test_an_owner_that_releases_leaves_what_another_owns(record: Record) -> None:
    stays, goes = ([record.acquire(resource=name) for _ in range(8)] for name in ("New", "Old"))
    outcomes = at_once([*stays, *goes, *(record.release(resource="Old") for _ in range(16))])
    # A run may have ended before the other resource joined it, and then that was said.
    there = record.is_there()
    assert there is ("ok" in outcomes[:8])
    assert outcome_of(record.release(resource="New")) == ("done" if there else "not-owner")
    assert not record.is_there()


def test_releases_in_any_order_move_a_note_forward_only(record: Record) -> None:
    times = [CREATED + second for second in range(16)]
    at_once([record.release(at=at) for at in times])
    assert outcome_of(record.acquire(at=times[-1])) == "stale"
    assert outcome_of(record.acquire(at=times[-1] + 1)) == "ok"


def test_a_release_never_moves_back_the_note_of_a_concurrent_one(record: Record) -> None:
    with before_the_next_write(record.service.store.client, record.release(at=DELETED + 5)):
        assert record.released(at=DELETED) == "not-owner"
    assert record.acquired(at=DELETED + 5) == "stale"


@contextmanager
def before_the_next_write(client: "DynamoDBClient", do: Callable[[], object]) -> Iterator[None]:
    """Does something when a transaction is about to be sent, after all its reads; or at the end, if none is."""
    event, done = "provide-client-params.dynamodb.TransactWriteItems", False

    def hook(**_: Any) -> None:
        nonlocal done
        if not done:
            done = True
            do()

    client.meta.events.register(event, hook)
    try:
        yield
    finally:
        client.meta.events.unregister(event, hook)
        hook()


def test_joining_while_the_last_owner_releases_keeps_the_resource(record: Record) -> None:
    record.acquired(resource="Old")
    with before_the_next_write(record.service.store.client, record.acquire(resource="New")):
        outcome = record.released(resource="Old")
    assert outcome == 'left, owners=("New")'
    assert record.is_there()


def test_the_last_release_while_another_joins_leaves_the_resource(record: Record) -> None:
    record.acquired(resource="Old")
    with before_the_next_write(record.service.store.client, record.release(resource="Old")):
        outcome = record.acquired(resource="New")
    assert outcome == ("ended" if record.kind == "run" else "ok")
    assert record.is_there() is (outcome == "ok")


def play(client: "DynamoDBClient", calls: Sequence[Callable[[], object]], inside: Sequence[bool]) -> None:
    """Make calls in their order; one that is `inside` comes between the reads and the write of the one before."""
    if not calls:
        return
    call, *rest = calls
    follow = partial(play, client, rest, inside[1:])
    with suppress(ClientError):
        if inside and inside[0]:
            with before_the_next_write(client, follow):
                call()
            return
        call()
    if not (inside and inside[0]):
        follow()


@pytest.mark.parametrize("kind", ["run", "segment"])
@pytest.mark.parametrize("inside", list(product([False, True], repeat=2)))
def test_no_interleaving_of_create_duplicate_and_delete_leaves_anything(
    service: Service, kind: str, inside: Sequence[bool]
) -> None:
    for number, order in enumerate(permutations(["create", "create", "delete"])):
        record = Record(service, kind, f"november-{number}").make()
        calls = [record.acquire() if step == "create" else record.release() for step in order]
        play(service.store.client, calls, inside)
        assert not record.is_there(), order


@pytest.mark.parametrize("kind", ["run", "segment"])
@pytest.mark.parametrize("inside", list(product([False, True], repeat=3)))
def test_no_interleaving_of_two_owners_leaves_anything(service: Service, kind: str, inside: Sequence[bool]) -> None:
    for number, order in enumerate(permutations(["+Old", "+New", "-Old", "-New"])):
        record = Record(service, kind, f"november-{number}").make()
        calls = [(record.acquire if step[0] == "+" else record.release)(resource=step[1:]) for step in order]
        play(service.store.client, calls, inside)
        assert not record.is_there(), order
