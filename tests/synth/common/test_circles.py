"""Two stacks that need each other through a provider or a service: an error where it begins, with the way out."""

from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import App, CfnOutput, NestedStack, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_evidently as l1
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from cdk_evidently import (
    ConflictingSettingsError,
    EvidentlyEndpoint,
    EvidentlyProvider,
    EvidentlyService,
    Group,
    InvalidArgumentError,
    StartLaunch,
)
from helpers.managed_constructs import FACTORIES, feature, launch
from helpers.synth import URL, app_of, new_app, new_stack, start_launch

MAKERS: dict[str, Callable[..., Any]] = {"Start": start_launch, **FACTORIES}


def two_stacks() -> tuple[Stack, Stack]:
    app = new_app()
    return new_stack("Platform", app), new_stack("Shop", app)


def provider(stack: Stack, **arguments: Any) -> EvidentlyProvider:
    return EvidentlyProvider(stack, "Provider", **{"endpoint": EvidentlyEndpoint.from_url(URL), **arguments})


def table(stack: Stack) -> dynamodb.Table:
    return dynamodb.Table(
        stack, "Table", partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING)
    )


@pytest.mark.parametrize("kind", MAKERS)
def test_a_provider_that_calls_a_service_of_the_stack_that_uses_it_is_an_error(kind: str) -> None:
    platform, shop = two_stacks()
    shared = provider(platform, endpoint=EvidentlyService(shop, "Evidently").endpoint)
    with pytest.raises(ConflictingSettingsError) as raised:
        MAKERS[kind](shop, kind, endpoint=None, provider=shared)
    assert str(raised.value) == (
        f"'Shop/{kind}' of stack 'Shop' uses 'Platform/Provider' of stack 'Platform', which needs "
        "'Shop/Evidently/Api/Resource' of stack 'Shop': neither stack can be deployed before the other. Create the "
        "provider in stack 'Shop', or leave provider out, as each stack has its own shared one."
    )


def given_role(shop: Stack) -> dict[str, Any]:
    return {"role": iam.Role(shop, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))}


def given_group(shop: Stack) -> dict[str, Any]:
    vpc = ec2.Vpc(shop, "Vpc", max_azs=1)
    return {"vpc": vpc}


@pytest.mark.parametrize("settings", [given_role, given_group])
def test_a_provider_with_a_role_or_vpc_of_the_stack_that_uses_it_is_an_error(settings: Callable[..., Any]) -> None:
    platform, shop = two_stacks()
    shared = provider(platform, **settings(shop))
    with pytest.raises(ConflictingSettingsError, match="'Shop/Start' of stack 'Shop' uses 'Platform/Provider' of"):
        start_launch(shop, provider=shared)


def test_a_name_that_the_stack_knows_at_its_deploy_is_an_error_on_a_provider_of_another_stack() -> None:
    platform, shop = two_stacks()
    with pytest.raises(ConflictingSettingsError, match="which needs 'Shop/Own' of stack 'Shop': "):
        start_launch(shop, provider=provider(platform), project=l1.CfnProject(shop, "Own", name="own"))


@pytest.mark.parametrize(("kind", "attribute"), [("project", "project_arn"), ("launch", "launch_arn")])
def test_a_name_that_the_provider_itself_finds_out_is_an_error(kind: str, attribute: str) -> None:
    """CDK would not notice: the role's policy would need what the function creates with that role."""
    _, shop = two_stacks()
    made = FACTORIES[kind.capitalize()](shop)
    with pytest.raises(InvalidArgumentError) as raised:
        start_launch(shop, **{kind: getattr(made, attribute)})
    assert str(raised.value) == (
        f"{kind} is 'an attribute of Shop/{kind.capitalize()}', and has to be known before that is created, as the "
        "policy of the function that creates it names it. Give the construct itself, or its plain name."
    )


def test_a_start_after_a_launch_of_a_stack_that_uses_its_provider_is_an_error() -> None:
    platform, shop = two_stacks()
    shared = provider(platform)
    november = launch(shop, endpoint=None, provider=shared)
    with pytest.raises(ConflictingSettingsError, match="which needs 'Shop/Launch' of stack 'Shop': "):
        start_launch(platform, provider=shared, launch=november)


def test_a_launch_on_a_feature_of_a_stack_that_uses_its_provider_is_an_error_in_either_order() -> None:
    platform, shop = two_stacks()
    shared = provider(platform)
    groups = [Group(name="all", feature=feature(shop), variation="on")]
    launch(platform, endpoint=None, provider=shared, groups=groups)
    with pytest.raises(ConflictingSettingsError, match="which needs 'Shop/Feature' of stack 'Shop': "):
        start_launch(shop, provider=shared)


def test_a_nested_stack_that_its_providers_parent_needs_is_an_error() -> None:
    """CDK would not notice: CloudFormation would refuse the circle."""
    platform, _ = two_stacks()
    inner = NestedStack(platform, "Inner")
    shared = provider(platform, endpoint=EvidentlyService(inner, "Evidently").endpoint)
    with pytest.raises(ConflictingSettingsError, match="of stack 'Platform/Inner'"):
        start_launch(inner, provider=shared)


