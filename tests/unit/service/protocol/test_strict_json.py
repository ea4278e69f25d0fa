"""Strict JSON: as deep as it may be, whatever the interpreter could read."""

import pytest

from evidently_service.protocol.strict_json import MAX_LEVELS, UnreadableJsonError, parse


def test_a_text_may_have_the_maximum_depth() -> None:
    parse("[" * MAX_LEVELS + "]" * MAX_LEVELS)


@pytest.mark.parametrize("levels", [MAX_LEVELS + 1, 100_000])
def test_a_deeper_text_is_refused_with_the_bound(levels: int) -> None:
    with pytest.raises(UnreadableJsonError, match=f"nested too deeply: {MAX_LEVELS} levels are allowed"):
        parse("[" * levels + "]" * levels)


def test_many_brackets_are_no_depth() -> None:
    assert parse("[" + "[]," * MAX_LEVELS + "[]]") == [[]] * (MAX_LEVELS + 1)


def test_a_bracket_in_a_string_is_no_level() -> None:
    text = "[" * (MAX_LEVELS + 1)
    assert parse(f'"{text}"') == text
