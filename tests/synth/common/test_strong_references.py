"""The stack of a service or provider can't be deleted under the stacks that use it, whatever the app's setting."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import App, CfnOutput, NestedStack, ReferenceStrength, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk_evidently import EvidentlyEndpoint, EvidentlyProvider, EvidentlyService
from helpers.managed_constructs import FACTORIES
from helpers.synth import URL, new_app, start_launch, synthesized

SETTING = "@aws-cdk/core:defaultCrossStackReferences"
SETTINGS = pytest.mark.parametrize("context", [{}, {SETTING: "strong"}, {SETTING: "weak"}, {SETTING: "both"}], ids=str)


def start(scope: Stack, service: EvidentlyService) -> None:
    start_launch(scope, endpoint=service.endpoint)


def connect(scope: Stack, service: EvidentlyService) -> None:
    code = lambda_.Code.from_inline("def handler(event, context): pass")
    service.connect(
        lambda_.Function(scope, "Shop", runtime=lambda_.Runtime.PYTHON_3_14, handler="index.handler", code=code)
    )


def grant(scope: Stack, service: EvidentlyService) -> None:
    service.grants.read(iam.Role(scope, "Role", assumed_by=iam.AccountRootPrincipal()), project="petfood")


def manage(scope: Stack, service: EvidentlyService) -> None:
    for make in FACTORIES.values():
        make(scope, endpoint=service.endpoint)


def start_by_provider(scope: Stack, service: EvidentlyService) -> None:
    provider = EvidentlyProvider(Stack.of(service), "Provider", endpoint=EvidentlyEndpoint.from_url(URL))
    start_launch(scope, provider=provider)


def start_in_nested_stack(scope: Stack, service: EvidentlyService) -> None:
    start_launch(NestedStack(scope, "Nested"), endpoint=service.endpoint)


USES = [start, connect, grant, manage, start_by_provider, start_in_nested_stack]


def nested(scope: Construct) -> NestedStack:
    return NestedStack(NestedStack(scope, "Outer"), "Inner")


def plain(scope: Stack) -> Stack:
    return scope


@SETTINGS
@pytest.mark.parametrize("place", [plain, nested])
@pytest.mark.parametrize("use", USES)
def test_references_to_a_service_and_a_provider_are_exports_and_imports(
    use: Callable[[Stack, Any], None], place: Callable[[Stack], Stack], context: dict[str, str]
) -> None:
    app = new_app(context=context)
    producer, consumer = Stack(app, "Service"), Stack(app, "Release")
    use(consumer, EvidentlyService(place(producer), "Evidently"))
    exported = synthesized(producer)
    imported = json.dumps([synthesized(it) for it in consumer.node.find_all() if isinstance(it, Stack)])
    names = [it["Export"]["Name"] for it in exported["Outputs"].values() if "Export" in it]
    assert names
    assert all(json.dumps({"Fn::ImportValue": name}) in imported for name in names)
    assert "Fn::GetStackOutput" not in imported


def test_other_references_of_the_app_keep_its_setting() -> None:
    app: App = new_app(context={SETTING: "weak"})
    producer, consumer = Stack(app, "Service"), Stack(app, "Release")
    service = EvidentlyService(producer, "Evidently")
    role = iam.Role(consumer, "Role", assumed_by=iam.AccountRootPrincipal())
    service.table.grant_read_data(role)
    assert "Fn::GetStackOutput" in json.dumps(synthesized(consumer))


def test_a_provider_that_its_own_stack_alone_uses_leaves_other_references_as_they_are() -> None:
    app = new_app(context={SETTING: "weak"})
    producer, consumer = NestedStack(Stack(app, "Release"), "Inner"), Stack(app, "Reader")
    start_launch(producer)
    CfnOutput(consumer, "Role", value=iam.Role(producer, "Role", assumed_by=iam.AccountRootPrincipal()).role_arn)
    assert "Fn::GetStackOutput" in json.dumps(synthesized(consumer)["Outputs"])


def test_another_stack_reads_a_status_without_an_export() -> None:
    app = new_app(context={SETTING: "strong"})
    producer, consumer = Stack(app, "Release"), Stack(app, "Reader")
    status = start_launch(producer).launch_status
    CfnOutput(consumer, "Status", value=Stack.consume_reference(status, ReferenceStrength.WEAK))
    assert "Fn::GetStackOutput" in json.dumps(synthesized(consumer)["Outputs"])
    assert not [it for it in synthesized(producer)["Outputs"].values() if "Export" in it]
