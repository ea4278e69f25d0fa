"""The text of an evaluation event, at any nesting."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidently_service.evaluation.context import parse_context
from evidently_service.telemetry.evaluation_event import EvaluationEvent, json_text, typed

DEEP = 10_000  # ten times as deep as Python recurses
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(SCALARS, lambda each: st.lists(each) | st.dictionaries(st.text(), each), max_leaves=10)


def nested(text: str) -> Any:
    """Return a value with `text` and another pair of brackets around it, many times over."""
    value: Any = text
    for _ in range(DEEP):
        value = {"in": [value]}
    return value


def plainly_typed(value: Any) -> Any:
    """Return the typed form of a JSON value, the number's text aside."""
    match value:
        case bool():
            return {"b": value}
        case str():
            return {"s": value}
        case int() | float():
            return {"n": json.dumps(value)}
        case list():
            return {"l": [plainly_typed(each) for each in value]}
        case dict():
            return {"m": {name: plainly_typed(each) for name, each in value.items()}}
    return {"null": True}


@settings(max_examples=25)
@given(VALUES)
def test_the_text_is_that_of_the_json_module(value: Any) -> None:
    assert json_text(value) == json.dumps(value)


@settings(max_examples=25)
@given(st.dictionaries(st.text(), VALUES))
def test_each_value_of_a_context_is_typed(context: dict[str, Any]) -> None:
    assert typed(parse_context(json.dumps(context))) == plainly_typed(context)["m"]


def test_a_value_of_any_depth_has_a_typed_form_and_a_text() -> None:
    text = json_text(typed({"deep": nested("end")}))
    assert text.startswith('{"deep": {"m": {"in": {"l": [{"m": {"in": {"l": [')
    assert text.count('{"s": "end"}') == 1
    assert len(text) == len('{"deep": {"s": "end"}}') + DEEP * len('{"m": {"in": {"l": []}}}')


def test_attributes_are_made_for_a_line_only() -> None:
    made = []

    def attributes() -> dict[str, Any]:
        made.append(1)
        return {"browser": {"s": "Chrome"}}

    event = EvaluationEvent(1, "upsell", "on", "anna", attributes, "DEFAULT")
    assert made == []
    assert json.loads(event.line("arn"))["entity_attributes"] == {"browser": {"s": "Chrome"}}


@pytest.mark.parametrize(("experiment", "shown"), [("e", {"experiment": "e"}), (None, {})])
def test_an_absent_experiment_is_not_in_the_line(experiment: str | None, shown: dict[str, str]) -> None:
    event = EvaluationEvent(1, "upsell", "on", "anna", dict, "DEFAULT", experiment)
    assert {name: value for name, value in json.loads(event.line("arn")).items() if name == "experiment"} == shown
