"""The text of an evaluation event, at any nesting."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidently_service.evaluation.context import parse_context
from evidently_service.telemetry.evaluation_event import EvaluationEvent, typed, untyped

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


def event(attributes: Callable[[], Iterator[str]], **more: str) -> EvaluationEvent:
    return EvaluationEvent(1, "upsell", "on", "anna", attributes, "DEFAULT", **more)


@settings(max_examples=25)
@given(VALUES)
def test_the_text_is_that_of_the_json_module(value: Any) -> None:
    assert "".join(untyped(value)) == json.dumps(value)


def test_a_number_that_is_too_large_for_json_is_null() -> None:
    assert "".join(untyped(json.loads('{"a": [1e400, -1e400, 1e300]}'))) == '{"a": [null, null, 1e+300]}'


@settings(max_examples=25)
@given(st.dictionaries(st.text(), VALUES))
def test_each_value_of_a_context_is_typed(context: dict[str, Any]) -> None:
    text = "".join(typed(parse_context(json.dumps(context))))
    assert text == json.dumps(plainly_typed(context)["m"])


@pytest.mark.parametrize(
    ("write", "level", "end"), [(typed, '{"m": {"in": {"l": []}}}', '{"s": "end"}'), (untyped, '{"in": []}', '"end"')]
)
def test_a_value_of_any_depth_has_a_text(write: Callable[[Any], Iterator[str]], level: str, end: str) -> None:
    text = "".join(write({"deep": nested("end")}))
    assert (text.count(end), len(text)) == (1, len(f'{{"deep": {end}}}') + DEEP * len(level))


def test_a_line_is_made_no_further_than_its_limit() -> None:
    pieces = 0

    def attributes() -> Iterator[str]:
        nonlocal pieces
        for piece in typed({"many": [True] * 100_000}):
            pieces += 1
            yield piece

    assert event(attributes).line("arn", 1_000) is None
    assert pieces < 200


@pytest.mark.parametrize("less", [0, 1])
def test_the_limit_is_exact(less: int) -> None:
    small = event(lambda: typed({"browser": "é"}), experiment="e")
    line = small.line("arn", 10_000)
    assert line is not None
    assert small.line("arn", len(line) - less) == (None if less else line)


def test_a_line_is_json_without_absent_members() -> None:
    line = event(lambda: typed({"browser": "Chrome"}), treatment="t").line("arn", 10_000)
    found = json.loads(line or "")
    assert (found["entity_attributes"], found["treatment"]) == ({"browser": {"s": "Chrome"}}, "t")
    assert "experiment" not in found
