"""Strict JSON: UTF-8, no NaN or Infinity, bounded digits and nesting."""

import json
from typing import Any, Final, NoReturn

MAX_LEVELS: Final = 500  # CPython's own limit depends on its version and on the caller's stack
_TOO_DEEP = f"it is nested too deeply: {MAX_LEVELS} levels are allowed"


class UnreadableJsonError(ValueError):
    """The text is not JSON; the message has the cause, but never quotes the text."""


def parse(text: str | bytes) -> Any:
    """Return the value of a JSON text.

    Raises:
        UnreadableJsonError: the text is anything but one JSON value in UTF-8.

    """
    try:
        decoded = text.decode("utf-8") if isinstance(text, bytes) else text
        value = json.loads(decoded, parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise UnreadableJsonError("it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise UnreadableJsonError(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except UnreadableJsonError:
        raise
    except ValueError:
        # Python refuses to read integers of more than 4300 digits.
        raise UnreadableJsonError("a number in it has too many digits") from None
    except RecursionError:
        raise UnreadableJsonError(_TOO_DEEP) from None
    if is_too_deep(decoded, value, MAX_LEVELS):
        raise UnreadableJsonError(_TOO_DEEP)
    return value


def is_too_deep(text: str, value: Any, allowed: int) -> bool:
    """Whether the value of a JSON text has more levels of nested objects and lists than allowed."""
    # Most texts have too few brackets for that, and need no walk.
    return text.count("{") + text.count("[") > allowed and _levels(value) > allowed


def _levels(value: Any) -> int:
    # Without recursion: the depth is not yet checked.
    levels, layer = 0, [value]
    while layer:
        inner = [each.values() if isinstance(each, dict) else each for each in layer if isinstance(each, (dict, list))]
        layer = [child for children in inner for child in children]
        levels += bool(inner)
    return levels


def _refuse_constant(name: str) -> NoReturn:
    raise UnreadableJsonError(f"{name} is not JSON")
