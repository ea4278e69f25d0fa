"""The contract of the in-process AWS: it responds like the local AWS behind its socket, and stores the same.

A service whose client sends each request to both plays sequences of the API. Each response has to be equal, errors and
cancellation reasons included, and so do the tables at the end. Both are MiniStack: so this shows that neither the
missing server nor boto3's missing socket changes what a test in tests/unit finds. It says nothing about AWS's own
DynamoDB, which the service meets in an account alone.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from evidently_service.domain.errors import ThrottledError, UnavailableError
from evidently_service.domain.launch_states import LaunchStatus
from evidently_service.domain.quotas import Quotas
from evidently_service.domain.resources import Launch
from evidently_service.storage import items, keys
from evidently_service.storage.store import Filter, Span, Store
from evidently_service.storage.transaction import Check, ConditionsFailedError, Delete, Put, Update, Write
from evidently_service.storage.writes import change, check
from evidently_service.telemetry.deliveries import Deliveries
from helpers import lifecycle
from helpers.in_process_aws import dynamodb_in_process, logs_in_process
from helpers.records import CREATED, DELETED, KINDS, Record
from helpers.service import NOON, ON_AND_OFF, Service
from helpers.service_table import make_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from evidently_service.storage.keys import Item
    from local_aws.server import LocalAws

BODY = {"groups": [{"name": "all", "featureVariations": {"upsell": "on"}}], "randomizationSalt": "november"}
CREATED_LAUNCH = Launch("petfood", "november", LaunchStatus.CREATED, created=1, updated=1, body=BODY)
RUNNING_LAUNCH = Launch("petfood", "november", LaunchStatus.RUNNING, created=1, updated=2, body=BODY, started=2)
MADE_HERE = {"nextSequenceToken", "ingestionTime", "creationTime", "eventId"}  # a clock or a random number made them


class Both:
    """Two boto3 clients in the place of one: each request goes to both, and their responses have to be equal."""

    def __init__(self, here: Any, behind_socket: Any) -> None:
        self.here, self.behind_socket = here, behind_socket
        self.exceptions = here.exceptions
        self.requests: list[str] = []

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        return partial(self._request, operation)

    def _request(self, operation: str, **arguments: Any) -> Any:
        self.requests.append(operation)
        ours, theirs = (
            _outcome(partial(getattr(client, operation), **arguments)) for client in (self.here, self.behind_socket)
        )
        assert _comparable(ours) == _comparable(theirs), operation
        if isinstance(ours, ClientError):
            raise ours
        return ours


def _outcome(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except ClientError as error:
        return error


def _comparable(outcome: Any) -> Any:
    """Return a response without what differs between two requests to one server."""
    match outcome:
        case ClientError():
            return type(outcome).__name__, outcome.operation_name, str(outcome), _comparable(outcome.response)
        case {"ResponseMetadata": {"HTTPStatusCode": status}, **response}:
            return status, _comparable(response)
        case dict():
            return {name: _comparable(each) for name, each in outcome.items() if name not in MADE_HERE}
        case list():
            return [_comparable(each) for each in outcome]
        case _:
            return outcome


@pytest.fixture
def both(dynamodb: "DynamoDBClient") -> Any:
    """A client of both DynamoDBs."""
    return Both(dynamodb_in_process(), dynamodb)


@pytest.fixture
def table(both: Any) -> str:
    """The name of a table that both DynamoDBs have."""
    name = f"evidently-{uuid4().hex[:12]}"
    for client in (both.here, both.behind_socket):
        make_table(client, name)
    return name


def stored(client: "DynamoDBClient", table: str) -> list[Any]:
    """Return a table's items, in the order of their keys."""
    pages = client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    found = [item for page in pages for item in page["Items"]]
    return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


def stored_by_both(both: Any, table: str) -> list[Any]:
    """Return the items that both tables have."""
    here, behind_socket = (stored(client, table) for client in (both.here, both.behind_socket))
    assert here == behind_socket
    return here


def test_the_lifecycle_of_a_launch(both: Any, table: str) -> None:
    service = Service(both, table)
    call = lifecycle.Recorder(service.client())
    lifecycle.run(call)
    assert {each["status"] for each in call.calls} == {200, 400, 404, 409}
    assert {"get_item", "transact_get_items", "transact_write_items", "query"} <= set(both.requests)
    stored_by_both(both, table)


