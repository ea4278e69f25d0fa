"""Patterns against any context: they never fail, and they match by event-ruler's definition.

The oracle is that definition, word by word: an event is a set of leaves, each with its path and its array elements. A
pattern matches if one can pick a leaf for each of its fields so that no two picks are in different elements of one
array, and if no leaf exists for a field that must be absent.
"""

import json
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from evidently_service.evaluation.context import Number, parse_context
from evidently_service.evaluation.errors import PatternError
from evidently_service.evaluation.pattern import compile_pattern

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

Leaf = tuple[tuple[str, ...], Any, dict[int, int]]


def leaves(value: Any, path: tuple[str, ...], places: dict[int, int]) -> list[Leaf]:
    match value:
        case dict():
            return [leaf for name, inner in value.items() for leaf in leaves(inner, (*path, name), places)]
        case list():
            return [
                leaf
                for index, inner in enumerate(value)
                for leaf in leaves(
                    inner, path, {**places, id(value): index} if isinstance(inner, (dict, list)) else places
                )
            ]
        case _:
            return [(path, value, places)]


def fields(pattern: dict[str, Any], path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], list[Any]]]:
    return [
        field
        for name, inner in pattern.items()
        for field in (fields(inner, (*path, name)) if isinstance(inner, dict) else [((*path, name), inner)])
    ]


def accepts(value: Any, leaf: Any) -> bool:
    match value:
        case {"exists": expected}:
            return bool(expected)
        case {"anything-but": excluded}:
            return leaf not in (excluded if isinstance(excluded, list) else [excluded])
        case {"prefix": start}:
            return isinstance(leaf, str) and leaf.startswith(start)
        case {"suffix": end}:
            return isinstance(leaf, str) and leaf.endswith(end)
        case {"numeric": [_, number]}:
            return isinstance(leaf, Number) and float(leaf.text) == float(number.text)
        case _:
            return bool(leaf == value)


def consistent(picks: tuple[Leaf | None, ...]) -> bool:
    seen: dict[int, int] = {}
    for pick in picks:
        for array, index in pick[2].items() if pick else ():
            if seen.setdefault(array, index) != index:
                return False
    return True


def oracle(pattern: dict[str, Any], context: dict[str, Any]) -> bool:
    found = leaves(context, (), {})
    choices: list[list[Leaf | None]] = []
    for path, values in fields(pattern):
        here = [leaf for leaf in found if leaf[0] == path]
        picks: list[Leaf | None] = [leaf for leaf in here if any(accepts(value, leaf[1]) for value in values)]
        choices.append([*picks, None] if not here and {"exists": False} in values else picks)
    return any(consistent(picks) for picks in product(*choices))


def read(value: Any) -> Any:
    return parse_context(json.dumps(value))


@settings(deadline=None)
@given(PATTERNS, CONTEXTS)
def test_a_pattern_matches_as_event_ruler_defines(pattern: Any, context: Any) -> None:
    assert compile_pattern(json.dumps(pattern)).matches(read(context)) == oracle(read(pattern), read(context))


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


def test_a_context_of_many_objects_is_matched_in_one_pass() -> None:
    pattern = compile_pattern('{"a": {"x": [{"exists": false}], "k": ["z"]}}')
    # A check of every object for each object would take an hour.
    assert not pattern.matches(read({"a": [{}] * 200_000}))
    assert not pattern.matches(read({"a": [*[{}] * 200_000, {"x": 1}]}))
    assert pattern.matches(read({"a": [*[{}] * 200_000, {"k": "z"}]}))


def test_a_context_nested_as_deep_as_json_goes_is_matched() -> None:
    context = parse_context('{"a":' + "[" * 900 + '"x"' + "]" * 900 + "}")
    assert compile_pattern('{"a": ["x"]}').matches(context)
    assert not compile_pattern('{"a": {"b": [{"exists": true}]}}').matches(context)
