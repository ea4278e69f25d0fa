"""Notes of an owner's releases and updates: they precede the resource, outlive it, and show nowhere."""

from functools import partial
from typing import Any

import pytest

from helpers.evidently_api import owner_header, stack_id
from helpers.records import CREATED, DELETED, KINDS, Record
from helpers.service import NOON, Service

SECONDS = NOON // 1000
DAY = 24 * 3600
# The partition of each record's notes.
PLACES = {
    "run": "note#run#petfood#november",
    "launch": "note#launch#petfood#november",
    "feature": "note#feature#petfood#november",
    "project": "note#project#november",
    "segment": "note#segment#november",
}


@pytest.fixture(params=KINDS)
def record(service: Service, request: pytest.FixtureRequest) -> Record:
    """Return a record of each kind."""
    return Record(service, request.param).make()


def notes(service: Service) -> list[dict[str, Any]]:
    """Return the items of all notes."""
    found: Any = service.store.client.scan(TableName=service.table, ConsistentRead=True)["Items"]
    return [item for item in found if item["pk"]["S"].startswith("note#")]


def test_a_release_leaves_one_item_by_record_and_owner(record: Record) -> None:
    record.released()
    assert notes(record.service) == [
        {
            "pk": {"S": PLACES[record.kind]},
            "sk": {"S": f"{stack_id('shop')}#StartUpsell"},
            "schema": {"N": "1"},
            "releasedAt": {"N": str(DELETED)},
            "expires": {"N": str(SECONDS + DAY)},
        }
    ]


def test_each_owner_has_its_own_note_which_no_other_can_displace(record: Record) -> None:
    record.released()
    for number in range(8):
        record.released(resource=f"Forged{number}", at=SECONDS + 300)
        record.released(stack=f"forged-{number}", at=SECONDS + 300)
    assert record.acquired() == "stale"
    assert len(notes(record.service)) == 17


@pytest.mark.parametrize(("at", "since"), [(SECONDS - 10, SECONDS), (SECONDS + 200, SECONDS + 200)])
def test_a_note_is_kept_for_a_day_from_the_later_of_now_and_its_time(record: Record, at: int, since: int) -> None:
    record.released(at=at)
    (note,) = notes(record.service)
    assert note["expires"] == {"N": str(since + DAY)}


def test_a_note_that_moves_forward_is_kept_longer(record: Record) -> None:
    record.released()
    record.service.now += 3_600_000
    record.released()  # the same release again writes nothing
    assert [note["expires"]["N"] for note in notes(record.service)] == [str(SECONDS + DAY)]
    record.released(at=DELETED + 1)
    assert [note["expires"]["N"] for note in notes(record.service)] == [str(SECONDS + 3600 + DAY)]


def test_an_old_note_counts_until_it_is_deleted(record: Record) -> None:
    record.released()
    record.service.now += 10 * DAY * 1000
    assert record.acquired() == "stale"


def test_a_note_precedes_the_resource_and_outlives_it(record: Record) -> None:
    evidently = record.service.client()
    record.released(at=DELETED)
    assert record.acquired(at=DELETED + 1) == "ok"
    assert record.released(at=DELETED + 2) == "done"
    if record.kind == "run":
        for _ in range(2):
            evidently.delete_launch(project="petfood", launch="november")
            record.make()
    else:
        record.by_hand()
        record.end_by_hand()
    assert record.acquired(at=DELETED + 2) == "stale"
    assert not record.is_there()


def test_records_do_not_share_notes(record: Record) -> None:
    for kind in KINDS:
        if kind != record.kind:
            assert Record(record.service, kind, record.name).released() == "not-owner"
    assert Record(record.service, record.kind, "december").released() == "not-owner"
    assert record.acquired() == "ok"


def listed(service: Service) -> dict[str, Any]:
    """Return all lists and counters of the API."""
    evidently = service.client()
    return {
        "projects": evidently.list_projects()["projects"],
        "features": evidently.list_features(project="petfood")["features"],
        "launches": evidently.list_launches(project="petfood")["launches"],
        "segments": evidently.list_segments()["segments"],
        "references": evidently.list_segment_references(segment="november", type="LAUNCH")["referencedBy"],
        "counters": service.store.client.get_item(
            TableName=service.table, Key={"pk": {"S": "account"}, "sk": {"S": "counters"}}
        )["Item"],
        "evaluation": evidently.evaluate_feature(project="petfood", feature="upsell", entityId="anna")["variation"],
    }


def test_notes_are_in_no_list_no_counter_and_no_evaluation(service: Service) -> None:
    service.with_launch().create_segment(name="november", pattern='{"a": [1]}')
    before = listed(service)
    for kind in KINDS:
        Record(service, kind).released(stack="depot")
        Record(service, kind, "never-was").released()
    assert len(notes(service)) == 10
    assert listed(service) == before


def test_the_update_of_an_adopter_leaves_a_note_beside_its_release(service: Service) -> None:
    service.with_launch()
    record = Record(service, "launch")
    update = service.client(owner=owner_header("update", at=CREATED)).update_launch
    update(project="petfood", launch="november", description="x")
    record.released()
    (note,) = notes(service)
    assert (note["updatedAt"], note["releasedAt"]) == ({"N": str(CREATED)}, {"N": str(DELETED)})


def test_a_refused_delete_leaves_no_note(service: Service) -> None:
    evidently = service.with_launch()
    evidently.create_segment(name="vip", pattern='{"a": [1]}')
    override = {"segment": "vip", "evaluationOrder": 1, "weights": {"all": 1}}
    step = {"startTime": 1, "groupWeights": {"all": 1}, "segmentOverrides": [override]}
    service.with_launch("december", scheduledSplitsConfig={"steps": [step]})
    evidently.start_launch(project="petfood", launch="november")
    before = own_all(service)
    owner = service.client(owner=owner_header("release", at=DELETED))
    for call in (
        partial(owner.delete_project, project="petfood"),
        partial(owner.delete_feature, project="petfood", feature="upsell"),
        partial(owner.delete_segment, segment="vip"),
    ):
        with pytest.raises(owner.exceptions.ConflictException) as caught:
            call()
        assert caught.value.response["ResponseMetadata"]["HTTPHeaders"]["x-evidently-ownership"] == "rules=1"
    assert service.store.client.scan(TableName=service.table)["Items"] == before


def own_all(service: Service) -> Any:
    """Make the caller an owner of project, feature and segment, in the table itself; return all items."""
    client, table = service.store.client, service.table
    ownership = {"S": f'{{"stack":"{stack_id("shop")}","owners":{{"StartUpsell":{CREATED}}},"lastWord":null}}'}
    for pk, sk in (("projects", "petfood"), ("project#petfood", "feature#upsell"), ("segments", "vip")):
        client.update_item(
            TableName=table,
            Key={"pk": {"S": pk}, "sk": {"S": sk}},
            UpdateExpression="SET ownership = :ownership",
            ExpressionAttributeValues={":ownership": ownership},
        )
    return client.scan(TableName=table)["Items"]
