"""Scalars of a definition, as the shapes of the API's model type and limit them. Pure."""

import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from math import isfinite
from typing import Any, Final

from evidently_provider.errors import InvalidPropertyError

CORRECT: Final = "Correct it in the stack"
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,3})?")


def scalar(value: object, shape: Any, path: str) -> Any:
    """Return a scalar in the type of its shape.

    Args:
        value: the scalar as CloudFormation sends it, a string; other deployers keep the types of the template.
        shape: its shape in botocore's model.
        path: the property's path.

    Raises:
        InvalidPropertyError: it has another type, or breaks a rule of the shape.

    """
    text = _text(value, path)
    match shape.type_name:
        case "boolean":
            if text.lower() not in {"true", "false"}:
                raise InvalidPropertyError(path, value, "true or false", CORRECT)
            return text.lower() == "true"
        case "integer" | "long":
            number = Decimal(text) if _NUMBER.fullmatch(text) else None
            if number is None or number != int(number):
                raise InvalidPropertyError(path, value, "a whole number", CORRECT)
            check_size(shape, int(number), value, path)
            return int(number)
        case "float" | "double":
            if not (_NUMBER.fullmatch(text) and isfinite(float(text))):
                raise InvalidPropertyError(path, value, "a finite number", CORRECT)
            return float(text)
        case "timestamp":
            return _time(text, path)
    _check_text(shape, text, path)
    return text


def check_size(shape: Any, size: int, value: object, path: str, unit: str = "") -> None:
    """Check a number, or the length of a text, list or map, against its shape.

    Raises:
        InvalidPropertyError: it is too small or too large.

    """
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if (least is not None and size < least) or (most is not None and size > most):
        raise InvalidPropertyError(path, value, f"{least} to {most} {unit}".rstrip(), CORRECT)


def _text(value: object, path: str) -> str:
    match value:
        case str():
            return value
        case bool() | int() | float():
            return json.dumps(value)
    raise InvalidPropertyError(path, value, "a text, a number or a boolean", CORRECT)


def _time(text: str, path: str) -> datetime:
    # Some times of the years 1 and 9999 have none in UTC: OverflowError.
    with suppress(ValueError, OverflowError):
        found = datetime.fromisoformat(text)
        if found.utcoffset() is not None:
            return found.astimezone(UTC)
    rule = "a time in ISO 8601 with its offset, such as 2026-11-02T09:00:00Z"
    raise InvalidPropertyError(path, text, rule, CORRECT)


def _check_text(shape: Any, text: str, path: str) -> None:
    pattern = shape.metadata.get("pattern")
    if shape.enum and text not in shape.enum:
        raise InvalidPropertyError(path, text, f"one of {', '.join(shape.enum)}", CORRECT)
    check_size(shape, len(text), text, path, "characters")
    # With the flags of the API: its ".*" takes line breaks, too.
    if pattern and not re.fullmatch(pattern, text, re.DOTALL | re.ASCII):
        raise InvalidPropertyError(path, text, f"a text that matches {pattern}", CORRECT)
