"""Patterns against any context: they never fail, and they match as event-ruler does.

`helpers.event_ruler` is the reference. A pattern that gives a field twice is refused, where it has no answer.
"""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidently_service.evaluation.context import parse_context
from evidently_service.evaluation.errors import PatternError
from evidently_service.evaluation.pattern import compile_pattern
from helpers import event_ruler

NAMES = st.sampled_from(["a", "b", "c"])
SCALARS = st.sampled_from(["x", "xy", "", 1, 1.0, True, None])
CONTEXTS = st.dictionaries(
    NAMES,
    st.recursive(
        SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=8
    ),
    max_size=3,
)
VALUES = SCALARS | st.sampled_from(
    [
        {"exists": True},
        {"exists": False},
        {"anything-but": "x"},
        {"anything-but": [1, 2]},
        {"prefix": "x"},
        {"suffix": "y"},
        {"numeric": ["=", 1]},
    ]
)
FIELDS = st.lists(VALUES, min_size=1, max_size=3)
WITH_OR = st.recursive(
    st.dictionaries(NAMES, FIELDS, min_size=1, max_size=3),
    lambda inner: (
        st.dictionaries(NAMES, FIELDS | inner, min_size=1, max_size=3)
        | st.builds(lambda fields, *parts: {**fields, "$or": list(parts)}, inner, inner, inner)
    ),
    max_leaves=5,
)
PATTERNS = st.dictionaries(
    NAMES,
    st.recursive(FIELDS, lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=3), max_leaves=5),
    min_size=1,
    max_size=3,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["$or", "numeric", "exists", "anything-but", "prefix"]) | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


def read(value: Any) -> Any:
    return parse_context(json.dumps(value))


# Most random pairs say nothing about arrays. These have one array of objects, whose fields the pattern is about.
ELEMENTS = st.recursive(
    st.sampled_from([1, 1, 2]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "b", "a-"]), inner, max_size=2),
    max_leaves=5,
)
CROWDS = st.fixed_dictionaries(
    {"d": st.lists(st.dictionaries(st.sampled_from(["a", "b", "a-"]), ELEMENTS, max_size=2), max_size=4)},
    optional={"a": st.sampled_from([1, 2])},
)
REQUIRED = st.lists(st.sampled_from([1, 1, 2, {"exists": False}, {"exists": True}]), min_size=1, max_size=2)
PARTS = st.dictionaries(
    st.sampled_from(["a", "b", "a-"]),
    REQUIRED | st.dictionaries(st.sampled_from(["a", "b"]), REQUIRED, min_size=1, max_size=2),
    min_size=1,
    max_size=2,
)
WITHIN = PARTS.map(lambda part: {"d": part})
CHOICES = st.lists(WITHIN | st.just({"a": [1]}), min_size=2, max_size=3)
ABOUT_CROWDS = WITHIN | st.builds(lambda part, choices: {**part, "$or": choices}, WITHIN, CHOICES)


def agrees(pattern: Any, context: Any) -> None:
    """Check a pattern against the reference."""
    try:
        expected = event_ruler.matches(read(pattern), read(context))
    except event_ruler.GivenTwiceError:
        with pytest.raises(PatternError, match="is given twice"):
            compile_pattern(json.dumps(pattern))
    else:
        assert compile_pattern(json.dumps(pattern)).matches(read(context)) == expected


@settings(deadline=None)
@given(PATTERNS | WITH_OR, CONTEXTS)
def test_a_pattern_matches_as_event_ruler_does(pattern: Any, context: Any) -> None:
    agrees(pattern, context)


@settings(deadline=None, max_examples=200)
@given(ABOUT_CROWDS, CROWDS)
def test_fields_of_objects_in_arrays_match_as_event_ruler_does(pattern: Any, context: Any) -> None:
    agrees(pattern, context)


@pytest.mark.long
@settings(deadline=None, max_examples=5000)
@given(ABOUT_CROWDS, CROWDS)
def test_many_fields_of_objects_in_arrays_match_as_event_ruler_does(pattern: Any, context: Any) -> None:
    agrees(pattern, context)


@settings(deadline=None)
@given(PATTERNS, PATTERNS, CONTEXTS)
def test_or_matches_if_one_of_its_patterns_matches(one: Any, other: Any, context: Any) -> None:
    found = [compile_pattern(json.dumps(each)).matches(read(context)) for each in (one, other)]
    assert compile_pattern(json.dumps({"$or": [one, other]})).matches(read(context)) == any(found)


@settings(deadline=None)
@given(PATTERNS, CONTEXTS, JSON)
def test_fields_that_a_pattern_does_not_name_change_nothing(pattern: Any, context: Any, more: Any) -> None:
    compiled = compile_pattern(json.dumps(pattern))
    assert compiled.matches(read({**context, "other": more})) == compiled.matches(read(context))


@settings(deadline=None)
@given(JSON, CONTEXTS)
def test_any_json_is_a_pattern_that_never_fails_or_a_pattern_error(given_pattern: Any, context: Any) -> None:
    try:
        compiled = compile_pattern(json.dumps(given_pattern))
    except PatternError as error:
        assert error.rule  # noqa: PT017, both outcomes are allowed
    else:
        assert compiled.matches(read(context)) in {True, False}
