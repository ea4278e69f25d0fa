"""Managed resources and what they relate to: each other, imported resources, and the provider's role."""

from dataclasses import replace
from typing import Any

import pytest
from aws_cdk import Fn, NestedStack
from aws_cdk import aws_evidently as l1
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs

from cdk_evidently import (
    EvidentlyEndpoint,
    EvidentlyProvider,
    EvidentlyService,
    Feature,
    Group,
    Launch,
    Project,
    Segment,
    SegmentOverride,
    StartLaunch,
    Step,
)
from helpers.managed_constructs import (
    ENDPOINT,
    FACTORIES,
    TYPES,
    definition,
    feature,
    launch,
    project,
    properties,
    segment,
)
from helpers.synth import URL, app_of, metadata, new_stack, only, resources, start_launch, synthesized


def test_resources_depend_on_those_they_name_and_share_one_provider() -> None:
    stack = new_stack()
    shop = project(stack)
    upsell = feature(stack, project=shop, endpoint=None)
    norway = segment(stack)
    groups = [Group(name="all", feature=upsell, variation="on")]
    overrides = [SegmentOverride(segment=norway, order=1, weights={"all": 0})]
    step = Step(start="2026-11-02T09:00:00Z", weights={"all": 100_000}, overrides=overrides)
    november = launch(stack, project=shop, groups=groups, steps=[step], endpoint=None)
    StartLaunch(stack, "Start", project=shop, launch=november)

    waits = {it["Type"]: set(it.get("DependsOn", [])) for it in resources(stack).values()}
    ids = {kind: only(stack, name)[0] for kind, name in TYPES.items()}
    assert ids["Project"] in waits[TYPES["Feature"]]
    assert {ids["Project"], ids["Feature"], ids["Segment"]} < waits[TYPES["Launch"]]
    assert {ids["Launch"], ids["Project"]} <= waits["Custom::EvidentlyStartLaunch"]
    assert len(resources(stack, "AWS::Lambda::Function")) == 1
    assert metadata(app_of(stack), "aws:cdk:warning") == {}
    assert (properties(stack, "Feature")["Project"], properties(stack, "Launch")["Project"]) == ("petfood", "petfood")


def test_a_managed_resource_depends_on_the_services_routes_and_stage() -> None:
    stack = new_stack()
    project(stack, endpoint=EvidentlyService(stack, "Evidently").endpoint)
    waits = only(stack, TYPES["Project"])[1]["DependsOn"]
    routes = [*resources(stack, "AWS::ApiGatewayV2::Route"), *resources(stack, "AWS::ApiGatewayV2::Stage")]
    assert set(routes) <= set(waits)


ARN = "arn:aws:evidently:eu-west-1:123456789012:"


def test_existing_resources_are_imported_by_name_or_arn() -> None:
    stack = new_stack()
    imports: list[tuple[Any, str, str]] = [
        (Project.from_project_name(stack, "P1", "petfood"), "project", ":project/petfood"),
        (Project.from_project_arn(stack, "P2", f"{ARN}project/petfood"), "project", ":project/petfood"),
        (Feature.from_feature_name(stack, "F1", "a", project="b"), "feature", ":project/b/feature/a"),
        (Feature.from_feature_arn(stack, "F2", f"{ARN}project/b/feature/a"), "feature", ":project/b/feature/a"),
        (Segment.from_segment_name(stack, "S1", "a"), "segment", ":segment/a"),
        (Segment.from_segment_arn(stack, "S2", f"{ARN}segment/a"), "segment", ":segment/a"),
        (Launch.from_launch_name(stack, "L1", "a", project="b"), "launch", ":project/b/launch/a"),
        (Launch.from_launch_arn(stack, "L2", f"{ARN}project/b/launch/a"), "launch", ":project/b/launch/a"),
    ]
    for found, kind, ending in imports:
        assert str(stack.resolve(getattr(found, f"{kind}_arn"))).replace("']]}", "").endswith(ending)
        assert getattr(found, f"{kind}_name") == ending.rpartition("/")[2]
        assert stack.resolve(getattr(getattr(found, f"{kind}_ref"), f"{kind}_arn")) == stack.resolve(
            getattr(found, f"{kind}_arn")
        )
    assert not synthesized(stack).get("Resources")


