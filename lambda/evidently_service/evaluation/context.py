"""JSON of evaluation contexts and segment patterns: strict, with numbers that keep their text.

Evidently compared numbers by their text, so 300 does not equal 300.0 (CloudWatch user guide, "Segment rule pattern
syntax"). A float would lose the text.
"""

import json
import math
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, Final, NamedTuple, NoReturn

from evidently_service.evaluation.errors import ContextError, UnreadableTextError
from evidently_service.protocol.strict_json import MAX_LEVELS, is_too_deep

MAX_CONTEXT_BYTES: Final = 65_536
_SHORT: Final = re.compile(r"-?[0-9.]{1,15}(e[+-]?[0-9]{1,2})?", re.IGNORECASE).fullmatch  # doubles have 15 digits


class _Text(NamedTuple):
    text: str


class Number(_Text):
    """A JSON number; two numbers are equal if their texts are."""

    @cached_property
    def double(self) -> float | None:
        """The number as a double; None if no double has it as its shortest text, such as 9007199254740993.

        It is worked out once: a number may be as long as a context, and have hundreds of comparisons.
        """
        number = float(self.text)
        if _SHORT(self.text):
            return number
        try:
            return number if math.isfinite(number) and Decimal(self.text) == Decimal(repr(number)) else None
        except InvalidOperation:  # an exponent beyond those of Decimal
            return None


def read_json(text: str, *, levels: int = MAX_LEVELS, **hooks: Any) -> Any:
    """Return the value of a JSON text, with each number as a `Number`.

    Args:
        text: JSON; NaN and Infinity, which Python accepts, are errors.
        levels: how deeply objects and lists may be nested.
        hooks: further hooks for `json.loads`.

    Raises:
        UnreadableTextError: the text is not JSON, or is nested too deeply.

    """
    try:
        value = json.loads(text, parse_int=Number, parse_float=Number, parse_constant=_refuse_constant, **hooks)
    except json.JSONDecodeError as error:
        raise UnreadableTextError(f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        too_deep = True
    else:
        too_deep = is_too_deep(text, value, levels)
    if too_deep:
        raise UnreadableTextError(f"is nested too deeply: {levels} levels are allowed")
    return value


def parse_context(text: str) -> Mapping[str, Any]:
    """Return the object of an evaluationContext, in the form that patterns match.

    Args:
        text: JSON text of an object. The context of a request without one is `{}`.

    Raises:
        ContextError: the text is not JSON, or not that of an object, or is larger or deeper than a context may be.

    """
    size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_CONTEXT_BYTES:
        raise ContextError(f"has {size:,} bytes, {MAX_CONTEXT_BYTES:,} are allowed")
    try:
        value = read_json(text)
    except UnreadableTextError as error:
        raise ContextError(str(error)) from None
    if not isinstance(value, dict):
        raise ContextError(f"must be a JSON object, not {kind_of(value)}")
    return value


def kind_of(value: Any) -> str:
    """Return the type of a value from `read_json`, in words for a message."""
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
