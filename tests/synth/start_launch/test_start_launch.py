"""The resources of a StartLaunch in a template."""

from dataclasses import replace
from typing import Any

import pytest
from aws_cdk import CfnOutput, CfnResource, Duration, NestedStack
from aws_cdk import aws_evidently as evidently
from constructs import Construct

from cdk_evidently import EvidentlyEndpoint, EvidentlyProvider, EvidentlyService, OnDelete, StartLaunch, Triggers
from helpers.synth import (
    START_LAUNCH,
    URL,
    flat,
    metadata,
    new_app,
    new_stack,
    only,
    resources,
    start_launch,
    synthesized,
)


def test_one_use_adds_a_function_a_role_a_log_group_and_the_custom_resource() -> None:
    stack = new_stack()
    start_launch(stack)
    assert sorted(it["Type"] for it in resources(stack).values()) == [
        "AWS::IAM::Role",
        "AWS::Lambda::Function",
        "AWS::Logs::LogGroup",
        START_LAUNCH,
    ]


def test_each_further_use_adds_one_resource() -> None:
    stack = new_stack()
    for number in range(50):
        start_launch(stack, f"Start{number}", launch=f"upsell-{number}")
    assert len(resources(stack)) == 53


def test_the_handler_gets_every_property_as_a_string() -> None:
    stack = new_stack()
    start_launch(stack, on_delete=OnDelete.COMPLETE, timeout=Duration.minutes(5), triggers=Triggers.of({"version": 3}))
    properties = dict(only(stack, START_LAUNCH)[1]["Properties"])
    assert properties.pop("Triggers").keys() == {"version"}
    assert flat(properties.pop("ServiceToken")).startswith("<EvidentlyProvider")
    assert properties == {
        "ServiceTimeout": 2700,
        "SchemaVersion": "2",
        "Project": "petfood",
        "Launch": "upsell",
        "OnDelete": "COMPLETE",
        "TimeoutSeconds": "300",
    }


def test_the_defaults_are_cancel_and_a_timeout_of_two_minutes() -> None:
    stack = new_stack()
    start_launch(stack)
    properties = only(stack, START_LAUNCH)[1]["Properties"]
    assert (properties["OnDelete"], properties["TimeoutSeconds"]) == ("CANCEL", "120")


@pytest.mark.parametrize(
    ("attribute", "name"),
    [
        ("launch_arn", "LaunchArn"),
        ("launch_name", "LaunchName"),
        ("launch_status", "LaunchStatus"),
        ("project_arn", "ProjectArn"),
        ("status_reason", "StatusReason"),
        ("created_time", "CreatedTime"),
        ("started_time", "StartedTime"),
        ("last_updated_time", "LastUpdatedTime"),
        ("started_by", "StartedBy"),
    ],
)
def test_an_attribute_is_read_from_the_custom_resource(attribute: str, name: str) -> None:
    stack = new_stack()
    start = start_launch(stack)
    CfnOutput(stack, "Output", value=getattr(start, attribute))
    logical_id, _ = only(stack, START_LAUNCH)
    assert synthesized(stack)["Outputs"]["Output"]["Value"] == {"Fn::GetAtt": [logical_id, name]}


def test_ref_is_the_physical_id() -> None:
    stack = new_stack()
    CfnOutput(stack, "Output", value=start_launch(stack).ref)
    logical_id, _ = only(stack, START_LAUNCH)
    assert synthesized(stack)["Outputs"]["Output"]["Value"] == {"Ref": logical_id}


def test_the_custom_resource_is_the_default_child() -> None:
    stack = new_stack()
    child = start_launch(stack).node.default_child
    assert isinstance(child, CfnResource)
    assert child.cfn_resource_type == START_LAUNCH


def test_execute_after_and_execute_before_add_dependencies() -> None:
    stack = new_stack()
    shop, tour = (CfnResource(stack, name, type="AWS::SNS::Topic") for name in ("Shop", "Tour"))
    start = start_launch(stack)
    start.execute_after(shop)
    start.execute_before(tour)
    logical_id, resource = only(stack, START_LAUNCH)
    assert resource["DependsOn"] == ["Shop"]
    assert resources(stack)["Tour"]["DependsOn"] == [logical_id]