def test_imports_l1_constructs_and_tokens_name_related_resources() -> None:
    stack = new_stack()
    own = l1.CfnProject(stack, "Own", name="own")
    projects = [
        Project.from_project_name(stack, "Imported", "imported"),
        own,
        Fn.import_value("Project"),
        f"{ARN}project/a",
    ]
    for number, given in enumerate(projects):
        feature(stack, f"Feature{number}", project=given)
    groups = [Group(name="all", feature=Feature.from_feature_name(stack, "F", "f", project="p"), variation="on")]
    override = SegmentOverride(segment=Segment.from_segment_name(stack, "S", "s"), order=1, weights={})
    steps = [Step(start="2026-11-02T09:00:00Z", weights={"all": 100_000}, overrides=[override])]
    launch(stack, groups=groups, steps=steps)

    found = [it["Properties"]["Project"] for it in resources(stack, TYPES["Feature"]).values()]
    assert found == ["imported", {"Ref": "Own"}, {"Fn::ImportValue": "Project"}, f"{ARN}project/a"]
    created = definition(stack, "Launch")
    assert created["Groups"][0]["Feature"] == "f"
    assert created["ScheduledSplitsConfig"][0]["SegmentOverrides"][0]["Segment"] == "s"


def test_a_nested_stack_has_its_own_provider() -> None:
    stack = new_stack()
    shop = project(stack)
    nested = NestedStack(stack, "Nested")
    feature(nested, project=shop, endpoint=None)
    assert len(resources(nested, "AWS::Lambda::Function")) == 1


def test_managed_resources_depend_on_the_policy_that_permits_them() -> None:
    stack = new_stack()
    segment(stack, endpoint=EvidentlyEndpoint.from_url(URL, signing_name="execute-api", api_id="abc"))
    (name,) = (it for it in resources(stack, "AWS::IAM::Policy"))
    assert name in only(stack, TYPES["Segment"])[1]["DependsOn"]
    (statement,) = resources(stack)[name]["Properties"]["PolicyDocument"]["Statement"]
    paths = sorted(resource["Fn::Join"][1][-1].removeprefix(":abc/$default/") for resource in statement["Resource"])
    assert paths == [
        "DELETE/projects/*",
        "DELETE/segments/*",
        "DELETE/tags/*",
        "GET/projects/*",
        "GET/segments/*",
        "PATCH/projects/*",
        "POST/projects",
        "POST/projects/*/features",
        "POST/projects/*/launches",
        "POST/projects/*/launches/*/cancel",
        "POST/segments",
        "POST/tags/*",
    ]


def test_a_given_role_gets_that_policy_too() -> None:
    stack = new_stack()
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    project(stack, endpoint=None, provider=EvidentlyProvider(stack, "Provider", endpoint=ENDPOINT, role=role))
    policies = resources(stack, "AWS::IAM::Policy")
    assert len(policies) == 2
    assert set(policies) <= set(only(stack, TYPES["Project"])[1]["DependsOn"])


@pytest.mark.parametrize("kind", FACTORIES)
def test_an_endpoint_adds_its_dependencies_to_a_shared_provider(kind: str) -> None:
    stack = new_stack()
    start_launch(stack)  # creates the provider, from an equal endpoint without dependencies
    queue = sqs.CfnQueue(stack, "Queue")
    FACTORIES[kind](stack, endpoint=replace(ENDPOINT, dependencies=(queue,)))
    assert "Queue" in only(stack, TYPES[kind])[1]["DependsOn"]
