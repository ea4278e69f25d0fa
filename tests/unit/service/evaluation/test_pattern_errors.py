"""Malformed patterns: the error names the place and the rule."""

import pytest

from evidently_service.evaluation.errors import PatternError
from evidently_service.evaluation.pattern import MAX_FIELDS, MAX_LEVELS, compile_pattern

ANYTHING_BUT = "must be a string, a number, a list of strings or a list of numbers, and a list must not be empty"


def nested(levels: int) -> str:
    return '{"a":' * (levels - 1) + '["x"]' + "}" * (levels - 1)


def one_of_two(times: int) -> str:
    parts = (f'"x{number}": {{"$or": [{{"a": [1]}}, {{"b": [2]}}]}}' for number in range(times))
    return "{" + ", ".join(parts) + "}"


@pytest.mark.parametrize(
    ("pattern", "place", "message"),
    [
        ("", "", "the pattern is not JSON: Expecting value at line 1, column 1"),
        ('{"a": [Infinity]}', "", "the pattern is not JSON: it has Infinity"),
        ('["Chrome"]', "", 'the pattern must be an object like {"Browser": ["Chrome"]}, not a list'),
        ("{}", "", "the pattern must not be empty; name at least one field"),
        ('{"a": {}}', "a", "a must not be empty; name at least one field"),
        ('{"a": "x"}', "a", "a must be a list of values, or an object with fields, not a string"),
        ('{"a": {"b": 5}}', "a.b", "a.b must be a list of values, or an object with fields, not a number"),
        ('{"a": []}', "a", "a must not be an empty list; give the values that match"),
        (
            '{"a": ["x", ["y"]]}',
            "a[1]",
            "a[1] must be a string, a number, true, false, null or an operator, not a list",
        ),
        ('{"a": ["x"], "a": ["y"]}', "a", "a occurs twice in one object; put its values into one list"),
        (
            '{"a": [{"wildcard": "*"}]}',
            "a[0]",
            "a[0] has the unknown operator wildcard; the operators are anything-but, exists, numeric, prefix, suffix",
        ),
        ('{"a": [{}]}', "a[0]", "a[0] must have exactly one operator, it has 0"),
        ('{"a": [{"prefix": "x", "suffix": "y"}]}', "a[0]", "a[0] must have exactly one operator, it has 2"),
        ('{"a": [{"prefix": 5}]}', "a[0].prefix", "a[0].prefix must be a string, not a number"),
        ('{"a": [{"suffix": null}]}', "a[0].suffix", "a[0].suffix must be a string, not null"),
        ('{"a": [{"exists": "yes"}]}', "a[0].exists", "a[0].exists must be true or false, not a string"),
        *(
            (
                f'{{"a": [{{"anything-but": {operand}}}]}}',
                "a[0].anything-but",
                f"a[0].anything-but {ANYTHING_BUT}",
            )
            for operand in ("null", "true", "[]", '["x", 5]', "[true]", '{"prefix": "x"}')
        ),
        *(
            (
                f'{{"a": [{{"numeric": {operand}}}]}}',
                "a[0].numeric",
                'a[0].numeric must be a list of one comparison, [">=", 5], or of two, [">", 10, "<=", 20]',
            )
            for operand in ("5", "[]", '["="]', '[">", 1, "<"]', '[">", 1, "<", 2, "<", 3]')
        ),
        (
            '{"a": [{"numeric": ["!=", 5]}]}',
            "a[0].numeric[0]",
            "a[0].numeric[0] must be one of = < <= > >=, not !=",
        ),
        (
            '{"a": [{"numeric": [5, "="]}]}',
            "a[0].numeric[0]",
            "a[0].numeric[0] must be one of = < <= > >=, not a number",
        ),
        ('{"a": [{"numeric": ["=", "5"]}]}', "a[0].numeric[1]", "a[0].numeric[1] must be a number, not a string"),
        (
            '{"a": [{"numeric": ["<", 1e999]}]}',
            "a[0].numeric[1]",
            "a[0].numeric[1] must be a number that a double can hold, not 1e999",
        ),
        (
            '{"a": [{"numeric": ["<", 9007199254740993]}]}',
            "a[0].numeric[1]",
            "a[0].numeric[1] must be a number that a double can hold, not 9007199254740993",
        ),
        (
            '{"a": [{"numeric": ["<", 20, ">", 10]}]}',
            "a[0].numeric[0]",
            "a[0].numeric[0] must be > or >= in a range, not <; give the lower limit first",
        ),
        (
            '{"a": [{"numeric": [">", 10, ">", 20]}]}',
            "a[0].numeric[2]",
            "a[0].numeric[2] must be one of < <=, not >",
        ),
        (
            '{"a": [{"numeric": [">", 10, "<", null]}]}',
            "a[0].numeric[3]",
            "a[0].numeric[3] must be a number, not null",
        ),
        *(
            (
                f'{{"a": [{{"numeric": {operand}}}]}}',
                "a[0].numeric",
                f"a[0].numeric must have a lower limit below the upper one, not {limits}",
            )
            for operand, limits in (
                ('[">=", 20, "<=", 10]', "20 and 10"),
                ('[">", 10, "<=", 10.0]', "10 and 10.0"),
                ('[">=", 5, "<=", 5]', '5 and 5; write ["=", 5]'),
            )
        ),
        ('{"$or": {"a": ["x"]}}', "$or", "$or must be a list of objects, not an object"),
        ('{"$or": [{"a": ["x"]}]}', "$or", "$or must have at least 2 objects, it has 1"),
        ('{"b": {"$or": [{"a": ["x"]}, "y"]}}', "b.$or[1]", "b.$or[1] must be an object, not a string"),
        ('{"$or": [{"a": ["x"]}, {}]}', "$or[1]", "$or[1] must not be empty; name at least one field"),
        (
            '{"$or": [{"a": ["x"]}, {"prefix": ["x"]}]}',
            "$or[1]",
            '$or[1] has the reserved word prefix for a field in $or; write {"field": [{"prefix": …}]}',
        ),
        (
            '{"$or": [{"a": ["x"]}, {"b": {"in-date-range": ["x"]}}]}',
            "$or[1].b",
            "$or[1].b has the reserved word in-date-range for a field in $or; write another name",
        ),
        *(
            (
                pattern,
                "d.a",
                "d.a is given twice, beside $or and in it; give it in one place, such as in each object of $or",
            )
            for pattern in (
                '{"d": {"a": ["x"], "$or": [{"a": ["y"]}, {"b": ["z"]}]}}',
                '{"$or": [{"d": {"a": ["y"]}}, {"b": ["z"]}], "d": {"a": ["x"]}}',
                '{"d": {"a": ["x"]}, "$or": [{"d": {"a": {"b": ["y"]}}}, {"c": ["z"]}]}',
            )
        ),
        (
            one_of_two(12),
            "",
            f"the pattern has too many combinations of objects in $or; {MAX_FIELDS:,} fields are allowed in all",
        ),
        (
            nested(MAX_LEVELS + 1),
            "",
            f"the pattern is nested too deeply: {MAX_LEVELS} levels are allowed",
        ),
        pytest.param(
            nested(100_000),
            "",
            f"the pattern is nested too deeply: {MAX_LEVELS} levels are allowed",
            id="deeper than JSON is read",
        ),
    ],
)
def test_a_malformed_pattern_is_refused_with_its_place_and_the_rule(pattern: str, place: str, message: str) -> None:
    with pytest.raises(PatternError) as refused:
        compile_pattern(pattern)
    assert refused.value.place == place
    assert str(refused.value) == message


def test_a_pattern_may_have_the_maximum_depth() -> None:
    compile_pattern(nested(MAX_LEVELS))


def test_reserved_words_are_names_like_any_other_outside_or() -> None:
    compile_pattern('{"prefix": ["x"], "=": {"regex": ["y"]}}')


def test_a_pattern_may_have_hundreds_of_combinations() -> None:
    compile_pattern(one_of_two(8))