@pytest.mark.parametrize("kind", KINDS)
def test_owners_and_their_notes(both: Any, table: str, kind: str) -> None:
    record = Record(Service(both, table), kind).make()
    outcomes = [
        record.acquired(),
        record.acquired(),
        record.acquired(resource="Other"),
        record.acquired(stack="depot"),
        record.acquired("acquire", stack="depot"),
        record.tagged("beta", at=CREATED + 1) if kind != "run" else "ok",
        record.released("leave", resource="Other"),
        record.released(at=CREATED - 1),
        record.released(),
        record.acquired(),
        record.acquired(at=DELETED + 1, stack="depot"),
    ]
    assert {"ok", "stale"} <= set(outcomes)
    assert [item for item in stored_by_both(both, table) if item["pk"]["S"].startswith("note#")]


def test_pages_filters_counters_and_references(both: Any, table: str) -> None:
    service = Service(both, table, Quotas(launches_per_project=4, running_launches_per_project=2))
    evidently = service.client()
    evidently.create_segment(name="norway", pattern='{"country": ["NO"]}')
    override = {"segment": "norway", "evaluationOrder": 1, "weights": {"all": 1}}
    steps = {"steps": [{"startTime": 1, "groupWeights": {"all": 1}, "segmentOverrides": [override]}]}
    plain_steps = {"steps": [{"startTime": 1, "groupWeights": {"all": 1}}]}
    for number in range(4):
        service.with_launch(f"launch-{number}", scheduledSplitsConfig=steps)
    call = lifecycle.Recorder(evidently)
    call("create_launch", project="petfood", name="one-more", groups=lifecycle.GROUPS)
    for number in range(3):
        call("start_launch", project="petfood", launch=f"launch-{number}")
    for status in ("RUNNING", "CREATED", "COMPLETED"):
        call.pages("list_launches", project="petfood", status=status)
    call.pages("list_segment_references", segment="norway", type="LAUNCH")
    call("delete_segment", segment="norway")
    call("update_launch", project="petfood", launch="launch-3", scheduledSplitsConfig=plain_steps)
    call("update_feature", project="petfood", feature="upsell", removeVariations=["on"], defaultVariation="off")
    call("update_feature", project="petfood", feature="upsell", addOrUpdateVariations=[{**ON_AND_OFF[0], "name": "x"}])
    call("stop_launch", project="petfood", launch="launch-0", desiredState="COMPLETED")
    call("delete_launch", project="petfood", launch="launch-3")
    call("tag_resource", resourceArn=evidently.get_project(project="petfood")["project"]["arn"], tags={"a": "b"})
    assert stored_by_both(both, table)


WRITES: list[tuple[str, list[Write], set[int]]] = [
    ("a put", [Put({**keys.project_key("x"), "set": {"SS": ["b", "a"]}, "map": {"M": {"a": {"NULL": True}}}})], set()),
    ("a put of a key in use", [Put(items.launch_item(CREATED_LAUNCH))], {0}),
    ("a version that was read", [change(CREATED_LAUNCH, RUNNING_LAUNCH)], set()),
    ("a stale version", [change(RUNNING_LAUNCH, CREATED_LAUNCH), Put(keys.project_key("y"))], {0}),
    ("an absent item", [check(keys.project_key("none"), None)], set()),
    ("an absent item that should exist", [Check(keys.project_key("none"))], {0}),
    ("a present item", [check(keys.launch_key("petfood", "november"), CREATED_LAUNCH)], set()),
    ("a present item that should be absent", [check(keys.launch_key("petfood", "november"), None)], {0}),
    ("a delete", [Delete(keys.launch_key("petfood", "november"))], set()),
    ("a delete of nothing", [Delete(keys.project_key("none")), Put(keys.project_key("z"))], {0}),
    ("a counter", [Update(keys.project_key("n"), "ADD n :one", {":one": {"N": "1"}}, condition="n < :one")], {0}),
    (
        "an update that creates",
        [Update(keys.project_key("n"), "ADD n :one", {":one": {"N": "1"}}, condition="attribute_not_exists(n)")],
        set(),
    ),
]


