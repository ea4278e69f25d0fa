"""Evaluation events: in the project's log group in AWS's format, counted, and without effect on evaluations."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from evidently_service.telemetry.deliveries import Deliveries
from helpers.evidently_api import api_event, lambda_context
from helpers.in_process_aws import logs_in_process
from helpers.service import NOON, ON_AND_OFF, PROJECT_ARN, Service
from helpers.service_table import REGION, make_table

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

GROUP = "/petfood/events"
FEATURE = {"project": "petfood", "feature": "upsell"}
BROWSER = {"feature": "upsell", "variation": "on", "entityId": "anna", "type": "LAUNCH_RULE_MATCH"}


def logs_client(url: str) -> "CloudWatchLogsClient":
    client: CloudWatchLogsClient = boto3.client(
        "logs",
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the local AWS's root, no secret
        config=Config(retries={"total_max_attempts": 1}),
    )
    return client


@pytest.fixture
def cloudwatch_logs() -> "CloudWatchLogsClient":
    return logs_in_process()


@pytest.fixture
def delivering(dynamodb: Any, cloudwatch_logs: "CloudWatchLogsClient") -> Callable[..., tuple[Service, str]]:
    """Return a factory of services with a log group, which exists by default."""

    def make(*, group_is_there: bool = True) -> tuple[Service, str]:
        group = f"{GROUP}/{uuid4()}"
        if group_is_there:
            cloudwatch_logs.create_log_group(logGroupName=group)
        deliveries = Deliveries(frozenset([group]), lambda: cloudwatch_logs, stream="a-container")
        service = Service(dynamodb, make_table(dynamodb), deliveries=deliveries)
        evidently = service.with_launch()
        evidently.update_project_data_delivery(project="petfood", cloudWatchLogs={"logGroup": group})
        return service, group

    return make


def delivered(cloudwatch_logs: "CloudWatchLogsClient", group: str) -> list[Any]:
    """Return the events of a log group, in their order."""
    found = cloudwatch_logs.filter_log_events(logGroupName=group)["events"]
    return [json.loads(event["message"]) for event in found]


def counted(service: Service, metric: str) -> list[dict[str, Any]]:
    """Return the log lines that count for a metric."""
    return [line for line in map(json.loads, service.lines) if metric in line]


def test_an_evaluation_is_delivered_in_aws_format(
    delivering: Callable[..., tuple[Service, str]], cloudwatch_logs: "CloudWatchLogsClient"
) -> None:
    service, group = delivering()
    context = '{"browser": "Chrome", "age": 7.50, "vip": true, "last": null, "tags": ["a"], "shop": {"id": 1}}'
    service.client().evaluate_feature(**FEATURE, entityId="anna", evaluationContext=context)
    assert delivered(cloudwatch_logs, group) == [
        {
            "event_timestamp": NOON,
            "event_type": "evaluation",
            "version": "1.0.0",
            "project_arn": PROJECT_ARN,
            "feature": "upsell",
            "variation": "on",
            "entity_id": "anna",
            "entity_attributes": {
                "browser": {"s": "Chrome"},
                "age": {"n": "7.50"},
                "vip": {"b": True},
                "last": {"null": True},
                "tags": {"l": [{"s": "a"}]},
                "shop": {"m": {"id": {"n": "1"}}},
            },
            "evaluation_type": "DEFAULT",
        }
    ]


def test_a_batch_is_delivered_with_one_event_for_each_evaluation(
    delivering: Callable[..., tuple[Service, str]], cloudwatch_logs: "CloudWatchLogsClient"
) -> None:
    service, group = delivering()
    requests = [{"feature": name, "entityId": f"user-{n}"} for n, name in enumerate(["upsell", "gone", "upsell"])]
    service.client().batch_evaluate_feature(project="petfood", requests=requests)
    assert [line["entity_id"] for line in delivered(cloudwatch_logs, group)] == ["user-0", "user-2"]


def test_evaluations_of_clients_are_delivered_and_counted(
    delivering: Callable[..., tuple[Service, str]], cloudwatch_logs: "CloudWatchLogsClient"
) -> None:
    service, group = delivering()
    data = {
        **BROWSER,
        "type": "EXPERIMENT_RULE_MATCH",
        "entityAttributes": {"browser": {"s": "Chrome"}},
        "details": {"experiment": "e", "treatment": "t", "salt": "s"},
    }
    event = {"timestamp": 1_600_000_000, "type": "aws.evidently.evaluation", "data": json.dumps(data)}
    response = service.client().put_project_events(project="petfood", events=[event, event])
    assert response["failedEventCount"] == 0
    assert [set(result) for result in response["eventResults"]] == [{"eventId"}, {"eventId"}]
    line, _ = delivered(cloudwatch_logs, group)
    assert (line["event_timestamp"], line["evaluation_type"]) == (1_600_000_000_000, "EXPERIMENT_RULE_MATCH")
    assert (line["experiment"], line["treatment"]) == ("e", "t")
    assert line["entity_attributes"] == {"browser": {"s": "Chrome"}}
    assert [line["Reason"] for line in counted(service, "Evaluations")] == ["EXPERIMENT_RULE_MATCH"] * 2


def test_an_experiment_that_is_no_name_is_not_delivered(
    delivering: Callable[..., tuple[Service, str]], cloudwatch_logs: "CloudWatchLogsClient"
) -> None:
    service, group = delivering()
    data = {**BROWSER, "details": {"experiment": [["e"]], "treatment": 1, "salt": "s"}}
    event = {"timestamp": 1, "type": "aws.evidently.evaluation", "data": json.dumps(data)}
    assert service.client().put_project_events(project="petfood", events=[event])["failedEventCount"] == 0
    (line,) = delivered(cloudwatch_logs, group)
    assert (line["feature"], {"experiment", "treatment"} & set(line)) == ("upsell", set())


def test_a_custom_event_is_accepted_and_stored_nowhere(
    delivering: Callable[..., tuple[Service, str]], cloudwatch_logs: "CloudWatchLogsClient"
) -> None:
    service, group = delivering()
    event = {"timestamp": 1, "type": "aws.evidently.custom", "data": '{"details": {"pageLoadTime": 800.0}}'}
    assert service.client().put_project_events(project="petfood", events=[event])["failedEventCount"] == 0
    assert delivered(cloudwatch_logs, group) == []


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ("[]", "data"),
        ("{", "data must be JSON text: "),
        ('{"entityAttributes":' + "[" * 600 + "]" * 600 + "}", "data must be JSON text: it is nested too deeply"),
        ({}, "data.feature"),
        ({**BROWSER, "variation": "a b"}, "data.variation"),
        ({**BROWSER, "entityId": 7}, "data.entityId"),
        ({**BROWSER, "details": []}, "data.details"),
        ({**BROWSER, "type": None}, "data.type"),
    ],
)
def test_a_malformed_event_fails_by_itself(service: Service, data: Any, named: str) -> None:
    evidently = service.with_launch()
    good = {"timestamp": 1, "type": "aws.evidently.evaluation", "data": json.dumps(BROWSER)}
    bad = {**good, "data": data if isinstance(data, str) else json.dumps(data)}
    response = evidently.put_project_events(project="petfood", events=[bad, good])
    assert response["failedEventCount"] == 1
    failed, passed = response["eventResults"]
    assert (failed["errorCode"], named in failed["errorMessage"]) == ("ValidationException", True)
    assert ("errorCode" in passed, passed["eventId"] != failed["eventId"]) == (False, True)
    assert len(counted(service, "Evaluations")) == 1


def test_events_of_a_missing_project_have_the_data_planes_message(service: Service) -> None:
    with pytest.raises(ClientError, match=f"Project does not exist with arn '{PROJECT_ARN}'"):
        service.client().put_project_events(project="petfood", events=[])


def test_a_failed_delivery_is_counted_and_fails_no_evaluation(
    delivering: Callable[..., tuple[Service, str]],
) -> None:
    service, _ = delivering(group_is_there=False)
    evidently = service.client()
    assert evidently.evaluate_feature(**FEATURE, entityId="anna")["variation"] == "on"
    requests = [{"feature": "upsell", "entityId": "bert"}] * 3
    assert len(evidently.batch_evaluate_feature(project="petfood", requests=requests)["results"]) == 3
    first, second = counted(service, "FailedDeliveries")
    assert (first["FailedDeliveries"], first["Error"], first["Project"]) == (1, "ResourceNotFoundException", "petfood")
    assert (second["FailedDeliveries"], second["Error"]) == (3, "RestingAfterFailure")


def test_deliveries_go_on_soon_after_a_failure(
    delivering: Callable[..., tuple[Service, str]], cloudwatch_logs: "CloudWatchLogsClient"
) -> None:
    service, group = delivering(group_is_there=False)
    evidently = service.client()
    evidently.evaluate_feature(**FEATURE, entityId="anna")
    cloudwatch_logs.create_log_group(logGroupName=group)
    service.now += 5_000
    evidently.evaluate_feature(**FEATURE, entityId="bert")
    assert [line["entity_id"] for line in delivered(cloudwatch_logs, group)] == ["bert"]


def test_an_unreachable_log_group_fails_no_evaluation(dynamodb: Any) -> None:
    deliveries = Deliveries(frozenset([GROUP]), lambda: logs_client("http://127.0.0.1:9"), stream="a-container")
    service = Service(dynamodb, make_table(dynamodb), deliveries=deliveries)
    service.with_launch().update_project_data_delivery(project="petfood", cloudWatchLogs={"logGroup": GROUP})
    service.client().evaluate_feature(**FEATURE, entityId="anna")
    assert [line["Error"] for line in counted(service, "FailedDeliveries")] == ["EndpointConnectionError"]


def test_a_log_group_that_fails_slowly_rests_from_then_on(dynamodb: Any) -> None:
    def client() -> Any:
        service.now += 6_000  # both attempts timed out: more than the rest is long
        return logs_client("http://127.0.0.1:9")

    service = Service(dynamodb, make_table(dynamodb))
    service.deliveries = Deliveries(frozenset([GROUP]), client, stream="a-container")
    service.with_launch().update_project_data_delivery(project="petfood", cloudWatchLogs={"logGroup": GROUP})
    for entity in ("anna", "bert"):
        service.client().evaluate_feature(**FEATURE, entityId=entity)
    errors = [line["Error"] for line in counted(service, "FailedDeliveries")]
    assert errors == ["EndpointConnectionError", "RestingAfterFailure"]


def test_a_changed_log_group_counts_at_once_here_and_within_a_minute_elsewhere(
    delivering: Callable[..., tuple[Service, str]], cloudwatch_logs: "CloudWatchLogsClient"
) -> None:
    service, group = delivering()
    other = Service(service.store.client, service.table)
    other.deliveries = Deliveries(frozenset([group]), lambda: cloudwatch_logs, stream="another-container")
    for each in (service, other):
        each.client().evaluate_feature(**FEATURE, entityId="before")
    service.client().update_project_data_delivery(project="petfood")
    other.now += 60_000
    for each in (service, other):
        each.client().evaluate_feature(**FEATURE, entityId="after")
    assert [line["entity_id"] for line in delivered(cloudwatch_logs, group)] == ["before"] * 2


@pytest.mark.parametrize(("brackets", "typed"), [(('{"b":', "}"), '{"m": {'), (("[", "]"), '{"l": [')])
def test_a_deeply_nested_context_fails_neither_its_evaluation_nor_its_batch(
    delivering: Callable[..., tuple[Service, str]],
    cloudwatch_logs: "CloudWatchLogsClient",
    brackets: tuple[str, str],
    typed: str,
) -> None:
    service, group = delivering()
    depth, (opened, closed) = 490, brackets
    context = f'{{"a":{opened * depth}1{closed * depth}}}'
    deep = {"feature": "upsell", "entityId": "anna", "evaluationContext": context}
    evidently = service.client()
    assert evidently.evaluate_feature(project="petfood", **deep)["variation"] == "on"
    requests = [deep, {"feature": "upsell", "entityId": "bert"}]
    results = evidently.batch_evaluate_feature(project="petfood", requests=requests)["results"]
    assert [result["variation"] for result in results] == ["on", "on"]
    messages = [each["message"] for each in cloudwatch_logs.filter_log_events(logGroupName=group)["events"]]
    assert [message.count(typed) for message in messages] == [depth, depth, 0]
    assert counted(service, "FailedDeliveries") == []


def test_one_large_event_is_nobody_elses_loss(
    delivering: Callable[..., tuple[Service, str]], cloudwatch_logs: "CloudWatchLogsClient"
) -> None:
    def event(entity: str, **more: Any) -> dict[str, Any]:
        data = json.dumps({**BROWSER, "entityId": entity, **more}, ensure_ascii=False)
        return {"timestamp": 1, "type": "aws.evidently.evaluation", "data": data}

    service, group = delivering()
    evidently = service.client()
    large = event("anna", entityAttributes={"a": {"s": "é" * 250_000}})  # its escapes take more than 1 MiB
    # Not by boto3, which would send the escapes, and so a body that is too large.
    body = json.dumps({"events": [event("bert"), large, event("carl")]}, ensure_ascii=False)
    sent = service.handler(api_event("POST", "/events/projects/petfood", body=body.encode()), lambda_context())
    assert json.loads(sent["body"])["failedEventCount"] == 0
    evidently.evaluate_feature(**FEATURE, entityId="dora")
    assert [line["entity_id"] for line in delivered(cloudwatch_logs, group)] == ["bert", "carl", "dora"]
    (line,) = counted(service, "FailedDeliveries")
    assert (line["FailedDeliveries"], line["Error"]) == (1, "EventTooLarge")


def test_events_for_a_log_group_that_the_service_lost_are_counted_as_failed(
    delivering: Callable[..., tuple[Service, str]], cloudwatch_logs: "CloudWatchLogsClient"
) -> None:
    service, group = delivering()
    service.deliveries = Deliveries(frozenset(["another"]), lambda: cloudwatch_logs, stream="a-container")
    service.client().evaluate_feature(**FEATURE, entityId="anna")
    assert delivered(cloudwatch_logs, group) == []
    assert [line["Error"] for line in counted(service, "FailedDeliveries")] == ["LogGroupNotNamed"]


@pytest.mark.parametrize(
    ("target", "field"),
    [
        ({"s3Destination": {"bucket": "events"}}, "s3Destination"),
        ({"cloudWatchLogs": {"logGroup": "another"}}, "cloudWatchLogs.logGroup"),
        ({"cloudWatchLogs": {}}, "cloudWatchLogs.logGroup"),
    ],
)
def test_an_unsupported_target_is_refused(service: Service, target: dict[str, Any], field: str) -> None:
    evidently = service.with_launch()
    with pytest.raises(evidently.exceptions.ValidationException) as caught:
        evidently.update_project_data_delivery(project="petfood", **target)
    assert [each["name"] for each in caught.value.response["fieldList"]] == [field]
    with pytest.raises(evidently.exceptions.ValidationException) as caught:
        evidently.create_project(name="other", dataDelivery=target)
    assert [each["name"] for each in caught.value.response["fieldList"]] == [f"dataDelivery.{field}"]


def test_a_project_shows_its_log_group_until_it_has_none(
    delivering: Callable[..., tuple[Service, str]],
) -> None:
    service, group = delivering()
    evidently = service.client()
    target = {"cloudWatchLogs": {"logGroup": group}}
    assert evidently.create_project(name="cars", dataDelivery=target)["project"]["dataDelivery"] == target
    assert evidently.get_project(project="petfood")["project"]["dataDelivery"] == target
    assert "dataDelivery" not in evidently.list_projects()["projects"][0]
    assert "dataDelivery" not in evidently.update_project_data_delivery(project="petfood")["project"]


def test_without_a_log_group_an_evaluation_reads_one_page_and_writes_its_metric(service: Service) -> None:
    evidently = service.with_launch()
    evidently.create_feature(project="petfood", name="other", variations=ON_AND_OFF)
    evidently.evaluate_feature(**FEATURE, entityId="anna")
    assert [set(line) & {"Evaluations", "FailedDeliveries"} for line in map(json.loads, service.lines)] == [
        {"Evaluations"}
    ]
