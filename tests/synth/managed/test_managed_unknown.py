"""Rules over several values: judged as far as synth knows them all."""

import json
from typing import Any

import pytest
from aws_cdk import CfnParameter, Fn, Stack, Token

from cdk_evidently import (
    EvidentlyService,
    Group,
    InvalidArgumentError,
    InvalidDefinitionError,
    SegmentOverride,
    Step,
    Variation,
    percent,
)
from helpers.managed_constructs import feature, launch, project, segment
from helpers.synth import app_of, metadata, new_stack, only

START = "2026-11-02T09:00:00Z"
TWO_GROUPS = [Group(name=name, feature="upsell", variation="on") for name in ("a", "b")]


def number(stack: Stack, name: str = "Number") -> float:
    return CfnParameter(stack, name, type="Number").value_as_number


def text(stack: Stack, name: str = "Text") -> str:
    return CfnParameter(stack, name).value_as_string


def test_percent_of_a_token_is_its_text_with_an_exponent_of_three() -> None:
    stack = new_stack()
    assert stack.resolve(percent(number(stack))) == {"Fn::Join": ["", [{"Ref": "Number"}, "e3"]]}


def test_weights_that_are_not_all_known_neither_fail_nor_warn() -> None:
    stack = new_stack()
    weights = {"a": percent(60), "b": percent(number(stack))}
    launch(stack, groups=TWO_GROUPS, steps=[Step(start=START, weights=weights)])
    assert metadata(app_of(stack), "aws:cdk:warning") == {}


def test_known_weights_are_judged_beside_a_step_that_is_unknown() -> None:
    stack = new_stack()
    steps = [
        Step(start=START, weights={"a": number(stack)}),
        Step(start="2026-11-03T09:00:00Z", weights={"a": percent(60), "b": percent(60)}),
    ]
    with pytest.raises(InvalidDefinitionError) as raised:
        launch(stack, groups=TWO_GROUPS, steps=steps)
    assert raised.value.problems == ("steps[1].weights add up to 120000; at most 100000 are allowed, which is 100 %",)


def test_known_orders_are_judged_beside_unknown_ones() -> None:
    stack = new_stack()
    orders = (number(stack), number(stack, "Other"), 1, 1)
    overrides = [SegmentOverride(segment=f"s{at}", order=order, weights={}) for at, order in enumerate(orders)]
    with pytest.raises(InvalidDefinitionError, match=r"overrides have order 1 2 times") as raised:
        launch(stack, groups=TWO_GROUPS, steps=[Step(start=START, weights={}, overrides=overrides)])
    assert len(raised.value.problems) == 1


def test_known_starts_have_to_ascend_around_an_unknown_one() -> None:
    stack = new_stack()
    steps = [Step(start=start, weights={}) for start in ("2026-11-03T09:00:00Z", text(stack), START)]
    with pytest.raises(InvalidDefinitionError, match=r"steps\[2\].start is"):
        launch(stack, groups=TWO_GROUPS, steps=steps)


def test_a_start_that_a_condition_chooses_stays_a_condition() -> None:
    stack = new_stack()
    chosen: Any = Fn.condition_if("Beta", START, "2026-11-03T09:00:00Z")
    launch(stack, groups=TWO_GROUPS, steps=[Step(start=chosen, weights={})])
    steps = only(stack, "Custom::EvidentlyLaunch")[1]["Properties"]["ScheduledSplitsConfig"]
    assert steps[0]["StartTime"] == {"Fn::If": ["Beta", START, "2026-11-03T09:00:00Z"]}


def test_a_name_that_may_be_an_unknown_one_is_not_missing() -> None:
    stack = new_stack()
    unknown = text(stack)
    variations = [Variation.string(unknown, "a"), Variation.string("b", "b")]
    made = feature(stack, variations=variations, default_variation="a", entity_overrides={"anna": "a"})
    launch(
        stack, groups=[Group(name=unknown, feature=made, variation="a")], steps=[Step(start=START, weights={"a": 1})]
    )


def test_a_number_token_in_a_pattern_is_a_number_at_the_deploy() -> None:
    stack = new_stack()
    segment(stack, pattern={"age": [{"numeric": [">", number(stack)]}]}, segment_name="adults")
    assert "e+289" not in json.dumps(only(stack, "Custom::EvidentlySegment")[1])


def test_a_list_token_of_log_groups_is_an_error_with_the_way_out() -> None:
    stack = new_stack()
    names = CfnParameter(stack, "Names", type="CommaDelimitedList").value_as_list
    for make in (
        lambda: EvidentlyService(stack, "Evidently", data_delivery=names),
        lambda: project(stack, data_delivery=names[0]),
    ):
        with pytest.raises(InvalidArgumentError, match=r"number is known at synth. Give each .* Fn.select\(0, names\)"):
            make()


def test_a_text_token_is_a_value_of_every_type() -> None:
    stack = new_stack()
    number_of_text = Token.as_number(text(stack))
    feature(stack, variations=[Variation.long("a", number_of_text), Variation.long("b", 2)])
    assert '{"Ref": "Text"}' in json.dumps(only(stack, "Custom::EvidentlyFeature")[1])
