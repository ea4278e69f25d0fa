"""`not-after`, until when a request may take effect: the API reads its clock at every attempt."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.records import KINDS, Record, refusal_of
from helpers.service import NOON, Service

LAUNCH = {"project": "petfood", "launch": "november"}
SECONDS = NOON // 1000


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_takes_effect_until_its_not_after_and_no_later(service: Service, kind: str) -> None:
    record = Record(service, kind).make()
    late: dict[str, Any] = {"not_after": SECONDS - 1}
    assert record.acquired(**late) == "expired"
    assert not record.is_there()
    assert record.acquired(not_after=SECONDS + 1) == "ok"
    before = service.store.client.scan(TableName=service.table)["Items"]
    assert record.released(**late) == "expired"
    assert record.released("leave", **late) == "expired"
    if kind != "run":
        assert record.tagged("late", **late) == "expired"
    assert service.store.client.scan(TableName=service.table)["Items"] == before
    assert record.released(not_after=SECONDS + 1) == "done"


def test_an_expired_request_is_a_conflict_that_says_that_nothing_changed(service: Service) -> None:
    service.with_launch()
    call = Record(service, "run").acquire(not_after=SECONDS - 1)
    with pytest.raises(ClientError, match="ConflictException"):
        call()
    assert "it changed nothing" in refusal_of(call)


def test_the_last_second_is_in_time(service: Service) -> None:
    run = Record(service, "run").make()
    service.now = SECONDS * 1000
    assert run.acquired(not_after=SECONDS) == "ok"
    service.now += 1
    assert run.released(not_after=SECONDS) == "expired"


@pytest.mark.parametrize("kind", KINDS)
def test_an_expired_request_is_refused_even_if_it_would_change_nothing(service: Service, kind: str) -> None:
    record = Record(service, kind).make()
    record.acquired()
    for other in ("shop", "depot"):
        assert record.acquired("acquire", stack=other, not_after=SECONDS - 1) == "expired"
    record.released()
    assert record.acquired(not_after=SECONDS - 1) == "expired"
    assert record.released(not_after=SECONDS - 1) == "expired"


@contextmanager
def once_before(service: Service, request: str, do: Callable[[], object]) -> Iterator[None]:
    """Do something before the next request of a kind to DynamoDB."""
    event = f"provide-client-params.dynamodb.{request}"

    def hook(**_: Any) -> None:
        service.store.client.meta.events.unregister(event, hook)
        do()

    service.store.client.meta.events.register(event, hook)
    yield


def test_the_clock_is_read_again_at_every_attempt(service: Service) -> None:
    run = Record(service, "run").make()

    def meet_another_write() -> None:
        service.now += 1000
        service.client().tag_resource(resourceArn=run.arn(), tags={"a": "b"})

    with once_before(service, "TransactWriteItems", meet_another_write):
        assert run.acquired(not_after=SECONDS + 1) == "expired"
    assert len(service.pauses) == 1
    assert not run.is_there()


def test_the_clock_is_read_again_before_a_write(service: Service) -> None:
    run = Record(service, "run").make()

    def be_slow() -> None:
        service.now += 1000

    with once_before(service, "TransactGetItems", be_slow):
        assert run.acquired(not_after=SECONDS + 1) == "expired"
    assert service.pauses == []
    assert not run.is_there()
