"""The owner of a resource as tags: those that CloudFormation itself would set, and that no request can."""

import pytest

from helpers.evidently_api import owner_header, stack_id
from helpers.records import CREATED, KINDS, Record, outcome_of
from helpers.service import Service

LAUNCH = {"project": "petfood", "launch": "november"}
LATER = CREATED + 30
TAGS = {
    "aws:cloudformation:stack-id": stack_id("shop"),
    "aws:cloudformation:stack-name": "shop",
    "aws:cloudformation:logical-id": "StartUpsell",
}


@pytest.fixture(params=[kind for kind in KINDS if kind != "run"])
def record(service: Service, request: pytest.FixtureRequest) -> Record:
    """Return the record of the existence of a resource of each kind."""
    return Record(service, request.param).make()


def test_the_owner_shows_as_the_tags_that_cloudformation_would_set(record: Record) -> None:
    record.by_hand()
    evidently = record.service.client()
    assert evidently.list_tags_for_resource(resourceArn=record.arn())["tags"] == {}
    record.end_by_hand()
    created = record.acquire()()
    assert created[record.kind]["tags"] == TAGS
    assert evidently.list_tags_for_resource(resourceArn=record.arn())["tags"] == TAGS
    evidently.tag_resource(resourceArn=record.arn(), tags={"team": "food"})
    assert evidently.list_tags_for_resource(resourceArn=record.arn())["tags"] == {"team": "food", **TAGS}


def test_of_several_owners_the_latest_request_shows(record: Record) -> None:
    record.acquired(resource="A", at=LATER)
    record.acquired(resource="B", at=CREATED)
    record.acquired(resource="C", at=None)
    assert record.owner() == "A"
    record.acquired("acquire", LATER + 1, resource="C")
    assert record.owner() == "C"


def test_owner_tags_do_not_count_and_are_not_stored(record: Record) -> None:
    record.acquired()
    evidently = record.service.client()
    evidently.tag_resource(resourceArn=record.arn(), tags={f"k{number}": "" for number in range(50)})
    assert len(evidently.list_tags_for_resource(resourceArn=record.arn())["tags"]) == 53
    stored = str(record.service.store.client.scan(TableName=record.service.table)["Items"])
    assert "aws:cloudformation:stack-name" not in stored


@pytest.mark.parametrize("owner", [None, owner_header("update")])
def test_no_request_sets_or_removes_owner_tags(record: Record, owner: str | None) -> None:
    record.acquired()
    client = record.service.client(owner=owner)
    for key in TAGS:
        for call in (
            lambda key=key: client.tag_resource(resourceArn=record.arn(), tags={key: "x"}),
            lambda key=key: client.untag_resource(resourceArn=record.arn(), tagKeys=[key]),
        ):
            assert outcome_of(call) == "ValidationException"
    assert client.list_tags_for_resource(resourceArn=record.arn())["tags"] == TAGS


def test_a_run_shows_no_owner_in_its_launch(service: Service) -> None:
    service.with_launch()
    started = Record(service, "run").acquire()()["launch"]
    assert started["tags"] == {}
    assert "shop" not in str(service.client().get_launch(**LAUNCH)["launch"])


def test_items_without_ownership_have_no_owner(service: Service) -> None:
    service.with_launch().start_launch(**LAUNCH)
    service.store.client.update_item(
        TableName=service.table,
        Key={"pk": {"S": "project#petfood"}, "sk": {"S": "launch#november"}},
        UpdateExpression="SET starters = :starters, #stack = :stack, version = :version",
        ExpressionAttributeNames={"#stack": "stack"},
        ExpressionAttributeValues={":starters": {"SS": ["a" * 64]}, ":stack": {"S": "b" * 64}, ":version": {"N": "2"}},
    )
    assert Record(service, "run").acquired() == "running"
    assert Record(service, "launch").acquired() == "running"
    assert Record(service, "run").released() == "not-owner"
    service.client().stop_launch(**LAUNCH)
