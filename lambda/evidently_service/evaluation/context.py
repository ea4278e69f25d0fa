"""JSON of evaluation contexts and segment patterns: strict, and with numbers that keep their text.

Evidently compared numbers by their text, 300 is not 300.0, so a number must not become a float on the way in
(CloudWatch user guide, "Segment rule pattern syntax").
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn

from evidently_service.evaluation.errors import ContextError, UnreadableTextError


class Number(NamedTuple):
    """A JSON number; two are equal when their texts are."""

    text: str


def read_json(text: str, **hooks: Any) -> Any:
    """Return the JSON value in a text, with each number as a `Number`.

    Args:
        text: JSON, without NaN and Infinity, which Python would take.
        hooks: More hooks for `json.loads`.

    Raises:
        UnreadableTextError: The text is not JSON, or is nested too deeply to be read.

    """
    try:
        return json.loads(text, parse_int=Number, parse_float=Number, parse_constant=_refuse_constant, **hooks)
    except json.JSONDecodeError as error:
        raise UnreadableTextError(f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise UnreadableTextError("is nested too deeply") from None


def parse_context(text: str) -> Mapping[str, Any]:
    """Return the object in an evaluationContext, as patterns want it.

    Args:
        text: The JSON text of an object. For a request without a context, don't call this: its context is `{}`.

    Raises:
        ContextError: The text is not JSON, or is JSON of something else than an object.

    """
    try:
        value = read_json(text)
    except UnreadableTextError as error:
        raise ContextError(f"{error}; send the JSON text of an object") from None
    if not isinstance(value, dict):
        raise ContextError(f"must be a JSON object, not {kind_of(value)}")
    return value


def kind_of(value: Any) -> str:
    """Return what a value read by `read_json` is, in words, for a message."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case Number():
            return "a number"
        case str():
            return "a string"
        case list():
            return "a list"
        case _:
            return "an object"


def _refuse_constant(name: str) -> NoReturn:
    raise UnreadableTextError(f"is not JSON: it has {name}")
