"""Triggers: when a deploy calls StartLaunch again."""

from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import Aws, CfnResource, NestedStack, Stack, Stage, Tags, Token, pipelines
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns

from cdk_evidently import Triggers
from helpers.synth import (
    START_LAUNCH,
    app_of,
    new_app,
    new_stack,
    only,
    resources,
    resynthesized,
    start_launch,
    synthesized,
)


def trigger(stack: Stack) -> Any:
    return only(stack, START_LAUNCH)[1]["Properties"].get("Triggers")


def trigger_of_another_synth(stack: Stack) -> Any:
    (start,) = [it for it in resynthesized(stack)["Resources"].values() if it["Type"] == START_LAUNCH]
    return start["Properties"]["Triggers"]


def stack_with(change: Callable[[Stack, CfnResource], None]) -> Stack:
    stack = new_stack()
    topic = CfnResource(stack, "Topic", type="AWS::SNS::Topic", properties={"DisplayName": "offers"})
    start_launch(stack)
    change(stack, topic)
    return stack


def no_change(_stack: Stack, _topic: CfnResource) -> None:
    pass


def added(stack: Stack, _topic: CfnResource) -> None:
    sns.Topic(stack, "Another")


def renamed(stack: Stack, topic: CfnResource) -> None:
    assert stack.node.try_remove_child(topic.node.id)
    CfnResource(stack, "Topic", type="AWS::SNS::Topic", properties={"DisplayName": "sales"})


def retyped(stack: Stack, topic: CfnResource) -> None:
    assert stack.node.try_remove_child(topic.node.id)
    CfnResource(stack, "Topic", type="AWS::SQS::Queue", properties={"DisplayName": "offers"})


def removed(stack: Stack, topic: CfnResource) -> None:
    assert stack.node.try_remove_child(topic.node.id)


def deep(stack: Stack, topic: CfnResource) -> None:
    assert stack.node.try_remove_child(topic.node.id)
    CfnResource(stack, "Topic", type="AWS::SNS::Topic", properties={"DisplayName": "offers", "A": {"B": [{"C": 1}]}})


def tagged(stack: Stack, _topic: CfnResource) -> None:
    sns.Topic(stack, "Tagged")
    Tags.of(stack).add("team", "pets")


@pytest.mark.parametrize("change", [added, renamed, retyped, removed, deep, tagged], ids=lambda it: it.__name__)
def test_a_change_to_another_resource_changes_the_trigger(change: Callable[[Stack, CfnResource], None]) -> None:
    assert trigger(stack_with(change)) != trigger(stack_with(no_change))


def test_the_same_code_gives_the_same_template_twice() -> None:
    assert synthesized(stack_with(no_change)) == synthesized(stack_with(no_change))


def test_a_second_synth_of_an_app_sees_new_resources() -> None:
    stack = stack_with(no_change)
    before = trigger(stack)
    assert trigger_of_another_synth(stack) == before
    added(stack, CfnResource(stack, "Unused", type="AWS::SNS::Topic"))
    assert trigger_of_another_synth(stack) != before


def test_the_properties_of_a_start_launch_do_not_change_the_trigger() -> None:
    def built(name: str) -> Stack:
        stack = new_stack()
        start_launch(stack, on_delete=name)
        return stack

    assert trigger(built("CANCEL")) == trigger(built("COMPLETE"))


def test_all_launches_of_a_stack_have_the_same_trigger() -> None:
    stack = new_stack()
    sns.Topic(stack, "Topic")
    for number in range(10):
        start_launch(stack, f"Start{number}", launch=f"upsell-{number}")
    found = {it["Properties"]["Triggers"] for it in resources(stack, START_LAUNCH).values()}
    assert len(found) == 1
    assert all(len(it) == 64 for it in found)


def nested(name: str, *, start_in_nested: bool) -> Stack:
    stack = new_stack()
    inner = NestedStack(stack, "Inner")
    sns.CfnTopic(NestedStack(inner, "Innermost"), "Topic", display_name=name)
    start_launch(inner if start_in_nested else stack)
    return inner if start_in_nested else stack


