"""Evaluation contexts: JSON objects whose numbers keep their text."""

import pytest

from evidently_service.evaluation.context import MAX_CONTEXT_BYTES, Number, parse_context
from evidently_service.evaluation.errors import ContextError
from evidently_service.protocol.strict_json import MAX_LEVELS


def test_a_context_keeps_the_text_of_its_numbers() -> None:
    assert parse_context('{"a": 300, "b": [300.0, 3.0e2, -0], "c": {"d": 1E400}}') == {
        "a": Number("300"),
        "b": [Number("300.0"), Number("3.0e2"), Number("-0")],
        "c": {"d": Number("1E400")},
    }


def test_a_number_of_any_length_is_read() -> None:
    digits = "9" * 10_000
    assert parse_context(f'{{"a": {digits}}}') == {"a": Number(digits)}


def test_strings_and_literals_keep_their_json_values() -> None:
    assert parse_context('{"a": "300", "b": true, "c": null, "d": ""}') == {"a": "300", "b": True, "c": None, "d": ""}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "must be a JSON object, not a list"),
        ('"Chrome"', "must be a JSON object, not a string"),
        ("300", "must be a JSON object, not a number"),
        ("true", "must be a JSON object, not true or false"),
        ("null", "must be a JSON object, not null"),
        (
            "",
            "is not JSON: Expecting value at line 1, column 1",
        ),
        (
            '{"a": NaN}',
            "is not JSON: it has NaN",
        ),
        pytest.param(
            '{"a":' * 10_000,
            f"is nested too deeply: {MAX_LEVELS} levels are allowed",
            id="deeper than JSON is read",
        ),
    ],
)
def test_anything_but_a_json_object_is_refused_with_a_reason(text: str, message: str) -> None:
    with pytest.raises(ContextError) as refused:
        parse_context(text)
    assert str(refused.value) == message


def nested(levels: int) -> str:
    return '{"a":' + "[" * (levels - 1) + "]" * (levels - 1) + "}"


def test_a_context_may_have_the_maximum_depth() -> None:
    parse_context(nested(MAX_LEVELS))


def test_a_deeper_context_is_refused_whatever_the_interpreter_could_read() -> None:
    with pytest.raises(ContextError, match=f"is nested too deeply: {MAX_LEVELS} levels are allowed"):
        parse_context(nested(MAX_LEVELS + 1))


def sized(size: int, letter: str) -> str:
    frame = '{"a":""}'
    return frame.replace('""', f'"{letter * ((size - len(frame)) // len(letter.encode()))}"')


@pytest.mark.parametrize("letter", ["x", "é"])
def test_a_context_may_have_the_maximum_size_in_bytes(letter: str) -> None:
    assert parse_context(sized(MAX_CONTEXT_BYTES, letter))["a"].startswith(letter)


@pytest.mark.parametrize("letter", ["x", "é"])
def test_a_larger_context_is_refused_with_both_sizes(letter: str) -> None:
    size = MAX_CONTEXT_BYTES + 2
    with pytest.raises(ContextError) as refused:
        parse_context(sized(size, letter))
    assert str(refused.value) == f"has {size:,} bytes, {MAX_CONTEXT_BYTES:,} are allowed"
