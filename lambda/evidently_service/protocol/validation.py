"""Validation of a request by the model: type, required, length, range, pattern, enum, tagged union, JSON text.

One pass finds all problems. Members that the model does not know are dropped, as on AWS; a null counts as absent. A
pattern has to match the whole value: most of the model's patterns are anchored, but their `$` would accept a trailing
line break. Times become whole milliseconds since 1970.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StringShape, StructureShape

from evidently_service.domain.errors import Problem, Reason, ValidationError
from evidently_service.protocol import strict_json
from evidently_service.protocol.api_model import service_model

_MILLISECONDS = 1000
_LATEST_SECOND = 253_402_300_799  # 9999-12-31T23:59:59Z, the last that every SDK can read back
_LONG = (-(2**63), 2**63 - 1)
_INTEGER = (-(2**31), 2**31 - 1)
_LONGEST_SHOWN = 130  # characters: a little more than the longest name of the API
# The operations read these themselves, within bounds; a bad context or event must not fail the others of its request.
_READ_BY_OPERATIONS = frozenset({"data", "evaluationContext", "payload", "pattern"})
_DIGITS = re.compile(r"-?[0-9]{1,19}")


def read_input(
    operation: OperationModel, labels: Mapping[str, str], query: Mapping[str, Sequence[str]], body: bytes
) -> dict[str, Any]:
    """Return the operation's input, by member name.

    Args:
        operation: the operation whose input shape has the rules.
        labels: values from the path.
        query: values from the query string.
        body: JSON; ignored for an operation that has no member in the body.

    Raises:
        ValidationError: the body is not a JSON object (cannotParse), or fields are invalid (fieldValidationFailed).

    """
    shape = operation.input_shape
    if shape is None:
        return {}
    raw: dict[str, Any] = {}
    problems: list[Problem] = []
    in_body = {name for name, member in shape.members.items() if "location" not in member.serialization}
    if in_body:
        document = _object(body)
        raw.update((name, document[name]) for name in in_body & document.keys())
    for name, member in shape.members.items():
        match member.serialization.get("location"):
            case "uri":
                # An empty label is a missing member: `/projects//launches` names no project.
                raw[name] = labels[name] or None
            case "querystring" if values := query.get(member.serialization.get("name", name)):
                raw[name] = list(values) if member.type_name == "list" else _from_text(member, values[0])
    value = _structure(shape, raw, "", problems)
    if problems:
        raise ValidationError.of(problems)
    return value


def problems_of(shape: str, value: Any, path: str) -> list[Problem]:
    """Return the problems of a value under a shape of the model; for values inside a JSON text of the request."""
    if value is None:
        return [Problem(path, "is required")]
    problems: list[Problem] = []
    _value(service_model().shape_for(shape), value, path, problems)
    return problems


def _object(body: bytes) -> dict[str, Any]:
    try:
        document = strict_json.parse(body) if body else {}
    except strict_json.UnreadableJsonError as error:
        raise ValidationError(f"The request body can't be read: {error}.", reason=Reason.CANNOT_PARSE) from None
    if not isinstance(document, dict):
        raise ValidationError("The request body must be a JSON object.", reason=Reason.CANNOT_PARSE)
    return document


def _from_text(shape: Shape, text: str) -> Any:
    if shape.type_name in {"integer", "long"} and _DIGITS.fullmatch(text):
        return int(text)
    return text


def _value(shape: Shape, value: Any, path: str, problems: list[Problem]) -> Any:
    """Check one value by its shape, and return it without members that the model does not know."""
    checked: Any
    match shape:
        case StructureShape():
            checked = _structure(shape, value, path, problems)
        case ListShape():
            checked = _list(shape, value, path, problems)
        case MapShape():
            checked = _map(shape, value, path, problems)
        case StringShape():
            checked = _string(shape, value, path, problems)
        case Shape(type_name="boolean"):
            checked = _boolean(value, path, problems)
        case Shape(type_name="integer" | "long"):
            checked = _whole_number(shape, value, path, problems)
        case Shape(type_name="timestamp"):
            checked = _timestamp(value, path, problems)
        case _:
            checked = _number(value, path, problems)
    return checked


def _structure(shape: StructureShape, value: Any, path: str, problems: list[Problem]) -> dict[str, Any]:
    if not isinstance(value, dict):
        problems.append(Problem(path, "must be a JSON object"))
        return {}
    present = {name: value[name] for name in shape.members if value.get(name) is not None}
    missing = (name for name in shape.required_members if name not in present)
    problems.extend(Problem(_member(path, name), "is required") for name in missing)
    if shape.is_tagged_union and len(present) != 1:
        problems.append(Problem(path, f"must have exactly one of {', '.join(shape.members)}"))
    return {name: _value(shape.members[name], item, _member(path, name), problems) for name, item in present.items()}


def _list(shape: ListShape, value: Any, path: str, problems: list[Problem]) -> list[Any]:
    if not isinstance(value, list):
        problems.append(Problem(path, "must be a list"))
        return []
    if not _in_bounds(shape, len(value), "{} items", path, problems):
        return []
    return [_value(shape.member, item, f"{path}[{index}]", problems) for index, item in enumerate(value)]


def _map(shape: MapShape, value: Any, path: str, problems: list[Problem]) -> dict[str, Any]:
    if not isinstance(value, dict):
        problems.append(Problem(path, "must be a JSON object"))
        return {}
    if not _in_bounds(shape, len(value), "{} entries", path, problems):
        return {}
    return {
        _value(shape.key, key, f"{_member(path, key)} (key)", problems): _value(
            shape.value, item, _member(path, key), problems
        )
        for key, item in value.items()
    }


def _string(shape: StringShape, value: Any, path: str, problems: list[Problem]) -> str:
    if not isinstance(value, str):
        problems.append(Problem(path, "must be a string"))
        return ""
    if not _is_text(value):
        problems.append(Problem(path, "must be Unicode text"))
    elif not _in_bounds(shape, len(value), "{} characters", path, problems):
        pass
    elif shape.enum and value not in shape.enum:
        problems.append(Problem(path, f"is {_shown(value)}, it must be one of {', '.join(shape.enum)}"))
    elif not _matches(shape.metadata.get("pattern"), value):
        problems.append(Problem(path, f"is {_shown(value)}, it must match {shape.metadata['pattern']}"))
    elif shape.serialization.get("jsonvalue") and path.rpartition(".")[2] not in _READ_BY_OPERATIONS:
        _check_json_text(value, path, problems)
    return value


def _check_json_text(value: str, path: str, problems: list[Problem]) -> None:
    """Check that a `jsonvalue` member, a string, is JSON text; the value keeps its white space."""
    try:
        strict_json.parse(value)
    except strict_json.UnreadableJsonError as error:
        problems.append(Problem(path, f"must be JSON text: {error}"))


def _whole_number(shape: Shape, value: Any, path: str, problems: list[Problem]) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        problems.append(Problem(path, "must be a whole number"))
        return 0
    lowest, highest = _LONG if shape.type_name == "long" else _INTEGER
    lowest, highest = shape.metadata.get("min", lowest), shape.metadata.get("max", highest)
    if not lowest <= value <= highest:
        problems.append(Problem(path, f"is {_shown(value)}, it must be from {lowest} to {highest}"))
    return value


def _timestamp(value: Any, path: str, problems: list[Problem]) -> int:
    if not _is_finite_number(value) or not 0 <= value <= _LATEST_SECOND:
        problems.append(Problem(path, f"must be a time in seconds since 1970, from 0 to {_LATEST_SECOND}"))
        return 0
    seconds: float = value
    return round(seconds * _MILLISECONDS)


def _boolean(value: Any, path: str, problems: list[Problem]) -> bool:
    if not isinstance(value, bool):
        problems.append(Problem(path, "must be true or false"))
    return bool(value)


def _number(value: Any, path: str, problems: list[Problem]) -> float:
    if not _is_finite_number(value):
        problems.append(Problem(path, "must be a number"))
        return 0
    return float(value)


def _is_finite_number(value: Any) -> bool:
    match value:
        case bool():
            return False
        case int():
            # SDKs read numbers as doubles; a larger one would be infinite there.
            return abs(value) < 2**1023
        case float():
            return math.isfinite(value)
        case _:
            return False


def _in_bounds(shape: Shape, size: int, what: str, path: str, problems: list[Problem]) -> bool:
    lowest, highest = shape.metadata.get("min", 0), shape.metadata.get("max", math.inf)
    if lowest <= size <= highest:
        return True
    limit = what.format(f"at least {lowest}" if size < lowest else f"at most {highest}")
    problems.append(Problem(path, f"must have {limit}, it has {size}"))
    return False


def _is_text(value: str) -> bool:
    """Half a surrogate pair is valid in JSON's escapes, but neither DynamoDB nor a response can carry it."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _matches(pattern: str | None, value: str) -> bool:
    return pattern is None or re.fullmatch(pattern, value, re.DOTALL | re.ASCII) is not None


def _member(path: str, name: str) -> str:
    """Return a member's path; the key of a map may be as long as the request, so it is cut."""
    short = name if len(name) <= _LONGEST_SHOWN else f"{name[:_LONGEST_SHOWN]}…"
    return f"{path}.{short}" if path else short


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