def test_a_launch_depends_on_the_services_routes_and_stage() -> None:
    stack = new_stack()
    start_launch(stack, endpoint=EvidentlyService(stack, "Evidently").endpoint)
    present = resources(stack)
    depends_on = {present[name]["Type"] for name in only(stack, START_LAUNCH)[1]["DependsOn"]}
    assert depends_on == {
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGatewayV2::Route",
        "AWS::ApiGatewayV2::Stage",
        "AWS::Lambda::Permission",
    }


def test_an_endpoint_adds_its_dependencies_to_a_shared_provider() -> None:
    stack = new_stack()
    topic = CfnResource(stack, "Topic", type="AWS::SNS::Topic")
    first = start_launch(stack, "First", launch="a")
    ready = replace(EvidentlyEndpoint.from_url(URL), dependencies=(topic,))
    second = start_launch(stack, "Second", launch="b", endpoint=ready)
    assert second.provider is first.provider
    depends_on = {it["Properties"]["Launch"]: it.get("DependsOn") for it in resources(stack, START_LAUNCH).values()}
    assert depends_on == {"a": None, "b": ["Topic"]}


def test_a_stack_depends_on_the_stack_of_its_service() -> None:
    app = new_app()
    service_stack, stack = new_stack("Service", app), new_stack("Release", app)
    start_launch(stack, endpoint=EvidentlyService(service_stack, "Evidently").endpoint)
    app.synth()
    assert stack.dependencies == [service_stack]


def test_a_launch_depends_on_the_constructs_that_name_it() -> None:
    stack = new_stack()
    project = evidently.CfnProject(stack, "Project", name="petfood")
    launch = evidently.CfnLaunch(
        stack,
        "Launch",
        name="upsell",
        project="petfood",
        groups=[{"feature": "offer", "groupName": "all", "variation": "on"}],
        scheduled_splits_config=[{"startTime": "2026-11-01T00:00:00Z", "groupWeights": []}],
    )
    start_launch(stack, project=project, launch=launch)
    _, resource = only(stack, START_LAUNCH)
    assert resource["Properties"]["Project"] == {"Ref": "Project"}  # its ARN
    assert resource["Properties"]["Launch"] == {"Ref": "Launch"}  # its ARN
    assert resource["DependsOn"] == ["Launch", "Project"]


def test_launches_share_a_provider_per_endpoint() -> None:
    stack = new_stack()
    first = start_launch(stack, "First", launch="a")
    second = start_launch(stack, "Second", launch="b")
    other = start_launch(stack, "Other", launch="c", endpoint=EvidentlyEndpoint.from_url("https://other.example.com"))
    assert first.provider is second.provider
    assert other.provider is not first.provider


def test_a_nested_stack_has_its_own_provider() -> None:
    stack = new_stack()
    nested = NestedStack(stack, "Nested")
    outer, inner = start_launch(stack, launch="a"), start_launch(nested, launch="b")
    assert outer.provider is not inner.provider
    assert len(resources(nested, "AWS::Lambda::Function")) == 1


def test_an_explicit_provider_determines_the_endpoint() -> None:
    stack = new_stack()
    provider = EvidentlyProvider(stack, "Provider", endpoint=EvidentlyEndpoint.from_url(URL))
    start = start_launch(stack, provider=provider)
    assert start.provider is provider
    assert len(resources(stack)) == 4


def arguments_without_endpoint() -> list[Any]:
    return [pytest.param({}, id="by default"), pytest.param({"endpoint": EvidentlyEndpoint.aws()}, id="explicit")]


@pytest.mark.parametrize("arguments", arguments_without_endpoint())
def test_awss_endpoint_adds_a_warning_that_can_be_acknowledged(arguments: dict[str, Any]) -> None:
    app = new_app()
    stack = new_stack(app=app)
    StartLaunch(stack, "Start", project="petfood", launch="upsell", **arguments)
    (warning,) = metadata(app, "aws:cdk:warning")["Release/Start"]
    assert "AWS ended CloudWatch Evidently on 2025-10-17" in warning
    assert "[ack: cdk-evidently:awsEndpointEnded]" in warning


def test_another_endpoint_adds_no_warning() -> None:
    app = new_app()
    start_launch(new_stack(app=app))
    assert metadata(app, "aws:cdk:warning") == {}


def test_a_launch_in_a_deep_scope_uses_the_stacks_provider() -> None:
    stack = new_stack()
    start = start_launch(Construct(Construct(stack, "Team"), "Shop"))
    assert start.provider.node.scope is stack