@pytest.mark.parametrize(("writes", "failed"), [each[1:] for each in WRITES], ids=[each[0] for each in WRITES])
def test_a_transaction_and_the_reasons_of_a_cancelled_one(
    both: Any, table: str, writes: list[Write], failed: set[int]
) -> None:
    store = Store(both, table)
    store.write(Put(items.launch_item(CREATED_LAUNCH)))
    before = stored_by_both(both, table)
    found: set[int] = set()
    try:
        store.write(*writes)
    except ConditionsFailedError as error:
        found = {number for number, write in enumerate(writes) if error.failed(write)}
    assert found == failed
    assert not failed or stored_by_both(both, table) == before
    stored_by_both(both, table)


def test_a_span_is_read_in_pages_in_one_order_of_keys(both: Any, table: str) -> None:
    store = Store(both, table)
    names = ["b", "a-1", "a", "é", "B", "a_1", "10", "9"]
    for number, name in enumerate(names):
        body: Item = {"body": {"S": "x" * 300_000}, "n": {"N": str(number)}}
        store.write(Put({"pk": {"S": "span"}, "sk": {"S": f"s#{name}"}, **body}))
    span = Span("span", "s#", "s#~")
    shown = Filter("#n >= :least", {":least": {"N": "3"}}, {"#n": "n"})
    assert len(store.all_in(span)) == len(names) - 1
    after: str | None = None
    listed: list[Any] = []
    while True:
        page, after = store.page(span, after, 2, shown)
        listed += page
        if after is None:
            break
    assert [item["sk"]["S"] for item in listed] == ["s#10", "s#9", "s#B", "s#a_1"]
    read: list[Item] = [{"pk": {"S": "span"}, "sk": {"S": f"s#{name}"}} for name in ("a", "none", "b")]
    assert [item and item["sk"]["S"] for item in store.read_all(read)] == ["s#a", None, "s#b"]
    assert store.read(read[1]) is None


def test_a_repeated_client_token_is_applied_once_and_another_request_with_it_is_refused(both: Any, table: str) -> None:
    add = {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    token = uuid4().hex
    for name in ("x", "x", "y"):
        writes = [{"Update": {"TableName": table, "Key": keys.project_key(name), **add}}]
        with suppress(ClientError):
            both.transact_write_items(TransactItems=writes, ClientRequestToken=token)
    assert [item["n"] for item in stored_by_both(both, table)] == [{"N": "1"}]


def test_an_unknown_table_is_unavailable(both: Any) -> None:
    store = Store(both, "none")
    for call in (
        partial(store.read, keys.project_key("x")),
        partial(store.read_all, [keys.project_key("x")]),
        partial(store.all_in, Span("x", "a", "b")),
        partial(store.write, Put(keys.project_key("x"))),
    ):
        with pytest.raises(UnavailableError) as caught:
            call()
        assert not isinstance(caught.value, ThrottledError)


def test_malformed_expressions_are_refused_alike(both: Any, table: str) -> None:
    update = partial(both.update_item, TableName=table, Key=keys.project_key("x"))
    calls = [
        partial(update, UpdateExpression="SET a.b = :x", ExpressionAttributeValues={":x": {"N": "1"}}),
        partial(update, UpdateExpression="ADD a :x"),
        partial(update, UpdateExpression="SET status = :x", ExpressionAttributeValues={":x": {"N": "1"}}),
        partial(both.get_item, TableName=table, Key={"pk": {"S": "x"}}),
    ]
    for call in calls:
        with suppress(ClientError):
            call()
    stored_by_both(both, table)


def test_events_of_evaluations_in_a_log_group(both: Any, table: str, local_aws: "LocalAws") -> None:
    here = logs_in_process()
    logs: Any = Both(here, local_aws.client("logs", region_name=here.meta.region_name))
    group = f"/petfood/{uuid4()}"
    logs.create_log_group(logGroupName=group)
    groups = frozenset([group, "/petfood/none"])
    service = Service(both, table, deliveries=Deliveries(groups, lambda: logs, stream="a-container"))
    evidently = service.with_launch()
    for each in (group, "/petfood/none"):
        evidently.update_project_data_delivery(project="petfood", cloudWatchLogs={"logGroup": each})
        for entity in ("anna", "bob"):
            evidently.evaluate_feature(project="petfood", feature="upsell", entityId=entity)
        service.now += 60_000
    events = logs.filter_log_events(logGroupName=group)["events"]
    assert [event["timestamp"] for event in sorted(events, key=itemgetter("timestamp"))] == [NOON, NOON]
    assert logs.requests.count("create_log_stream") == 2
