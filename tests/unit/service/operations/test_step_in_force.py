"""A running launch keeps a step in force, but for a stack that takes back its own change of the last day."""

from typing import Any, Final

import pytest

from helpers.evidently_api import owner_header, refused
from helpers.service import NOON, Service

LAUNCH: Final = {"project": "petfood", "launch": "november"}
HOUR: Final = 3600
DAY: Final = 24 * HOUR
NOW: Final = NOON // 1000


def schedule(*steps: tuple[int, int]) -> dict[str, Any]:
    """Return a schedule of starts, in seconds from now, and weights."""
    return {"steps": [{"startTime": NOW + start, "groupWeights": {"all": weight}} for start, weight in steps]}


PASSED: Final = (-DAY, 100_000)
NEXT: Final = (DAY, 50_000)


@pytest.fixture
def running(service: Service) -> Any:
    """A client; the launch runs, with a step in force and another one to come."""
    evidently = service.with_launch(scheduledSplitsConfig=schedule(PASSED, NEXT))
    evidently.start_launch(**LAUNCH)
    return evidently


def reason(evidently: Any) -> str:
    """Return why ann gets her variation."""
    return str(evidently.evaluate_feature(project="petfood", feature="upsell", entityId="ann")["reason"])


def update(service: Service, steps: dict[str, Any], **owner: Any) -> Any:
    """Update the schedule as a resource of a stack, or without an owner."""
    client = service.client(owner=owner_header("update", **owner)) if owner else service.client()
    return client.update_launch(**LAUNCH, scheduledSplitsConfig=steps)["launch"]


@pytest.mark.parametrize(
    "steps", [[NEXT], [(HOUR, 100_000), NEXT]], ids=["the passed step is left out", "its start is moved"]
)
def test_an_update_that_leaves_no_step_in_force_is_refused(running: Any, steps: list[tuple[int, int]]) -> None:
    before = running.get_launch(**LAUNCH)["launch"]
    response = refused(running.update_launch, **LAUNCH, description="new", scheduledSplitsConfig=schedule(*steps))
    assert (response["status"], response["code"], response["resourceType"]) == (409, "ConflictException", "launch")
    message = response["Error"]["Message"]
    assert "the step of 2021-11-19T00:37:26.000Z is in force" in message
    assert "weight 0" in message
    assert running.get_launch(**LAUNCH)["launch"] == before
    assert reason(running) == "LAUNCH_RULE_MATCH"


def test_weight_0_takes_the_variation_from_everybody(service: Service, running: Any) -> None:
    update(service, schedule((-DAY, 0), NEXT))
    assert reason(running) == "DEFAULT"


def test_another_step_that_has_begun_may_replace_the_one_in_force(service: Service, running: Any) -> None:
    update(service, schedule((-2 * DAY, 100_000), NEXT))
    assert reason(running) == "LAUNCH_RULE_MATCH"


def test_a_step_that_has_passed_may_go_once_the_next_has_begun(service: Service, running: Any) -> None:
    service.now += 2 * DAY * 1000
    update(service, schedule(NEXT, (9 * DAY, 0)))
    assert len(running.get_launch(**LAUNCH)["launch"]["scheduledSplitsDefinition"]["steps"]) == 2


@pytest.mark.parametrize("starts", [True, False], ids=["running", "not started"])
def test_a_launch_without_a_step_in_force_needs_none(service: Service, *, starts: bool) -> None:
    evidently = service.with_launch(scheduledSplitsConfig=schedule(NEXT if starts else PASSED))
    if starts:
        evidently.start_launch(**LAUNCH)
    update(service, schedule((2 * DAY, 100_000)))


def test_a_launch_that_had_no_schedule_may_get_one_for_later(service: Service) -> None:
    evidently = service.with_launch()
    evidently.start_launch(**LAUNCH)
    assert update(service, schedule(NEXT))["status"] == "RUNNING"


@pytest.mark.parametrize("started", ["before the change", "after it"])
@pytest.mark.parametrize("seconds", [0, DAY])
def test_a_stack_takes_back_a_step_that_it_has_added_within_a_day(service: Service, started: str, seconds: int) -> None:
    evidently = service.with_launch(scheduledSplitsConfig=schedule((2 * DAY, 50_000)))
    if started == "before the change":
        evidently.start_launch(**LAUNCH)
    update(service, schedule(PASSED), resource="Launch")
    update(service, schedule((-HOUR, 0)), resource="Launch")
    if started == "after it":
        evidently.start_launch(**LAUNCH)
    service.now += seconds * 1000
    update(service, schedule((2 * DAY, 50_000)), resource="Launch")
    assert reason(evidently) == "DEFAULT"


def test_a_schedule_in_another_spelling_is_the_one_that_there_was(service: Service) -> None:
    # A stack does not write a schedule whose spelling alone it changes, such as by a weight of 0.
    for name in ("gold", "nordic"):
        service.client().create_segment(name=name, pattern='{"a": ["b"]}')
    first, second = (
        {"segment": name, "weights": {}, "evaluationOrder": order} for order, name in enumerate(("gold", "nordic"))
    )
    later = {"startTime": NOW + 2 * DAY, "groupWeights": {"all": 0}, "segmentOverrides": [second, first]}
    evidently = service.with_launch(scheduledSplitsConfig={"steps": [later]})
    evidently.start_launch(**LAUNCH)
    update(service, schedule(PASSED), resource="Launch")
    respelled = {**later, "groupWeights": {}, "segmentOverrides": [first, {**second, "weights": {"all": 0}}]}
    update(service, {"steps": [respelled]}, resource="Launch")
    assert reason(evidently) == "DEFAULT"


def test_after_a_day_a_stack_keeps_the_step_that_it_has_added(service: Service) -> None:
    evidently = service.with_launch(scheduledSplitsConfig=schedule((9 * DAY, 50_000)))
    evidently.start_launch(**LAUNCH)
    update(service, schedule(PASSED), resource="Launch")
    service.now += DAY * 1000 + 1
    client = service.client(owner=owner_header("update", "Launch"))
    assert refused(client.update_launch, **LAUNCH, scheduledSplitsConfig=schedule((9 * DAY, 50_000)))["status"] == 409


@pytest.mark.parametrize("owner", [None, owner_header("update", "Launch")])
def test_only_a_stack_goes_back_and_only_to_a_schedule_that_there_was(service: Service, owner: str | None) -> None:
    evidently = service.with_launch(scheduledSplitsConfig=schedule(NEXT))
    evidently.start_launch(**LAUNCH)
    update(service, schedule(PASSED, NEXT))
    client = service.client(owner=owner) if owner else evidently
    other = schedule(NEXT) if owner is None else schedule((DAY, 50_001))
    assert refused(client.update_launch, **LAUNCH, scheduledSplitsConfig=other)["status"] == 409


def test_the_schedules_of_a_day_of_updates_are_bounded(service: Service) -> None:
    evidently = service.with_launch(scheduledSplitsConfig=schedule(NEXT))
    evidently.start_launch(**LAUNCH)
    for weight in range(30):
        update(service, schedule((DAY, weight)))
    key: Any = {"pk": {"S": "project#petfood"}, "sk": {"S": "launch#november"}}
    item: Any = service.store.client.get_item(TableName=service.table, Key=key)["Item"]
    assert len(item["replacedSchedules"]["S"]) < 2000
    update(service, schedule(PASSED))
    assert update(service, schedule((DAY, 29)), resource="Launch")["status"] == "RUNNING"
