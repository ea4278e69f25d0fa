"""Evaluation events are delivered to a log group, with IAM enforced."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_logs as logs
from botocore.exceptions import ClientError

from cdk_evidently import EvidentlyService
from helpers.deployment import PROJECT, Deployment, let_root_assume

STACK = "Delivering"
NAMED, UNNAMED = "/petfood/events", "/petfood/others"
VARIATIONS = [{"name": "on", "value": {"boolValue": True}}]


@dataclass(frozen=True, slots=True)
class Delivering:
    """A deployed service with one of two log groups in `data_delivery`, and its function's credentials."""

    deployment: Deployment
    credentials: Mapping[str, Any]

    def write_as_the_function(self, group: str) -> None:
        """Put an event into a new log stream of a group."""
        client = self.deployment.local_aws.client("logs", **self.credentials)
        client.create_log_stream(logGroupName=group, logStreamName="test")
        client.put_log_events(logGroupName=group, logStreamName="test", logEvents=[{"timestamp": 1, "message": "{}"}])

    def evaluations(self, group: str) -> list[Any]:
        """Return the evaluation events in a group."""
        found = self.deployment.local_aws.client("logs").filter_log_events(logGroupName=group)["events"]
        return [line for event in found if (line := json.loads(event["message"]))]


@pytest.fixture(scope="module")
def delivering(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Delivering]:
    """The service; in addition, root may assume its function's role."""

    def build(stack: Stack) -> None:
        named, _ = (
            logs.LogGroup(stack, f"Group{number}", log_group_name=name, removal_policy=RemovalPolicy.DESTROY)
            for number, name in enumerate([NAMED, UNNAMED])
        )
        service = EvidentlyService(
            stack,
            "Evidently",
            gateway_url=deployment.local_aws.gateway,
            removal_policy=RemovalPolicy.DESTROY,
            data_delivery=[named],
        )
        CfnOutput(stack, "ApiId", value=service.api_id)
        CfnOutput(stack, "RoleArn", value=let_root_assume(service.function.role))

    outputs = deployment.deploy(STACK, build, tmp_path_factory.mktemp("delivering") / "out")
    here = replace(deployment, api_id=outputs["ApiId"])
    yield Delivering(here, deployment.credentials(outputs["RoleArn"]))
    deployment.deployer.destroy(STACK)


@pytest.mark.promise
def test_an_evaluation_event_arrives_in_a_log_group_of_the_construct(delivering: Delivering) -> None:
    evidently = delivering.deployment.evidently()
    evidently.create_project(name=PROJECT, dataDelivery={"cloudWatchLogs": {"logGroup": NAMED}})
    evidently.create_feature(project=PROJECT, name="upsell", variations=VARIATIONS)
    evidently.evaluate_feature(
        project=PROJECT, feature="upsell", entityId="anna", evaluationContext='{"country": "NO"}'
    )

    (event,) = delivering.evaluations(NAMED)

    assert (event["feature"], event["variation"], event["entity_id"]) == ("upsell", "on", "anna")
    assert event["entity_attributes"] == {"country": {"s": "NO"}}


def test_the_api_refuses_a_log_group_that_the_construct_does_not_name(delivering: Delivering) -> None:
    evidently = delivering.deployment.evidently()
    with pytest.raises(evidently.exceptions.ValidationException, match="data_delivery"):
        evidently.create_project(name="another", dataDelivery={"cloudWatchLogs": {"logGroup": UNNAMED}})


def test_the_function_may_write_to_the_named_log_group_and_to_no_other(delivering: Delivering) -> None:
    delivering.write_as_the_function(NAMED)
    with pytest.raises(ClientError, match="AccessDenied"):
        delivering.write_as_the_function(UNNAMED)
