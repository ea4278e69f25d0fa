"""Projects, features, segments and launches in a template: properties, logical ids, attributes and warnings."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from aws_cdk import CfnOutput, NestedStack, Tags
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk_evidently import (
    EvaluationStrategy,
    EvidentlyProvider,
    Group,
    MetricMonitor,
    Project,
    SegmentOverride,
    Step,
    Variation,
    percent,
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
from helpers.synth import app_of, metadata, new_stack, only, resources, synthesized

KINDS = pytest.mark.parametrize("kind", FACTORIES)


def test_a_project_has_its_description_and_its_log_group() -> None:
    stack = new_stack()
    project(stack, description="The shop", data_delivery="/shop/events")
    assert definition(stack, "Project") == {
        "Description": "The shop",
        "DataDelivery": {"LogGroup": "/shop/events"},
    }


def test_a_description_may_have_line_breaks_as_in_the_api() -> None:
    stack = new_stack()
    project(stack, description="The shop,\nin two lines")
    assert definition(stack, "Project") == {"Description": "The shop,\nin two lines"}


def test_a_project_depends_on_its_log_group_in_the_stack() -> None:
    stack = new_stack()
    project(stack, data_delivery=logs.LogGroup(stack, "Events"))
    (group,) = [name for name in resources(stack, "AWS::Logs::LogGroup") if name.startswith("Events")]
    assert group in only(stack, TYPES["Project"])[1]["DependsOn"]
    assert properties(stack, "Project")["DataDelivery"] == {"LogGroup": {"Ref": group}}


def test_a_feature_passes_all_members_to_the_api() -> None:
    stack = new_stack()
    feature(
        stack,
        variations=[Variation.double("a", 0.1), Variation.double("b", 2)],
        default_variation="b",
        description="How much",
        entity_overrides={"anna": "a"},
        evaluation_strategy=EvaluationStrategy.DEFAULT_VARIATION,
    )
    assert definition(stack, "Feature") == {
        "Variations": [{"VariationName": "a", "DoubleValue": 0.1}, {"VariationName": "b", "DoubleValue": 2.0}],
        "DefaultVariation": "b",
        "Description": "How much",
        "EntityOverrides": [{"EntityId": "anna", "Variation": "a"}],
        "EvaluationStrategy": "DEFAULT_VARIATION",
    }


@pytest.mark.parametrize(
    ("variation", "value"),
    [
        (Variation.boolean("a", False), {"BooleanValue": False}),
        (Variation.string("a", ""), {"StringValue": ""}),
        (Variation.long("a", 2**53 - 1), {"LongValue": 2**53 - 1}),
        (Variation.double("a", 1e-7), {"DoubleValue": 1e-7}),
    ],
)
def test_a_value_keeps_its_type_and_every_digit(variation: Variation, value: dict[str, Any]) -> None:
    stack = new_stack()
    feature(stack, variations=[variation])
    assert definition(stack, "Feature")["Variations"] == [{"VariationName": "a", **value}]


def test_a_launch_passes_all_members_to_the_api() -> None:
    stack = new_stack()
    monitor = MetricMonitor(name="time", entity_id_key="user.id", value_key="details.time", unit_label="ms")
    launch(
        stack,
        description="In November",
        groups=[Group(name="all", feature="upsell", variation="on", description="All of them")],
        steps=[
            Step(
                start=datetime(2026, 11, 2, 9, tzinfo=timezone(timedelta(hours=1))),
                weights={"all": percent(100)},
                overrides=[SegmentOverride(segment="norway", order=2, weights={"all": percent(12.5)})],
            ),
            Step(start="2026-11-09T09:00:00Z", weights={"all": 100_000}),
        ],
        metric_monitors=[monitor],
        randomization_salt="salt",
    )
    all_of_them = [{"GroupName": "all", "SplitWeight": 100_000}]
    override = {"Segment": "norway", "EvaluationOrder": 2, "Weights": [{"GroupName": "all", "SplitWeight": 12_500}]}
    assert definition(stack, "Launch") == {
        "Description": "In November",
        "Groups": [{"GroupName": "all", "Feature": "upsell", "Variation": "on", "Description": "All of them"}],
        "ScheduledSplitsConfig": [
            {"StartTime": "2026-11-02T08:00:00Z", "GroupWeights": all_of_them, "SegmentOverrides": [override]},
            {"StartTime": "2026-11-09T09:00:00Z", "GroupWeights": all_of_them},
        ],
        "MetricMonitors": [
            {"MetricName": "time", "EntityIdKey": "user.id", "ValueKey": "details.time", "UnitLabel": "ms"}
        ],
        "RandomizationSalt": "salt",
    }


@KINDS
def test_a_default_name_is_generated_from_the_path(kind: str) -> None:
    stack = new_stack("Shop")
    FACTORIES[kind](Construct(stack, "Inner"), **({} if kind == "Segment" else {f"{kind.lower()}_name": None}))
    assert properties(stack, kind)["Name"].startswith(f"Shop-Inner-{kind}-")


SEGMENTS: list[dict[str, Any]] = [
    {},
    {"pattern": '{"country": ["NO"]}'},
    {"pattern": {"country": ["SE"]}},
    {"description": "Norway"},
]


def test_another_pattern_or_description_gives_a_segment_another_name() -> None:
    stack = new_stack()
    names = {segment(stack, str(number), **arguments).segment_name[-8:] for number, arguments in enumerate(SEGMENTS)}
    assert len(names) == 3


@KINDS
def test_tags_are_those_of_the_construct_and_of_cdk(kind: str) -> None:
    stack = new_stack()
    created = FACTORIES[kind](stack, tags={"team": "web", "stage": "beta"})
    Tags.of(stack).add("owner", "petra")
    Tags.of(created).add("stage", "prod")
    expected = {"owner": "petra", "stage": "prod", "team": "web"}
    assert properties(stack, kind)["Tags"] == [{"Key": key, "Value": value} for key, value in expected.items()]


@KINDS
def test_fifty_tags_are_allowed(kind: str) -> None:
    stack = new_stack()
    FACTORIES[kind](stack, tags={f"key{number}": "" for number in range(50)})
    assert len(properties(stack, kind)["Tags"]) == 50


@KINDS
def test_adopt_existing_is_a_property_of_the_resource(kind: str) -> None:
    stack = new_stack()
    FACTORIES[kind](stack, adopt_existing=True)
    assert properties(stack, kind)["AdoptExisting"] == "true"


@KINDS
def test_attributes_are_read_from_the_resource(kind: str) -> None:
    stack = new_stack()
    created = FACTORIES[kind](stack)
    for name, value in {
        "Arn": getattr(created, f"{kind.lower()}_arn"),
        "RefArn": getattr(getattr(created, f"{kind.lower()}_ref"), f"{kind.lower()}_arn"),
        "Created": created.created_time,
        "Updated": created.last_updated_time,
        "Ref": created.ref,
    }.items():
        CfnOutput(stack, name, value=value)
    logical_id, _ = only(stack, TYPES[kind])
    outputs = {name: output["Value"] for name, output in synthesized(stack)["Outputs"].items()}
    assert outputs["Arn"] == outputs["RefArn"] == {"Fn::GetAtt": [logical_id, "Arn"]}
    assert outputs["Created"] == {"Fn::GetAtt": [logical_id, "CreatedTime"]}
    assert outputs["Updated"] == {"Fn::GetAtt": [logical_id, "LastUpdatedTime"]}
    assert outputs["Ref"] == {"Ref": logical_id}
    assert getattr(created, f"{kind.lower()}_name") == properties(stack, kind)["Name"]
    if kind != "Segment":
        assert stack.resolve(created.status) == {"Fn::GetAtt": [logical_id, "Status"]}


@KINDS
def test_another_provider_changes_the_logical_id(kind: str) -> None:
    """CloudFormation refuses to change a resource's ServiceToken."""
    ids = set()
    for name in ("One", "Two"):
        stack = new_stack()
        provider = EvidentlyProvider(stack, name, endpoint=ENDPOINT)
        FACTORIES[kind](stack, endpoint=None, provider=provider)
        ids.add(only(stack, TYPES[kind])[0])
    assert len(ids) == 2


