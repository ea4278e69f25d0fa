"""Failures of DynamoDB that the local AWS never produces: conflicts of transactions, throttling, silence.

The client is boto3's own with botocore's Stubber: the local AWS never returns TransactionConflict, and has no way to
throttle or fail.
"""

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.stub import Stubber

from evidently_service.domain.launch_states import LaunchStatus
from evidently_service.domain.ownership import NOBODYS, Action, Caller
from evidently_service.domain.resources import Launch
from evidently_service.storage import items, keys
from evidently_service.storage.contention import ATTEMPTS
from helpers.evidently_api import api_event, lambda_context, owner_header, stack_id
from helpers.service import Service
from helpers.service_table import dynamodb_client

if TYPE_CHECKING:
    from collections.abc import Iterator

START = "/projects/petfood/launches/november/start"
OURS, THEIRS = (NOBODYS.with_owner(Caller(stack_id(name), "StartUpsell", Action.ACQUIRE)) for name in ("shop", "depot"))
OWNER = owner_header("acquire-new")
BODY = {"groups": [{"name": "all", "featureVariations": {"upsell": "on"}}], "randomizationSalt": "november"}
CREATED = Launch("petfood", "november", LaunchStatus.CREATED, created=1, updated=1, body=BODY)


@pytest.fixture
def dynamodb_stub() -> "Iterator[Stubber]":
    with Stubber(dynamodb_client("http://127.0.0.1:9")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def service_on(stubber: Stubber) -> Service:
    client: Any = stubber.client
    return Service(client, "table")


def add_read(stubber: Stubber, launch: Launch) -> None:
    """Stub the read of the launch and of its owner's note, one request."""
    note = {"pk": {"S": "note#run#petfood#november"}, "sk": {"S": f"{stack_id('shop')}#StartUpsell"}}
    read = [keys.launch_key("petfood", "november"), note]
    expected = {"TransactItems": [{"Get": {"TableName": "table", "Key": key}} for key in read]}
    stubber.add_response("transact_get_items", {"Responses": [{"Item": items.launch_item(launch)}, {}]}, expected)


def add_cancellation(stubber: Stubber, *codes: str) -> None:
    """Stub a cancelled StartLaunch; its writes are the launch, the note, the project, the feature."""
    stubber.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        modeled_fields={"CancellationReasons": [{"Code": code} for code in codes]},
    )


def start(service: Service, owner: str | None = OWNER) -> tuple[int, dict[str, Any]]:
    response = service.send("POST", START, headers={"x-evidently-owner": owner} if owner else {})
    assert response["headers"]["x-evidently-ownership"].startswith("rules=1")
    return response["statusCode"], {**json.loads(response["body"]), "type": response["headers"].get("x-amzn-errortype")}


def test_a_start_takes_a_read_and_a_transaction(dynamodb_stub: Stubber) -> None:
    add_read(dynamodb_stub, CREATED)
    dynamodb_stub.add_response("transact_write_items", {})
    service = service_on(dynamodb_stub)
    assert start(service)[0] == 200
    assert service.pauses == []


@pytest.mark.parametrize(
    "codes",
    [
        ("TransactionConflict", "None", "None", "None"),
        ("None", "None", "TransactionConflict", "None"),
        ("TransactionConflict", "TransactionConflict", "TransactionConflict", "TransactionConflict"),
        ("ConditionalCheckFailed", "None", "TransactionConflict", "None"),
        ("None", "ConditionalCheckFailed", "None", "None"),
        ("None", "ConditionalCheckFailed", "ConditionalCheckFailed", "None"),
    ],
)
def test_a_start_that_conflicts_with_another_write_is_retried(dynamodb_stub: Stubber, codes: tuple[str, ...]) -> None:
    add_read(dynamodb_stub, CREATED)
    add_cancellation(dynamodb_stub, *codes)
    add_read(dynamodb_stub, CREATED)
    dynamodb_stub.add_response("transact_write_items", {})
    service = service_on(dynamodb_stub)
    assert start(service)[0] == 200
    assert len(service.pauses) == 1


def test_a_start_whose_read_conflicts_with_a_write_is_retried(dynamodb_stub: Stubber) -> None:
    dynamodb_stub.add_client_error("transact_get_items", "TransactionCanceledException")
    add_read(dynamodb_stub, CREATED)
    dynamodb_stub.add_response("transact_write_items", {})
    assert start(service_on(dynamodb_stub))[0] == 200


def test_a_start_that_lost_to_its_own_retry_is_a_200(dynamodb_stub: Stubber) -> None:
    add_read(dynamodb_stub, CREATED)
    add_cancellation(dynamodb_stub, "TransactionConflict", "None", "None", "None")
    add_read(dynamodb_stub, CREATED.start(2, OURS))
    status, response = start(service_on(dynamodb_stub))
    assert status == 200
    assert response["launch"]["execution"]["startedTime"] == 0.002


