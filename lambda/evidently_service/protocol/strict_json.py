"""Strict JSON: UTF-8, no NaN or Infinity, bounded digits and nesting."""

import json
from typing import Any, NoReturn


class UnreadableJsonError(ValueError):
    """The text is not JSON; the message has the cause, but never quotes the text."""


def parse(text: str | bytes) -> Any:
    """Return the value of a JSON text.

    Raises:
        UnreadableJsonError: the text is anything but one JSON value in UTF-8.

    """
    try:
        decoded = text.decode("utf-8") if isinstance(text, bytes) else text
        return json.loads(decoded, parse_constant=_refuse_constant)
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
        raise UnreadableJsonError("it is nested too deeply") from None


def _refuse_constant(name: str) -> NoReturn:
    raise UnreadableJsonError(f"{name} is not JSON")
