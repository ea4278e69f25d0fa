"""The search's steps: bounded in number whatever the pattern and the context are. Counts, never seconds."""

import json
from typing import Any

import pytest

from evidently_service.evaluation.context import MAX_CONTEXT_BYTES, parse_context
from evidently_service.evaluation.errors import TooManyStepsError
from evidently_service.evaluation.pattern import compile_pattern
from evidently_service.evaluation.search import MOST_STEPS, Search

FULL = MAX_CONTEXT_BYTES
SIX = 6  # segment overrides of a step


def array_of(item: str) -> str:
    """Return a context as large as one may be, an array of one item again and again."""
    frame = '{"a":[]}'
    return f'{{"a":[{",".join([item] * ((FULL - len(frame)) // (len(item) + 1)))}]}}'


def searched(context: Any, *patterns: str) -> Search:
    """Return the search of a context for patterns, none of which matches."""
    search = Search(parse_context(context if isinstance(context, str) else json.dumps(context)))
    for pattern in patterns:
        assert not search.matches(compile_pattern(pattern).edges)
    return search


def alternatives(count: int) -> str:
    return '{"a":{"$or":[' + ",".join(f'{{"b":{{"c{index}":[1]}}}}' for index in range(count)) + "]}}"


def absences(count: int) -> str:
    return '{"a":{"b":[1],' + "".join(f'"c{index}":[{{"exists":false}}],' for index in range(count)) + '"d":[1]}}'


def numbers(count: int) -> str:
    return '{"a":[' + ",".join(f'{{"numeric":["=",{index}]}}' for index in range(1, count)) + "]}"


def test_a_plain_context_takes_few_steps() -> None:
    context = {"country": "no", "user": {"tier": "gold", "tags": ["a", "b"]}}
    pattern = '{"country": ["no"], "user": {"tier": ["gold"], "tags": ["c"]}}'
    assert searched(context, *[pattern] * SIX).steps <= 50 * SIX


@pytest.mark.parametrize("item", ["[]", "{}", '{"b":{}}'])
def test_a_full_context_of_arrays_and_objects_is_within_the_bound_for_six_segments(item: str) -> None:
    searched(array_of(item), *[alternatives(50)] * SIX)


def test_six_segments_look_at_a_nested_array_once() -> None:
    context = '{"a":' + "[" * 400 + ",".join(["{}"] * 20_000) + "]" * 400 + "}"
    one, six = (searched(context, *[alternatives(50)] * count).steps for count in (1, SIX))
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
        searched(array_of(item), *[pattern] * SIX)


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