def test_a_start_that_lost_to_another_is_a_conflict(dynamodb_stub: Stubber) -> None:
    add_read(dynamodb_stub, CREATED)
    add_cancellation(dynamodb_stub, "TransactionConflict", "None", "None", "None")
    add_read(dynamodb_stub, CREATED.start(2, THEIRS))
    status, response = start(service_on(dynamodb_stub))
    assert (status, response["type"]) == (409, "ConflictException")


def test_endless_contention_is_throttling_after_growing_pauses(dynamodb_stub: Stubber) -> None:
    for _ in range(ATTEMPTS):
        add_read(dynamodb_stub, CREATED)
        add_cancellation(dynamodb_stub, "None", "None", "TransactionConflict", "None")
    service = service_on(dynamodb_stub)
    status, response = start(service)
    assert (status, response["type"]) == (429, "ThrottlingException")
    assert len(service.pauses) == ATTEMPTS - 1
    assert 0 < service.pauses[0] < service.pauses[4] < service.pauses[-1]
    assert sum(service.pauses) < 5


def test_a_false_condition_outweighs_a_conflict(dynamodb_stub: Stubber) -> None:
    add_read(dynamodb_stub, CREATED)
    add_cancellation(dynamodb_stub, "None", "None", "TransactionConflict", "ConditionalCheckFailed")
    status, response = start(service_on(dynamodb_stub))
    assert (status, response["type"]) == (400, "ValidationException")


@pytest.mark.parametrize("code", ["ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_throttled_transaction_is_throttling(dynamodb_stub: Stubber, code: str) -> None:
    add_read(dynamodb_stub, CREATED)
    add_cancellation(dynamodb_stub, "None", "None", code, "TransactionConflict")
    status, response = start(service_on(dynamodb_stub))
    assert (status, response["type"]) == (429, "ThrottlingException")


@pytest.mark.parametrize(
    "failure",
    [
        ("ProvisionedThroughputExceededException", 429, "ThrottlingException"),
        ("ThrottlingException", 429, "ThrottlingException"),
        ("RequestLimitExceeded", 429, "ThrottlingException"),
        ("InternalServerError", 503, "ServiceUnavailableException"),
        ("TransactionInProgressException", 503, "ServiceUnavailableException"),
        ("ServiceUnavailable", 503, "ServiceUnavailableException"),
        ("AccessDeniedException", 503, "ServiceUnavailableException"),
        ("ResourceNotFoundException", 503, "ServiceUnavailableException"),
        ("ValidationException", 500, "InternalServerException"),
    ],
)
@pytest.mark.parametrize(("owner", "read"), [(None, "get_item"), (OWNER, "transact_get_items")])
def test_a_table_that_fails_is_an_error_of_the_model(
    dynamodb_stub: Stubber, failure: tuple[str, int, str], owner: str | None, read: str
) -> None:
    code, *expected = failure
    dynamodb_stub.add_client_error(read, code)
    status, response = start(service_on(dynamodb_stub), owner)
    assert [status, response["type"]] == expected


class _Silent:
    """A client whose endpoint does not respond."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def get_item(self, **_: Any) -> None:
        raise self._error


@pytest.mark.parametrize("error", [EndpointConnectionError(endpoint_url="x"), ReadTimeoutError(endpoint_url="x")])
def test_a_table_that_does_not_respond_is_unavailable(error: Exception) -> None:
    client: Any = _Silent(error)
    status, response = start(Service(client, "table"), None)
    assert (status, response["type"]) == (503, "ServiceUnavailableException")


def test_a_fault_logs_one_line_without_the_requests_content(capsys: pytest.CaptureFixture[str]) -> None:
    client: Any = _Silent(RuntimeError("secret-from-the-request"))
    context = lambda_context()
    response = Service(client, "table").handler(
        api_event("GET", "/projects/secret-project", headers={"authorization": "secret-signature"}), context
    )
    (line,) = capsys.readouterr().out.splitlines()
    logged = json.loads(line)
    assert (response["statusCode"], response["headers"]["x-evidently-ownership"]) == (500, "rules=1")
    assert response["headers"]["x-amzn-errortype"] == "InternalServerException"
    assert context.aws_request_id in json.loads(response["body"])["message"]
    assert (logged["level"], logged["requestId"], logged["error"]) == ("ERROR", context.aws_request_id, "RuntimeError")
    assert "store.py" in " ".join(logged["trace"])
    assert "secret" not in line
    assert "secret" not in response["body"]


def test_an_unavailable_table_leaves_its_cause_in_the_log(
    dynamodb_stub: Stubber, capsys: pytest.CaptureFixture[str]
) -> None:
    dynamodb_stub.add_client_error("get_item", "AccessDeniedException", "not for secret-user")
    start(service_on(dynamodb_stub), None)
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["causeCode"] == "AccessDeniedException"
    assert "secret" not in line


def test_a_refused_request_logs_nothing(dynamodb_stub: Stubber, capsys: pytest.CaptureFixture[str]) -> None:
    service_on(dynamodb_stub).send("GET", "/nowhere")
    assert capsys.readouterr().out == ""
