"""Many concurrent callers on a real DynamoDB: one start wins, and counters stay exact."""

from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from evidently_service.domain.quotas import Quotas
from helpers.evidently_api import owner_header
from helpers.records import at_once
from helpers.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CALLERS = 32
NAMES = {"project": "petfood", "launch": "november"}


def codes(calls: "Sequence[Callable[[], Any]]") -> list[str]:
    """Make calls at once; return the sorted codes of their errors, `ok` for a success."""

    def code(call: "Callable[[], Any]") -> str:
        try:
            call()
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "ok"

    return sorted(at_once([partial(code, call) for call in calls]))


def active(service: Service) -> int:
    count: int = service.client().get_project(project="petfood")["project"]["activeLaunchCount"]
    return count


def test_one_of_many_stacks_starts_a_launch(service: Service) -> None:
    service.with_launch()
    clients = [service.client(owner=owner_header("acquire-new", stack=f"shop-{number}")) for number in range(CALLERS)]
    outcomes = codes([partial(client.start_launch, **NAMES) for client in clients])
    assert outcomes == ["ConflictException"] * (CALLERS - 1) + ["ok"]
    assert active(service) == 1


def test_one_owner_may_start_as_often_as_it_likes(service: Service) -> None:
    service.with_launch()
    clients = [service.client(owner=owner_header("acquire-new")) for _ in range(CALLERS)]
    outcomes = codes([partial(client.start_launch, **NAMES) for client in clients])
    assert outcomes == ["ok"] * CALLERS
    assert active(service) == 1


def test_one_of_many_stops_wins(service: Service) -> None:
    service.with_launch().start_launch(**NAMES)
    clients = [service.client() for _ in range(CALLERS)]
    outcomes = codes([partial(client.stop_launch, **NAMES) for client in clients])
    assert outcomes == ["ValidationException"] * (CALLERS - 1) + ["ok"]
    assert active(service) == 0


def test_many_concurrent_starts_stay_within_the_running_quota(service: Service) -> None:
    service.quotas = Quotas(running_launches_per_project=3)
    for number in range(CALLERS):
        service.with_launch(f"launch-{number}")
    clients = [service.client() for _ in range(CALLERS)]
    outcomes = codes(
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
    outcomes = codes([partial(client.create_project, name="petfood") for client in clients])
    assert outcomes == ["ConflictException"] * (CALLERS - 1) + ["ok"]


def test_counters_references_and_rules_are_true_after_concurrent_writes(
    service: Service,
) -> None:
    service.client().create_segment(name="norway", pattern='{"a": [1]}')
    override = {"segment": "norway", "evaluationOrder": 1, "weights": {"all": 1}}
    schedule = {"steps": [{"startTime": 1, "groupWeights": {"all": 1}, "segmentOverrides": [override]}]}
    without = {"steps": [{"startTime": 1, "groupWeights": {"all": 1}}]}
    create: dict[str, Any] = {
        "groups": [{"name": "all", "feature": "upsell", "variation": "on"}],
        "scheduledSplitsConfig": schedule,
    }
    service.with_launch(**create)

    def calls(number: int) -> "Callable[[], Any]":
        client = service.client()
        return [
            partial(client.start_launch, **NAMES),
            partial(client.update_launch, **NAMES, scheduledSplitsConfig=without if number % 8 < 4 else schedule),
            partial(client.stop_launch, **NAMES),
            partial(client.delete_launch, **NAMES),
        ][number % 4]

    for _ in range(4):
        outcomes = codes([calls(number) for number in range(CALLERS)])
        assert set(outcomes) <= {"ok", "ConflictException", "ValidationException", "ResourceNotFoundException"}
        evidently = service.client()
        launches = evidently.list_launches(project="petfood")["launches"]
        running = [launch["name"] for launch in launches if launch["status"] == "RUNNING"]
        project = evidently.get_project(project="petfood")["project"]
        assert (project["launchCount"], project["activeLaunchCount"]) == (len(launches), len(running))
        rules = evidently.get_feature(project="petfood", feature="upsell")["feature"]["evaluationRules"]
        assert [each["name"] for each in rules] == running
        referring = [
            launch["name"]
            for launch in launches
            if any(step["segmentOverrides"] for step in launch["scheduledSplitsDefinition"]["steps"])
        ]
        listed = evidently.list_segment_references(segment="norway", type="LAUNCH")["referencedBy"]
        assert [each["name"] for each in listed] == referring
        assert evidently.get_segment(segment="norway")["segment"]["launchCount"] == len(referring)
        if not launches:
            service.with_launch(**create)


def test_a_variation_is_never_removed_under_a_launch_that_starts(service: Service) -> None:
    for round_ in range(8):
        name = f"launch-{round_}"
        evidently = service.with_launch(name)
        removal = {"removeVariations": ["on"], "defaultVariation": "off"}
        codes(
            [
                partial(service.client().start_launch, project="petfood", launch=name),
                partial(service.client().update_feature, project="petfood", feature="upsell", **removal),
            ]
        )
        feature = evidently.get_feature(project="petfood", feature="upsell")["feature"]
        runs = evidently.get_launch(project="petfood", launch=name)["launch"]["status"] == "RUNNING"
        assert ("on" in {each["name"] for each in feature["variations"]}) is runs
        if runs:
            evidently.stop_launch(project="petfood", launch=name)
        on = {"name": "on", "value": {"boolValue": True}}
        evidently.update_feature(project="petfood", feature="upsell", addOrUpdateVariations=[on])
