"""The rules of ownership through the API: the same for a launch's run and for the existence of every resource."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.evidently_api import owner_header
from helpers.records import CREATED, DELETED, KINDS, Record, refusal_of
from helpers.service import Service

LATER = CREATED + 30


@pytest.fixture(params=KINDS)
def record(service: Service, request: pytest.FixtureRequest) -> Record:
    """Return a record of each kind, without owners."""
    return Record(service, request.param).make()


def test_an_owner_owns_from_acquire_to_release(record: Record) -> None:
    assert record.acquired() == "ok"
    assert record.is_there()
    assert record.owner() == "StartUpsell"
    assert record.released() == "done"
    assert not record.is_there()


@pytest.mark.parametrize("action", ["acquire-new", "acquire"])
def test_a_repeated_acquire_gets_the_same_response(record: Record, action: str) -> None:
    first = record.acquire()()
    record.service.now += 60_000
    again = record.acquire(action)()
    for response in (first, again):
        response.pop("ResponseMetadata")
    assert again == first


def test_a_repeated_acquire_makes_an_older_release_stale(record: Record) -> None:
    record.acquired()
    assert record.acquired("acquire", LATER) == "ok"
    assert record.released(at=LATER - 1) == "stale"
    assert record.is_there()
    assert record.released(at=LATER) == "done"


def test_a_late_older_acquire_does_not_move_the_owners_time_back(record: Record) -> None:
    record.acquired("acquire", LATER)
    assert record.acquired("acquire", CREATED) == "ok"
    assert record.released(at=LATER - 1) == "stale"


def test_another_stack_is_refused_with_the_owners_name(record: Record) -> None:
    record.acquired()
    assert record.acquired(stack="depot", at=LATER) == "running"
    assert "StartUpsell of stack shop." in refusal_of(record.acquire(stack="depot", at=LATER))
    assert record.released(stack="depot", at=LATER) == "not-owner"
    assert record.owner() == "StartUpsell"


def test_a_stack_of_the_same_name_is_another_stack(record: Record) -> None:
    record.acquired()
    call = record.acquire("acquire", LATER)
    namesake = record.service.client(owner=owner_header("acquire").replace("0123456789ab", "0123456789ac"))
    with pytest.raises(namesake.exceptions.ConflictException):
        getattr(namesake, call.func.__name__)(**call.keywords)


def test_a_resource_created_by_hand_has_no_owner(record: Record) -> None:
    record.by_hand()
    assert record.acquired() == "running"
    assert "of stack" not in refusal_of(record.acquire())
    assert record.released() == "not-owner"
    assert record.is_there()


def test_without_the_header_the_message_is_aws_own(record: Record) -> None:
    record.acquired()
    with pytest.raises(ClientError) as caught:
        record.by_hand()
    owned = caught.value.response["Error"]
    assert "stack" not in owned["Message"]
    assert owned["Code"] == "ConflictException"
    assert caught.value.response["ResponseMetadata"]["HTTPHeaders"]["x-evidently-ownership"] == "rules=1"


def test_without_the_header_anybody_stops_or_deletes(record: Record) -> None:
    record.acquired()
    response = record.end_by_hand()
    assert response["ResponseMetadata"]["HTTPHeaders"]["x-evidently-ownership"] == "rules=1"
    assert not record.is_there()


def test_a_resource_that_ends_by_hand_loses_its_owners(record: Record) -> None:
    record.acquired()
    record.end_by_hand()
    assert record.released(at=LATER) == "not-owner"
    if record.kind != "run":
        record.by_hand()
        assert record.owner() is None


def test_another_resource_of_the_stack_joins_and_the_last_release_ends_it(record: Record) -> None:
    record.acquired(resource="Old")
    assert record.acquired(resource="New") == "ok"
    assert record.released(resource="Old") == 'left, owners=("New")'
    assert record.released(resource="Old") == "not-owner"  # a repeated Delete counts once
    assert record.owner() == "New"
    assert record.released(resource="New") == "done"
    assert not record.is_there()


def test_a_release_names_the_remaining_owners(record: Record) -> None:
    for name in ("B", "A", "C"):
        record.acquired(resource=name)
    assert record.released(resource="B") == 'left, owners=("A" "C")'


def test_a_new_incarnation_ends_its_previous_ones_ownership_and_adopts(record: Record) -> None:
    record.acquired()
    assert record.acquired("acquire-new", LATER) == "running"
    assert "of stack" not in refusal_of(record.acquire("acquire-new", LATER))
    assert record.released(at=LATER + 1) == "not-owner"
    assert record.is_there()


def test_a_new_incarnation_joins_the_other_owners_of_its_stack(record: Record) -> None:
    record.acquired(resource="Old")
    record.acquired(resource="New")
    assert record.acquired("acquire-new", LATER, resource="Old") == "ok"
    assert record.released(resource="New", at=LATER + 1) == 'left, owners=("Old")'
    assert record.released(resource="Old", at=LATER + 1) == "done"


@pytest.mark.parametrize("at", [CREATED, DELETED])
def test_an_acquire_requested_not_after_its_owners_release_is_stale(record: Record, at: int) -> None:
    assert record.released() == "not-owner"
    assert record.acquired(at=at) == "stale"
    assert "stale" in refusal_of(record.acquire(at=at))
    assert record.acquired("acquire", at) == "stale"
    assert not record.is_there()
    assert record.acquired(at=DELETED + 1) == "ok"


@pytest.mark.parametrize("other", [{"resource": "Other"}, {"stack": "depot"}, {"at": None}])
def test_a_release_makes_no_other_acquire_stale(record: Record, other: dict[str, Any]) -> None:
    record.released()
    assert record.acquired(**other) == "ok"


def test_a_release_without_a_time_ends_the_ownership_and_leaves_no_note(record: Record) -> None:
    record.acquired()
    assert record.released(at=None, resource="Other") == "not-owner"
    assert record.acquired(resource="Other") == "ok"
    assert record.released(at=None) == 'left, owners=("Other")'


def test_every_release_leaves_a_note(record: Record) -> None:
    record.acquired(resource="Old")
    record.acquired(resource="New")
    record.released(resource="New")
    assert record.acquired(resource="New") == "stale"
    assert record.released(resource="Old") == "done"
    assert record.acquired(resource="Old") == "stale"


def test_a_stale_release_leaves_its_note(record: Record) -> None:
    record.acquired(at=LATER)
    assert record.released(at=DELETED) == "stale"
    assert record.acquired("acquire", DELETED) == "stale"
    assert record.is_there()


def test_a_resource_that_its_last_owner_leaves_stays_without_owner(record: Record) -> None:
    record.acquired()
    assert record.released("leave") == "kept"
    assert record.is_there()
    assert record.owner() is None
    assert record.acquired(at=LATER) == "running"


def test_a_leave_removes_the_caller_only(record: Record) -> None:
    record.acquired(resource="Old")
    record.acquired(resource="New")
    assert record.released("leave", resource="Old") == 'left, owners=("New")'
    assert record.released("release", at=LATER, resource="New") == "done"


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        (("leave", LATER), ("release", LATER - 1), "kept"),
        (("release", LATER), ("leave", LATER - 1), "done"),
        (("leave", LATER), ("release", LATER), "kept"),
        (("release", LATER), ("leave", LATER), "kept"),
        (("leave", LATER), ("release", LATER + 1), "done"),
    ],
)
def test_the_later_of_two_releases_has_the_last_word(
    record: Record, first: tuple[str, int], second: tuple[str, int], outcome: str
) -> None:
    record.acquired(resource="Old")
    record.acquired(resource="New")
    assert record.released(*first, resource="Old") == 'left, owners=("New")'
    assert record.released(*second, resource="New") == outcome
    assert record.is_there() is (outcome == "kept")


def test_there_are_at_most_twenty_owners(record: Record) -> None:
    for number in range(20):
        assert record.acquired(resource=f"Start{number}") == "ok"
    assert record.acquired(resource="Start20") == "full"
    assert "20 owners" in refusal_of(record.acquire(resource="Start20"))
    assert record.acquired(resource="Start19") == "ok"
    record.released(resource="Start0")
    assert record.acquired(resource="Start20") == "ok"


@pytest.mark.parametrize("action", ["release", "leave"])
def test_a_release_of_a_missing_resource_succeeds(record: Record, action: str) -> None:
    if record.kind == "run":
        record.service.client().delete_launch(project="petfood", launch="november")
    assert record.released(action) == "not-owner"
    assert not record.is_there()
