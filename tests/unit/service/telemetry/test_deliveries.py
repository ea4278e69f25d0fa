"""Deliveries to log groups: an event or a log group that fails is nobody else's loss."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.stub import ANY, Stubber

from evidently_service.telemetry.deliveries import Deliveries
from evidently_service.telemetry.evaluation_event import EvaluationEvent, typed
from helpers.service import NOON
from helpers.service_table import REGION

ARN = "arn:aws:evidently:eu-north-1:123456789012:project/petfood"
MOST_BYTES = 1_048_576  # of one PutLogEvents; CloudWatch counts 26 beside the text of each event
OVERHEAD = 26


def event(size: int = 0, letter: str = "x") -> EvaluationEvent:
    """Return an event whose line has `size` bytes, if that many are enough."""

    def filled(text: str) -> EvaluationEvent:
        return EvaluationEvent(NOON, "upsell", "on", "anna", lambda: typed({"filler": text}), "DEFAULT")

    room = size - len(filled("").line(ARN, MOST_BYTES) or "")
    filler = letter * (room // len(json.dumps(letter)[1:-1]))
    return filled(filler + "x" * (room - len(json.dumps(filler)[1:-1])))


@pytest.fixture
def logs() -> Iterator[Stubber]:
    """A client of CloudWatch Logs with the responses that the test adds; it knows no others."""
    config = Config(retries={"total_max_attempts": 1})
    keys: dict[str, Any] = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    with Stubber(boto3.client("logs", region_name=REGION, config=config, **keys)) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def deliveries(logs: Stubber) -> Deliveries:
    client: Any = logs.client
    return Deliveries(frozenset(["/petfood/events", "/cars/events"]), lambda: client, stream="a-container")


def accept(logs: Stubber, group: str = "/petfood/events", events: int | None = None, **response: Any) -> None:
    """Expect a call for a group, of that many events if known, and respond with success."""
    lines = ANY if events is None else [{"timestamp": NOON, "message": ANY}] * events
    expected = {"logGroupName": group, "logStreamName": "a-container", "logEvents": lines}
    logs.add_response("put_log_events", response, expected)


def send(deliveries: Deliveries, *events: EvaluationEvent, group: str = "/petfood/events") -> dict[str, int]:
    return dict(deliveries.send(group, events, ARN, lambda: NOON))


@pytest.mark.parametrize(("more", "calls"), [(0, [4]), (1, [3, 1])], ids=["at the limit", "a byte over"])
@pytest.mark.parametrize("letter", ["x", "é"])
def test_events_over_cloudwatchs_limit_take_several_calls(
    logs: Stubber, deliveries: Deliveries, letter: str, more: int, calls: list[int]
) -> None:
    for count in calls:
        accept(logs, events=count)
    size = MOST_BYTES // 4 - OVERHEAD
    assert send(deliveries, *[event(size=size, letter=letter)] * 3, event(size=size + more, letter=letter)) == {}


@pytest.mark.parametrize(("size", "failed"), [(MOST_BYTES - OVERHEAD, 0), (MOST_BYTES - OVERHEAD + 1, 1)])
def test_an_event_that_no_call_can_carry_is_dropped_and_counted_alone(
    logs: Stubber, deliveries: Deliveries, size: int, failed: int
) -> None:
    for _ in range(3 - failed):
        accept(logs, events=1)
    sent = [event(size=MOST_BYTES // 2), event(size=size), event(size=MOST_BYTES // 2)]
    assert send(deliveries, *sent) == ({"EventTooLarge": 1} if failed else {})


def test_a_dropped_event_stops_no_later_delivery(logs: Stubber, deliveries: Deliveries) -> None:
    accept(logs)
    assert send(deliveries, event(size=MOST_BYTES)) == {"EventTooLarge": 1}
    assert send(deliveries, event()) == {}


def test_a_batch_that_cloudwatch_refuses_is_lost_alone(logs: Stubber, deliveries: Deliveries) -> None:
    logs.add_client_error("put_log_events", "InvalidParameterException")
    accept(logs, events=1)
    accept(logs, events=1)
    assert send(deliveries, event(size=MOST_BYTES // 2), event(size=MOST_BYTES - OVERHEAD)) == {
        "InvalidParameterException": 1
    }
    assert send(deliveries, event()) == {}


def test_events_that_cloudwatch_had_already_are_no_failure(logs: Stubber, deliveries: Deliveries) -> None:
    logs.add_client_error("put_log_events", "DataAlreadyAcceptedException")
    accept(logs)
    assert send(deliveries, event()) == {}
    assert send(deliveries, event()) == {}


@pytest.mark.parametrize(
    ("rejected", "count"),
    [
        ({"tooNewLogEventStartIndex": 1}, 2),
        ({"tooOldLogEventEndIndex": 2}, 2),
        ({"expiredLogEventEndIndex": 1}, 1),
        ({"tooOldLogEventEndIndex": 1, "expiredLogEventEndIndex": 1, "tooNewLogEventStartIndex": 2}, 2),
    ],
)
def test_events_that_cloudwatch_rejects_in_a_success_are_counted(
    logs: Stubber, deliveries: Deliveries, rejected: dict[str, int], count: int
) -> None:
    accept(logs, rejectedLogEventsInfo=rejected)
    accept(logs)
    assert send(deliveries, event(), event(), event()) == {"RejectedLogEvents": count}
    assert send(deliveries, event()) == {}


@pytest.mark.parametrize(
    "code",
    ["ThrottlingException", "ServiceUnavailableException", "AccessDeniedException", "UnrecognizedClientException"],
)
def test_a_log_group_that_fails_rests_and_no_other_one(logs: Stubber, deliveries: Deliveries, code: str) -> None:
    logs.add_client_error("put_log_events", code)
    accept(logs, "/cars/events")
    half = event(size=MOST_BYTES // 2)
    assert send(deliveries, half, half, half) == {code: 1, "RestingAfterFailure": 2}
    assert send(deliveries, event(), event()) == {"RestingAfterFailure": 2}
    assert send(deliveries, event(), group="/cars/events") == {}


def test_what_went_before_a_failure_is_not_counted(logs: Stubber, deliveries: Deliveries) -> None:
    accept(logs)
    logs.add_client_error("put_log_events", "ThrottlingException")
    half = event(size=MOST_BYTES // 2)
    assert send(deliveries, half, half) == {"ThrottlingException": 1}


def test_a_delivery_that_takes_long_ends_before_the_function_does(logs: Stubber, deliveries: Deliveries) -> None:
    """Each call may take seconds and succeed, and one request may need a dozen."""
    accept(logs)
    accept(logs)
    times = iter([NOON, NOON, NOON + 4_999, NOON + 5_000, NOON + 5_000])
    half = event(size=MOST_BYTES // 2)
    assert deliveries.send("/petfood/events", [half] * 4, ARN, lambda: next(times)) == {"TookTooLong": 2}


def test_a_stream_that_a_repeated_request_has_created_is_used(logs: Stubber, deliveries: Deliveries) -> None:
    logs.add_client_error("put_log_events", "ResourceNotFoundException")
    logs.add_client_error("create_log_stream", "ResourceAlreadyExistsException")
    accept(logs)
    assert send(deliveries, event()) == {}


@pytest.mark.parametrize("group", ["/unknown", "/petfood/events"])
def test_no_line_is_made_for_a_log_group_that_gets_none(logs: Stubber, deliveries: Deliveries, group: str) -> None:
    logs.add_client_error("put_log_events", "AccessDeniedException")
    send(deliveries, event())

    def attributes() -> Iterator[str]:
        raise AssertionError("nobody gets this event")

    unmade = EvaluationEvent(NOON, "upsell", "on", "anna", attributes, "DEFAULT")
    assert sum(send(deliveries, unmade, group=group).values()) == 1
