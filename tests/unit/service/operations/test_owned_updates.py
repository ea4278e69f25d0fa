"""Updates with an owner header: one requested before the caller's last update or release changes nothing."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from helpers.evidently_api import owner_header
from helpers.records import CREATED, DELETED, KINDS, Record, outcome_of, refusal_of
from helpers.service import Service

LAUNCH = {"project": "petfood", "launch": "november"}
LATER = CREATED + 30


@pytest.fixture(params=[kind for kind in KINDS if kind != "run"])
def record(service: Service, request: pytest.FixtureRequest) -> Record:
    """Return the record of the existence of a resource of each kind."""
    return Record(service, request.param).make()


def updates(service: Service, **owner: Any) -> dict[str, Callable[[], Any]]:
    """Return the updates other than TagResource, by name, with an owner header."""
    client = service.client(owner=owner_header("update", **owner))
    return {
        "project": lambda: client.update_project(project="november", description="new"),
        "feature": lambda: client.update_feature(project="petfood", feature="november", description="new"),
        "launch": lambda: client.update_launch(**LAUNCH, description="new"),
        "delivery": lambda: client.update_project_data_delivery(project="november"),
    }


def tag_of(record: Record) -> str | None:
    tags: dict[str, str] = record.service.client().list_tags_for_resource(resourceArn=record.arn())["tags"]
    return tags.get("stage")


@pytest.mark.parametrize("caller", [{}, {"resource": "Adopts"}, {"stack": "depot"}], ids=["owner", "sibling", "other"])
def test_an_update_before_the_callers_last_is_stale_and_changes_nothing(record: Record, caller: dict[str, Any]) -> None:
    record.acquired()
    assert record.tagged("second", at=LATER, **caller) == "ok"
    assert record.tagged("first", at=LATER - 1, **caller) == "stale"
    assert record.tagged("same second", at=LATER, **caller) == "ok"
    assert tag_of(record) == "same second"


def test_an_update_before_the_callers_last_adoption_is_stale(record: Record) -> None:
    record.by_hand()
    assert record.acquired("acquire", at=LATER) == "running"
    assert record.tagged("late", at=LATER - 1) == "stale"
    assert record.tagged("of the adoption", at=LATER) == "ok"
    assert tag_of(record) == "of the adoption"


def test_an_update_before_the_last_request_of_another_owner_is_stale(record: Record) -> None:
    record.acquired()
    assert record.acquired(resource="Joins", at=LATER) == "ok"
    assert record.tagged("late", at=LATER - 1) == "stale"
    assert record.tagged("new", at=LATER + 1) == "ok"
    assert tag_of(record) == "new"


def test_an_update_after_its_callers_release_is_stale(record: Record) -> None:
    record.by_hand()
    record.released()
    assert record.tagged("late", at=DELETED) == "stale"
    assert record.tagged("new", at=DELETED + 1) == "ok"
    assert tag_of(record) == "new"


def test_an_update_by_its_owner_makes_an_older_release_stale(record: Record) -> None:
    record.acquired()
    assert record.tagged("new", at=LATER) == "ok"
    assert record.released(at=LATER - 1) == "stale"
    assert record.is_there()


def test_an_update_that_changes_nothing_moves_its_owners_time_too(record: Record) -> None:
    record.acquired()
    client = record.service.client(owner=owner_header("update", at=LATER))
    assert outcome_of(lambda: client.untag_resource(resourceArn=record.arn(), tagKeys=["never-was"])) == "ok"
    assert record.released(at=LATER - 1) == "stale"


def test_an_update_by_another_stack_leaves_the_owner(record: Record) -> None:
    record.acquired()
    assert record.tagged("new", stack="depot", at=LATER) == "ok"
    assert record.owner() == "StartUpsell"
    assert record.released() == "done"


def test_an_update_without_a_time_is_never_stale(record: Record) -> None:
    record.acquired()
    record.tagged("dated", at=LATER)
    assert record.tagged("undated") == "ok"
    assert tag_of(record) == "undated"


@pytest.mark.parametrize("stack", ["shop", "depot"], ids=["owner", "other"])
@pytest.mark.parametrize("kind", ["project", "feature", "launch", "delivery"])
def test_every_update_follows_the_same_rule(service: Service, kind: str, stack: str) -> None:
    record = Record(service, "project" if kind == "delivery" else kind).make()
    record.acquired()
    assert outcome_of(updates(service, at=LATER, stack=stack)[kind]) == "ok"
    read = getattr(service.client(), f"get_{record.kind}")
    names = LAUNCH if kind == "launch" else {"project": "petfood", "feature": "november"}
    names = {"project": "november"} if record.kind == "project" else names
    before = read(**names)[record.kind]
    service.now += 60_000
    stale = updates(service, at=LATER - 1, stack=stack)[kind]
    assert outcome_of(stale) == "stale"
    assert "stale" in refusal_of(stale)
    assert read(**names)[record.kind] == before


def test_an_update_by_hand_is_never_stale(record: Record) -> None:
    record.acquired()
    record.tagged("owner", at=LATER)
    record.service.client().tag_resource(resourceArn=record.arn(), tags={"stage": "hand"})
    assert (tag_of(record), record.owner()) == ("hand", "StartUpsell")


@pytest.mark.parametrize(
    ("started_by", "outcome"),
    [
        (["shop"], "in-use"),
        (["shop", "shop"], "in-use"),
        (["depot"], "ConflictException"),
        (["shop", "depot"], "ConflictException"),
        ([""], "ConflictException"),
    ],
    ids=["the own stack", "two of the own stack", "another stack's", "one of another stack", "started by hand"],
)
def test_a_variation_is_in_use_where_the_callers_stack_started_every_launch_that_serves_it(
    service: Service, started_by: list[str], outcome: str
) -> None:
    for number, stack in enumerate(started_by):
        run = Record(service, "run", f"launch-{number}").make()
        run.acquire(stack=stack)() if stack else run.by_hand()
    client = service.client(owner=owner_header("update", at=LATER))
    remove = partial(client.update_feature, project="petfood", feature="upsell", removeVariations=["on"])
    more = {"defaultVariation": "off", "description": "new"}
    before = service.client().get_feature(project="petfood", feature="upsell")["feature"]

    assert outcome_of(partial(remove, **more)) == outcome
    assert service.client().get_feature(project="petfood", feature="upsell")["feature"] == before
    by_hand = service.client().update_feature
    assert outcome_of(partial(by_hand, **{**remove.keywords, **more})) == "ConflictException"