def test_a_nested_stack_whose_own_nested_stack_the_provider_needs_is_an_error() -> None:
    platform, _ = two_stacks()
    inner = NestedStack(platform, "Inner")
    shared = provider(platform, endpoint=EvidentlyService(NestedStack(inner, "Core"), "Evidently").endpoint)
    with pytest.raises(ConflictingSettingsError, match="of stack 'Platform/Inner/Core'"):
        start_launch(inner, provider=shared)


def test_two_nested_stacks_that_need_each_other_are_an_error() -> None:
    platform, _ = two_stacks()
    first, second = NestedStack(platform, "First"), NestedStack(platform, "Second")
    shared = provider(first)
    november = launch(second, endpoint=None, provider=shared)
    with pytest.raises(ConflictingSettingsError, match="of stack 'Platform/Second'"):
        start_launch(first, provider=shared, launch=november)


@pytest.mark.parametrize(
    ("settings", "needed"),
    [
        (lambda shop: {"data_delivery": [logs.LogGroup(shop, "Events")]}, "Events/Resource"),
        (lambda shop: {"table": table(shop)}, "Table/Resource"),
    ],
    ids=["a log group", "a table"],
)
@pytest.mark.parametrize("kind", MAKERS)
def test_a_service_that_needs_the_stack_that_uses_it_is_an_error(kind: str, settings: Any, needed: str) -> None:
    platform, shop = two_stacks()
    service = EvidentlyService(platform, "Evidently", **settings(shop))
    with pytest.raises(ConflictingSettingsError) as raised:
        MAKERS[kind](shop, kind, endpoint=service.endpoint)
    message = str(raised.value)
    assert f"of stack 'Shop' uses 'Platform/Evidently' of stack 'Platform', which needs 'Shop/{needed}' of" in message
    assert message.endswith("Create what it needs in stack 'Platform', or in a third one.")


def test_a_function_of_a_stack_that_the_service_needs_is_an_error() -> None:
    platform, shop = two_stacks()
    service = EvidentlyService(platform, "Evidently", table=table(shop))
    code = lambda_.Code.from_inline("def handler(event, context): pass")
    function = lambda_.Function(
        shop, "Function", runtime=lambda_.Runtime.PYTHON_3_14, handler="index.handler", code=code
    )
    with pytest.raises(ConflictingSettingsError, match="'Shop/Function' of stack 'Shop' uses 'Platform/Evidently' of"):
        service.connect(function)


def fine() -> list[Callable[[Stack, Stack], object]]:
    def a_shared_provider(platform: Stack, shop: Stack) -> object:
        shared = provider(platform, endpoint=EvidentlyService(platform, "Evidently").endpoint)
        november = launch(shop, endpoint=None, provider=shared)
        return start_launch(shop, provider=shared, launch=november)

    def a_service_of_a_third_stack(platform: Stack, shop: Stack) -> object:
        third = EvidentlyService(new_stack("Third", app_of(shop)), "Evidently").endpoint
        return start_launch(shop, provider=provider(platform, endpoint=third))

    def a_service_with_a_log_group_of_a_third_stack(platform: Stack, shop: Stack) -> object:
        events = logs.LogGroup(new_stack("Third", app_of(shop)), "Events")
        return start_launch(shop, endpoint=EvidentlyService(platform, "Evidently", data_delivery=[events]).endpoint)

    def a_project_of_the_providers_stack(platform: Stack, shop: Stack) -> object:
        return start_launch(shop, provider=provider(platform), project=l1.CfnProject(platform, "Own", name="own"))

    def a_nested_service_with_a_log_group_of_its_parent(platform: Stack, _: Stack) -> object:
        events = logs.LogGroup(platform, "Events")
        service = EvidentlyService(NestedStack(platform, "Inner"), "Evidently", data_delivery=[events])
        return start_launch(platform, endpoint=service.endpoint)

    def a_nested_provider_with_a_vpc_of_its_parent(platform: Stack, _: Stack) -> object:
        shared = provider(NestedStack(platform, "Inner"), vpc=ec2.Vpc(platform, "Vpc", max_azs=1))
        return start_launch(platform, provider=shared)

    def a_launch_in_a_nested_stack_with_its_parents_provider(platform: Stack, _: Stack) -> object:
        shared = provider(platform)
        november = launch(NestedStack(platform, "Inner"), endpoint=None, provider=shared)
        return start_launch(platform, provider=shared, launch=november)

    def an_endpoint_that_needs_a_whole_stack(platform: Stack, shop: Stack) -> object:
        EvidentlyService(platform, "Evidently")
        endpoint = EvidentlyEndpoint(url=URL, signing_name="evidently", dependencies=(platform,))
        return start_launch(shop, endpoint=endpoint)

    return [
        a_shared_provider,
        an_endpoint_that_needs_a_whole_stack,
        a_nested_service_with_a_log_group_of_its_parent,
        a_nested_provider_with_a_vpc_of_its_parent,
        a_launch_in_a_nested_stack_with_its_parents_provider,
        a_service_of_a_third_stack,
        a_service_with_a_log_group_of_a_third_stack,
        a_project_of_the_providers_stack,
    ]


@pytest.mark.parametrize("build", fine(), ids=lambda it: it.__name__)
def test_stacks_that_need_each_other_one_way_synthesize(build: Callable[[Stack, Stack], StartLaunch]) -> None:
    platform, shop = two_stacks()
    CfnOutput(shop, "Status", value=build(platform, shop).launch_status)
    app: App = app_of(shop)
    app.synth()