def test_the_default_endpoint_is_awss_with_a_warning() -> None:
    stack = new_stack()
    Project(stack, "Project")
    (warnings,) = metadata(app_of(stack), "aws:cdk:warning").values()
    assert "AWS ended CloudWatch Evidently" in warnings[0]


UNASSIGNED = (
    "steps[0].weights add up to 12.5 %: 87.5 % of the users are in no group and get the default variation. "
    "Acknowledge this warning if that is intended."
)


def test_weights_under_a_hundred_percent_warn_of_the_unassigned_share() -> None:
    stack = new_stack()
    launch(stack, steps=[Step(start=datetime(2026, 11, 2, tzinfo=UTC), weights={"all": percent(12.5)})])
    assert metadata(app_of(stack), "aws:cdk:warning") == {
        "Release/Launch": [f"{UNASSIGNED} [ack: cdk-evidently:weightsLeaveUsersUnassigned0]"]
    }


NOTE = (
    "launch_name and randomization_salt are not given: the launch's name, {name!r}, is generated from the construct's "
    "path, and is the salt that assigns users to groups. A construct that moves is another launch, which assigns them "
    "again. Give launch_name or randomization_salt before the start to keep them. "
    "[ack: cdk-evidently:launchSaltFromPath]"
)


def test_a_launch_whose_audience_depends_on_its_path_has_a_note_that_says_what_keeps_it() -> None:
    stack = new_stack()
    name = launch(stack, launch_name=None).launch_name
    assert metadata(app_of(stack), "aws:cdk:info") == {"Release/Launch": [NOTE.format(name=name)]}


@pytest.mark.parametrize(
    "arguments",
    [{"launch_name": "november"}, {"launch_name": None, "randomization_salt": "november"}],
    ids=["a name", "a salt"],
)
def test_a_launch_with_a_name_or_a_salt_has_no_such_note(arguments: dict[str, Any]) -> None:
    stack = new_stack()
    launch(stack, **arguments)
    assert metadata(app_of(stack), "aws:cdk:info") == {}


@KINDS
def test_generated_names_differ_by_the_whole_path_and_fit_the_api(kind: str) -> None:
    stack = new_stack()
    places = [
        Construct(stack, "x" * 200),
        Construct(stack, "x" * 201),
        NestedStack(stack, "A"),
        NestedStack(stack, "B"),
    ]
    named = {f"{kind.lower()}_name": None}
    names = [
        getattr(FACTORIES[kind](place, name, **named), f"{kind.lower()}_name")
        for place in (*places, *(NestedStack(it, "Inner") for it in places[2:]))
        for name in ("one", "t.wo", "two")
    ]
    assert len(set(names)) == len(names) == 18
    assert max(map(len, names)) <= {"Segment": 64}.get(kind, 127)
