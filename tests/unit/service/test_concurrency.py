"""Many callers at once, on a real DynamoDB: one start wins, and no counter drifts."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from threading import Barrier
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from evidently_service.quotas import Quotas
from helpers.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CALLERS = 16
NAMES = {"project": "petfood", "launch": "november"}


def starter(number: int) -> str:
    return sha256(str(number).encode()).hexdigest()


def at_once(calls: "Sequence[Callable[[], Any]]") -> list[str]:
    """What calls that begin together come to: `ok`, or the class of their error."""
    gate = Barrier(len(calls))

    def outcome(call: "Callable[[], Any]") -> str:
        gate.wait()
        try:
            call()
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "ok"

    with ThreadPoolExecutor(len(calls)) as threads:
        return sorted(threads.map(outcome, calls))


def active(service: Service) -> int:
    count: int = service.client().get_project(project="petfood")["project"]["activeLaunchCount"]
    return count


def test_one_of_many_starters_wins(service: Service) -> None:
    service.with_launch()
    clients = [service.client(starter=starter(number)) for number in range(CALLERS)]
    outcomes = at_once([partial(client.start_launch, **NAMES) for client in clients])
    assert outcomes == ["ConflictException"] * (CALLERS - 1) + ["ok"]
    assert active(service) == 1


def test_one_starter_may_call_as_often_as_it_likes(service: Service) -> None:
    service.with_launch()
    clients = [service.client(starter=starter(1)) for _ in range(CALLERS)]
    outcomes = at_once([partial(client.start_launch, **NAMES) for client in clients])
    assert outcomes == ["ok"] * CALLERS
    assert active(service) == 1


def test_one_of_many_stops_wins(service: Service) -> None:
    service.with_launch().start_launch(**NAMES)
    clients = [service.client() for _ in range(CALLERS)]
    outcomes = at_once([partial(client.stop_launch, **NAMES) for client in clients])
    assert outcomes == ["ValidationException"] * (CALLERS - 1) + ["ok"]
    assert active(service) == 0


def test_the_running_quota_holds_against_many_starts(service: Service) -> None:
    service.quotas = Quotas(running_launches_per_project=3)
    for number in range(CALLERS):
        service.with_launch(f"launch-{number}")
    clients = [service.client() for _ in range(CALLERS)]
    outcomes = at_once(
        [
            partial(client.start_launch, project="petfood", launch=f"launch-{number}")
            for number, client in enumerate(clients)
        ]
    )
    assert outcomes == ["ServiceQuotaExceededException"] * (CALLERS - 3) + ["ok"] * 3
    assert active(service) == 3
    rules = service.client().get_feature(project="petfood", feature="upsell")["feature"]["evaluationRules"]
    assert len(rules) == 3


def test_one_of_many_creates_of_a_name_wins(service: Service) -> None:
    clients = [service.client() for _ in range(CALLERS)]
    outcomes = at_once([partial(client.create_project, name="petfood") for client in clients])
    assert outcomes == ["ConflictException"] * (CALLERS - 1) + ["ok"]
