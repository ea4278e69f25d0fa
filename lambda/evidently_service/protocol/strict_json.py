"""JSON as the API takes it: UTF-8, no NaN, no numbers or nesting beyond what a request could mean."""

import json
from typing import Any, NoReturn


class UnreadableJsonError(ValueError):
    """The text is not JSON; the message says why, without quoting it."""


def parse(text: str | bytes) -> Any:
    """Return the value that a JSON text stands for.

    Raises:
        UnreadableJsonError: anything else than one JSON value in UTF-8.

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
