"""Items of another schema: an update raises an older item; a newer one is readable, and never replaced or deleted."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from evidently_service.storage import items
from evidently_service.storage.items import SCHEMA
from helpers.evidently_api import owner_header
from helpers.records import outcome_of, refusal_of
from helpers.service import Service

LAUNCH = ("project#petfood", "launch#november")
FEATURE = ("project#petfood", "feature#upsell")
PROJECT = ("projects", "petfood")
SEGMENT = ("segments", "birds")
NAMES = {"project": "petfood", "launch": "november"}
STEPS = [
    {
        "startTime": 0,
        "groupWeights": {"all": 100_000},
        "segmentOverrides": [{"segment": "birds", "evaluationOrder": 0, "weights": {"all": 100_000}}],
    }
]
Key = tuple[str, str]


@pytest.fixture(autouse=True)
def evidently(service: Service) -> Any:
    """Create one resource of each kind, and a segment `fish` without references; return a client."""
    for name in ("birds", "fish"):
        service.client().create_segment(name=name, pattern='{"pet": ["bird"]}')
    return service.with_launch(scheduledSplitsConfig={"steps": STEPS})


def item_at(service: Service, key: Key) -> dict[str, Any]:
    """Return an item as stored."""
    keys: Any = {"pk": {"S": key[0]}, "sk": {"S": key[1]}}
    found: Any = service.store.client.get_item(TableName=service.table, Key=keys, ConsistentRead=True)
    return dict(found["Item"])


def plant(service: Service, key: Key, schema: int | None) -> dict[str, Any]:
    """Store an item in another schema: None has no `schema`; a newer one adds an attribute and a member of `body`."""
    item = item_at(service, key)
    item.pop("schema")
    if schema is not None:
        item["schema"] = {"N": str(schema)}
    if schema is not None and schema > SCHEMA:
        item["audience"] = {"S": "everybody"}
        item["body"] = {"S": json.dumps({**json.loads(item["body"]["S"]), "audience": "everybody"})}
    service.store.client.put_item(TableName=service.table, Item=item)
    return item


@pytest.mark.parametrize("key", [PROJECT, FEATURE, LAUNCH])
def test_an_update_raises_an_item_without_a_schema_to_this_one(service: Service, evidently: Any, key: Key) -> None:
    plant(service, key, None)
    evidently.update_project(project="petfood", description="new")
    evidently.update_feature(project="petfood", feature="upsell", description="new")
    evidently.update_launch(**NAMES, description="new")
    assert item_at(service, key)["schema"] == {"N": str(SCHEMA)}


def test_items_without_a_schema_start_run_stop_and_go(service: Service, evidently: Any) -> None:
    for key in (PROJECT, FEATURE, LAUNCH, SEGMENT):
        plant(service, key, None)
    assert evidently.start_launch(**NAMES)["launch"]["status"] == "RUNNING"
    evidently.stop_launch(**NAMES)
    evidently.delete_launch(**NAMES)
    evidently.delete_feature(project="petfood", feature="upsell")
    evidently.delete_project(project="petfood")
    evidently.delete_segment(segment="birds")
    assert evidently.list_projects()["projects"] == []


def test_reads_of_a_newer_item_show_what_this_version_knows(service: Service, evidently: Any) -> None:
    reads: list[Callable[[], Any]] = [
        lambda: evidently.get_project(project="petfood")["project"],
        lambda: evidently.get_feature(project="petfood", feature="upsell")["feature"],
        lambda: evidently.get_launch(**NAMES)["launch"],
        lambda: evidently.get_segment(segment="birds")["segment"],
        lambda: evidently.list_launches(project="petfood")["launches"],
        lambda: evidently.list_segments()["segments"],
    ]
    before = [read() for read in reads]
    for key in (PROJECT, FEATURE, LAUNCH, SEGMENT):
        plant(service, key, SCHEMA + 1)
    assert [read() for read in reads] == before


def test_evaluations_go_on_with_newer_items(service: Service, evidently: Any) -> None:
    evidently.start_launch(**NAMES)
    run = (FEATURE[0], f"{FEATURE[1]}#run#november")
    for key in (PROJECT, FEATURE, LAUNCH, run):
        plant(service, key, SCHEMA + 1)
    found = evidently.evaluate_feature(project="petfood", feature="upsell", entityId="somebody")
    assert (found["variation"], found["reason"]) == ("on", "LAUNCH_RULE_MATCH")


WRITES: dict[str, tuple[Key, Callable[[Any], Any]]] = {
    "UpdateProject": (PROJECT, lambda client: client.update_project(project="petfood", description="new")),
    "DeleteProject": (PROJECT, lambda client: client.delete_project(project="petfood")),
    "UpdateFeature": (FEATURE, lambda client: client.update_feature(project="petfood", feature="upsell")),
    "DeleteFeature": (FEATURE, lambda client: client.delete_feature(project="petfood", feature="upsell")),
    "UpdateLaunch": (LAUNCH, lambda client: client.update_launch(**NAMES, description="new")),
    "DeleteLaunch": (LAUNCH, lambda client: client.delete_launch(**NAMES)),
    "StartLaunch": (LAUNCH, lambda client: client.start_launch(**NAMES)),
    "DeleteSegment": (("segments", "fish"), lambda client: client.delete_segment(segment="fish")),
    "TagResource": (
        LAUNCH,
        lambda client: client.tag_resource(
            resourceArn=client.get_launch(**NAMES)["launch"]["arn"], tags={"team": "birds"}
        ),
    ),
}


@pytest.mark.parametrize("operation", WRITES)
def test_a_write_of_a_newer_item_is_refused_and_changes_nothing(
    service: Service, evidently: Any, operation: str
) -> None:
    key, write = WRITES[operation]
    planted = plant(service, key, SCHEMA + 1)
    assert refusal_of(lambda: write(evidently)) == (
        f"The table's item '{key[0]} {key[1]}' was written by a newer version of EvidentlyService; "
        "deploy that version to change it."
    )
    with pytest.raises(evidently.exceptions.ServiceUnavailableException):
        write(evidently)
    assert item_at(service, key) == planted


def test_only_a_newer_version_stops_a_running_launch_of_a_newer_schema(service: Service, evidently: Any) -> None:
    evidently.start_launch(**NAMES)
    plant(service, LAUNCH, SCHEMA + 1)
    assert "newer version of EvidentlyService" in refusal_of(lambda: evidently.stop_launch(**NAMES))
    evidently.update_feature(project="petfood", feature="upsell", evaluationStrategy="DEFAULT_VARIATION")
    found = evidently.evaluate_feature(project="petfood", feature="upsell", entityId="somebody")
    assert found["reason"] == "DEFAULT"


def test_a_stack_cannot_join_or_release_a_launch_of_a_newer_schema(service: Service) -> None:
    first = service.client(owner=owner_header("acquire-new"))
    first.start_launch(**NAMES)
    planted = plant(service, LAUNCH, SCHEMA + 1)
    second = service.client(owner=owner_header("acquire-new", "StartAgain"))
    release = service.client(owner=owner_header("release"))
    assert outcome_of(lambda: second.start_launch(**NAMES)) == "ServiceUnavailableException"
    assert outcome_of(lambda: release.stop_launch(**NAMES)) == "ServiceUnavailableException"
    assert item_at(service, LAUNCH) == planted


def test_a_create_finds_a_newer_item_under_its_name_as_any_other(service: Service, evidently: Any) -> None:
    plant(service, PROJECT, SCHEMA + 1)
    assert refusal_of(lambda: evidently.create_project(name="petfood")).endswith("already exists.")


def test_counters_and_runs_change_beside_what_a_newer_version_added(service: Service, evidently: Any) -> None:
    counters = ("account", "counters")
    newer = {key: plant(service, key, SCHEMA + 1) for key in (PROJECT, FEATURE)}
    item = {**item_at(service, counters), "schema": {"N": str(SCHEMA + 1)}}
    service.store.client.put_item(TableName=service.table, Item=item)
    evidently.start_launch(**NAMES)
    evidently.create_project(name="other")
    for key in (PROJECT, FEATURE):
        after = item_at(service, key)
        assert (after["schema"], after["audience"]) == (newer[key]["schema"], newer[key]["audience"])
    assert item_at(service, PROJECT)["activeLaunchCount"] == {"N": "1"}
    assert item_at(service, counters)["schema"] == {"N": str(SCHEMA + 1)}


def test_a_note_of_a_newer_schema_moves_forward_and_keeps_it(service: Service) -> None:
    def release(at: int) -> None:
        service.client(owner=owner_header("release", at=at)).stop_launch(**NAMES)

    at = service.now // 1000
    release(at)
    (note,) = [
        item
        for item in service.store.client.scan(TableName=service.table)["Items"]
        if item["pk"]["S"].startswith("note#")
    ]
    newer: Any = {**note, "schema": {"N": str(SCHEMA + 1)}, "audience": {"S": "everybody"}}
    service.store.client.put_item(TableName=service.table, Item=newer)
    release(at + 1)
    key = (note["pk"]["S"], note["sk"]["S"])
    after = item_at(service, key)
    assert (after["schema"], after["audience"]) == (newer["schema"], newer["audience"])
    assert items.note_from(after).released_at == at + 1
