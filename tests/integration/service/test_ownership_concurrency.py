"""Concurrent owners on a real DynamoDB: in any order, nothing runs or exists after its last owner's release.

Threads interleave at random. Other tests interleave exactly: an operation runs between another one's read and write.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import permutations, product
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from helpers.records import CREATED, DELETED, KINDS, Record, at_once, outcome_of
from helpers.service import Service

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture(params=KINDS)
def record(service: Service, request: pytest.FixtureRequest) -> Record:
    """Return a record of each kind."""
    return Record(service, request.param).make()


def outcomes_of(calls: Sequence[Callable[[], Any]]) -> list[str]:
    """Make calls at once; return their outcomes in the order of the calls."""
    return at_once([partial(outcome_of, call) for call in calls])


def test_a_create_and_its_delete_leave_nothing_in_either_order(record: Record) -> None:
    pairs = [(record.acquire(), record.release()) for _ in range(16)]
    outcomes = outcomes_of([call for pair in pairs for call in pair])
    assert not record.is_there()
    assert set(outcomes[::2]) <= {"ok", "stale", "ended"}
    assert set(outcomes[1::2]) <= {"done", "not-owner"}
    assert outcomes.count("done") <= 1
    assert outcome_of(record.acquire()) == "stale"


def test_two_owners_of_a_stack_that_both_release_leave_nothing(record: Record) -> None:
    names = ["Old", "New"] * 8
    acquire, release = ([each(resource=name) for name in names] for each in (record.acquire, record.release))
    outcomes = outcomes_of([*acquire, *release])
    assert not record.is_there()
    assert outcomes.count("done") <= (1 if record.kind == "run" else 2)


def test_an_owner_that_releases_leaves_what_another_owns(record: Record) -> None:
    stays, goes = ([record.acquire(resource=name) for _ in range(8)] for name in ("New", "Old"))
    outcomes = outcomes_of([*stays, *goes, *(record.release(resource="Old") for _ in range(16))])
    # A run may end before the other resource joins it; then the acquire got the outcome `ended`.
    there = record.is_there()
    assert there is ("ok" in outcomes[:8])
    assert outcome_of(record.release(resource="New")) == ("done" if there else "not-owner")
    assert not record.is_there()


def test_releases_in_any_order_move_a_note_forward_only(record: Record) -> None:
    times = [CREATED + second for second in range(16)]
    outcomes_of([record.release(at=at) for at in times])
    assert outcome_of(record.acquire(at=times[-1])) == "stale"
    assert outcome_of(record.acquire(at=times[-1] + 1)) == "ok"


def test_a_release_never_moves_back_the_note_of_a_concurrent_one(record: Record) -> None:
    with before_the_next_write(record.service.store.client, record.release(at=DELETED + 5)):
        assert record.released(at=DELETED) == "not-owner"
    assert record.acquired(at=DELETED + 5) == "stale"


@contextmanager
def before_the_next_write(client: "DynamoDBClient", do: Callable[[], object]) -> Iterator[None]:
    """Do something before the next transaction, after the reads of its operation; without one, at the end."""
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
    """Make calls in order; an `inside` one runs between the reads and the write of the call before it."""
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
