"""The search's steps: bounded in number whatever the pattern and the context are. Counts, never seconds."""

import inspect
import json
import sys
from contextlib import suppress
from decimal import Decimal
from traceback import walk_stack
from types import FrameType
from typing import Any

import pytest

from evidently_service.evaluation.context import parse_context
from evidently_service.evaluation.errors import TooManyStepsError
from evidently_service.evaluation.pattern import compile_pattern
from evidently_service.evaluation.search import MOST_STEPS, Search
from helpers.worst_evaluations import PATTERNS, SEGMENTS, absences, alternatives, array_of, nested, numbers


def searched(context: Any, *patterns: str) -> Search:
    """Return the search of a context for patterns, none of which matches."""
    search = Search(parse_context(context if isinstance(context, str) else json.dumps(context)))
    for pattern in patterns:
        assert not search.matches(compile_pattern(pattern).edges)
    return search


def test_a_plain_context_takes_few_steps() -> None:
    context = {"country": "no", "user": {"tier": "gold", "tags": ["a", "b"]}}
    pattern = '{"country": ["no"], "user": {"tier": ["gold"], "tags": ["c"]}}'
    assert searched(context, *[pattern] * SEGMENTS).steps <= 50 * SEGMENTS


@pytest.mark.parametrize("item", ["[]", "{}", '{"b":{}}'])
def test_a_full_context_of_arrays_and_objects_is_within_the_bound_for_six_segments(item: str) -> None:
    searched(array_of(item), *[alternatives(50)] * SEGMENTS)


def test_six_segments_look_at_a_nested_array_once() -> None:
    context = nested(400)
    one, six = (searched(context, *[alternatives(50)] * count).steps for count in (1, SEGMENTS))
    assert six - one < one / 2


def test_more_alternatives_of_one_place_cost_nothing_for_each_object() -> None:
    few, many = (searched(array_of("{}"), alternatives(count)).steps for count in (2, 50))
    assert many - few <= 50 * 50


def test_a_choice_is_tried_once_whatever_came_before_it() -> None:
    objects = [{"a": 1, "b": 1} for _ in range(50)]
    pattern = json.dumps({"d": {"a": [1], "b": [1]}, "e": {"a": [1], "b": [1]}, "f": {"a": [2]}})
    # Each object of `d` with each of `e` would be 2500 pairs of choices.
    assert searched({"d": objects, "e": objects, "f": objects}, pattern).steps < 15_000


def test_alternatives_share_their_beginning_and_their_end() -> None:
    def pattern(count: int) -> str:
        either = {f"m{index}": {"$or": [{"a": [1]}, {"b": [1]}]} for index in range(count)}
        return json.dumps({"d": {"a": [1], **either, "z": [1]}})

    objects = [{"a": 1, **{f"m{index}": {"a": 1, "b": 1} for index in range(7)}}]
    few, many = (searched({"d": objects}, pattern(count)).steps for count in (3, 7))
    # The rules are 8 and 128.
    assert many < 4 * few


@pytest.mark.parametrize(
    ("item", "pattern"),
    [('{"b":1}', absences(35)), ("0", numbers(50)), ('""', numbers(50))],
    ids=["absences", "numbers", "strings"],
)
def test_what_would_take_longer_is_refused_with_the_bound(item: str, pattern: str) -> None:
    with pytest.raises(TooManyStepsError, match=f"takes more than {MOST_STEPS:,} steps to match"):
        searched(array_of(item), *[pattern] * SEGMENTS)


@pytest.mark.parametrize("name", PATTERNS)
@pytest.mark.parametrize("item", ["0", "[]", '{"b":1}', '{"b":{"c0":2}}'])
def test_a_step_is_a_few_calls_of_functions_at_most(name: str, item: str) -> None:
    search = Search(parse_context(array_of(item)))
    patterns = [compile_pattern(PATTERNS[name]) for _ in range(SEGMENTS)]
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        with suppress(TooManyStepsError):
            for pattern in patterns:
                search.matches(pattern.edges)
    finally:
        sys.setprofile(None)
    # What a refused search would have done next is counted, and not done.
    assert calls <= 4 * min(search.steps, MOST_STEPS)


def test_a_number_is_read_once_however_often_it_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(text: str) -> Decimal:
        read.append(text)
        return Decimal(text)

    monkeypatch.setattr("evidently_service.evaluation.context.Decimal", counted)
    number = f"1.7976931348623157{'9' * 60_000}e308"
    searched(f'{{"a":{number}}}', *[numbers(50).replace("=", ">")] * SEGMENTS)
    assert read.count(number) == 1


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (json.dumps({f"{number}": [1] for number in range(90)}), {f"{number}": 1 for number in range(90)}),
        (
            json.dumps({"d": {f"{number}": [1] for number in range(90)}}),
            {"d": [{f"{number}": 1 for number in range(90)}]},
        ),
        ('{"d":' * 49 + '["x"]' + "}" * 49, json.loads('{"d":[' * 49 + '"x"' + "]}" * 49)),
    ],
    ids=["fields", "fields of an object in an array", "levels"],
)
def test_the_stack_grows_with_neither_the_fields_nor_the_levels_of_a_pattern(pattern: str, found: Any) -> None:
    # At a certain depth CPython takes and frees memory for every call: an evaluation took ten times as long.
    edges, context = compile_pattern(pattern).edges, parse_context(json.dumps(found))
    deepest = len(inspect.stack())

    def note(frame: FrameType, _event: str, _argument: object) -> None:
        nonlocal deepest
        deepest = max(deepest, sum(1 for _ in walk_stack(frame)))

    before = deepest
    sys.setprofile(note)
    try:
        matches = Search(context).matches(edges)
    finally:
        sys.setprofile(None)
    assert matches
    assert deepest - before < 12


def test_patterns_that_come_and_go_are_not_mistaken_for_each_other() -> None:
    search = Search({"a": "x"})
    found = [search.matches(compile_pattern(f'{{"a": ["{letter}"]}}').edges) for letter in "wxyzx"]
    assert found == [False, True, False, False, True]


def test_the_bound_is_of_all_segments_together() -> None:
    context = array_of("0")
    searched(context, '{"a": [1]}')
    with pytest.raises(TooManyStepsError):
        searched(context, *(f'{{"a": [{number}]}}' for number in range(1, 10)))


def test_the_same_segment_twice_is_found_twice() -> None:
    search = Search({"a": [{"b": "x"}]})
    edges = compile_pattern('{"a": {"b": ["x"]}}').edges
    assert [search.matches(edges) for _ in range(2)] == [True, True]


def test_a_context_nested_as_deep_as_one_may_be_is_matched() -> None:
    context = parse_context('{"a":' + "[" * 490 + '"x"' + "]" * 490 + "}")
    assert compile_pattern('{"a": ["x"]}').matches(context)
    assert not compile_pattern('{"a": {"b": [{"exists": true}]}}').matches(context)


def test_a_pattern_of_as_many_fields_as_fit_is_matched() -> None:
    names = [chr(number) for number in range(ord("À"), ord("À") + 110)]
    pattern = json.dumps({"d": {name: [1] for name in names}}, separators=(",", ":"), ensure_ascii=False)
    assert len(pattern) <= 1024
    assert compile_pattern(pattern).matches(parse_context(json.dumps({"d": [dict.fromkeys(names, 1)]})))
