"""Evaluation contexts: JSON objects whose numbers keep their text."""

import pytest

from evidently_service.evaluation.context import Number, parse_context
from evidently_service.evaluation.errors import ContextError


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
            "is not JSON: Expecting value at line 1, column 1; send the JSON text of an object",
        ),
        (
            '{"a": NaN}',
            "is not JSON: it has NaN; send the JSON text of an object",
        ),
        pytest.param(
            '{"a":' * 100_000,
            "is nested too deeply; send the JSON text of an object",
            id="deeper than JSON is read",
        ),
    ],
)
def test_anything_but_a_json_object_is_refused_with_a_reason(text: str, message: str) -> None:
    with pytest.raises(ContextError) as refused:
        parse_context(text)
    assert str(refused.value) == message