@pytest.mark.parametrize("start_in_nested", [True, False])
def test_a_change_inside_a_nested_stack_changes_the_trigger(start_in_nested: bool) -> None:  # noqa: FBT001
    first, again, other = (
        trigger(nested(name, start_in_nested=start_in_nested)) for name in ("offers", "offers", "sales")
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize("inside", [True, False])
def test_a_change_to_another_stack_does_not_change_the_trigger(inside: bool) -> None:  # noqa: FBT001
    def built(name: str) -> Stack:
        app = new_app()
        stack = new_stack(app=app)
        sns.CfnTopic(Stack(stack if inside else app, "Other"), "Topic", display_name=name)
        start_launch(stack)
        return stack

    assert trigger(built("offers")) == trigger(built("sales"))


def values_trigger(values: dict[str, Any]) -> Any:
    stack = new_stack()
    start_launch(stack, triggers=Triggers.of(values))
    return trigger(stack)


def test_the_trigger_of_a_value_is_its_digest() -> None:
    first = values_trigger({"version": "1", "colour": "red"})
    assert first == values_trigger({"version": "1", "colour": "red"})
    assert first != values_trigger({"version": "2", "colour": "red"})
    assert first["colour"] == values_trigger({"version": "2", "colour": "red"})["colour"]
    assert "red" not in str(first)


def test_a_number_and_its_text_have_different_triggers() -> None:
    assert values_trigger({"version": 1}) != values_trigger({"version": "1"})


def test_the_trigger_of_a_token_is_the_token() -> None:
    found = values_trigger(
        {"region": Aws.REGION, "topic": Token.as_any({"Ref": "Topic"}), "n": Token.as_number({"Ref": "N"})}
    )
    assert found == {"region": {"Ref": "AWS::Region"}, "topic": {"Ref": "Topic"}, "n": {"Ref": "N"}}


def test_every_deploy_gives_another_trigger_at_each_synth() -> None:
    def built() -> Stack:
        stack = new_stack()
        start_launch(stack, triggers=Triggers.every_deploy())
        return stack

    stack = built()
    assert trigger(stack) == trigger_of_another_synth(stack)
    assert trigger(stack) != trigger(built())


def test_none_omits_the_property() -> None:
    stack = new_stack()
    start_launch(stack, triggers=Triggers.none())
    assert trigger(stack) is None


def pipeline(stack: Stack) -> None:
    step = pipelines.ShellStep(
        "Synth", input=pipelines.CodePipelineSource.s3(s3.Bucket(stack, "Code"), "a"), commands=[]
    )
    pipelines.CodePipeline(stack, "Pipeline", synth=step)


def around(place: str) -> Stack:
    app = new_app()
    match place:
        case "a stage":
            return new_stack(app=Stage(app, "Prod"))
        case "a nested stack":
            return NestedStack(new_stack(app=app), "Inner")
        case "a pipeline later in the app":
            found = new_stack(app=app)
            pipeline(new_stack("Pipeline", app))
            return found
        case _:
            return new_stack(app=app)


@pytest.mark.parametrize("place", ["a stage", "a nested stack", "a pipeline later in the app", "an app"])
def test_every_deploy_warns_where_a_pipeline_would_update_itself_for_ever(place: str) -> None:
    stack = around(place)
    start = start_launch(stack, triggers=Triggers.every_deploy())
    app = app_of(stack)
    for _ in range(2):
        app.synth(force=True)
    found = [it.data for it in start.node.metadata if it.type == "aws:cdk:warning"]
    assert [it.rpartition("[")[2] for it in found] == ["ack: cdk-evidently:everyDeployUpdatesPipeline]"] * (
        place != "an app"
    )


@pytest.mark.parametrize("triggers", [Triggers.stack_changes(), Triggers.none(), Triggers.of({"release": 1})])
def test_other_triggers_do_not_warn_in_a_nested_stack(triggers: Triggers) -> None:
    stack = around("a nested stack")
    start = start_launch(stack, triggers=triggers)
    synthesized(stack)
    assert [it.data for it in start.node.metadata if it.type == "aws:cdk:warning"] == []
