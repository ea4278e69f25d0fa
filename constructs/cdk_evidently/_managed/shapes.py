"""Checks of values against the API model at synth: the rules that the API itself applies, not a copy."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aws_cdk import Token

from cdk_evidently._common.api_model import shape_facts

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "list": (list, tuple),
    "map": (dict,),
    "structure": (dict,),
}


def shape_problems(shape: str, value: object, path: str) -> Iterator[str]:
    """Yield the rules of its shape that a value breaks; a token's value is unknown and passes.

    Args:
        shape: the name of its shape in the model.
        value: the value in the API's request.
        path: the value's path in the request, for the problems.

    """
    facts = shape_facts(shape)
    kind = facts["type"]
    if kind == "timestamp" or (isinstance(value, str) and Token.is_unresolved(value)):
        return
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        yield f"{path} is {value!r}; it has to be a {kind}"
        return
    yield from _size_problems(facts, value, path)
    if kind == "string":
        yield from _text_problems(facts, str(value), path)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, item in enumerate(value):
            yield from shape_problems(facts["member"]["shape"], item, f"{path}[{index}]")
    elif isinstance(value, Mapping):
        yield from _members_problems(facts, value, path)


def _members_problems(facts: Mapping[str, Any], value: Mapping[Any, object], path: str) -> Iterator[str]:
    if facts["type"] == "map":
        for key, item in value.items():
            yield from shape_problems(facts["key"]["shape"], key, f"{path}'s key {key!r}")
            yield from shape_problems(facts["value"]["shape"], item, f"{path}[{key!r}]")
        return
    for name, item in value.items():
        yield from shape_problems(facts["members"][name]["shape"], item, f"{path}.{name}" if path else name)


def _size_problems(facts: Mapping[str, Any], value: Any, path: str) -> Iterator[str]:
    sized = facts["type"] in {"string", "list", "map"}
    size = len(value) if sized else value
    least, most = facts.get("min"), facts.get("max")
    if (least is not None and size < least) or (most is not None and size > most):
        unit = {"string": " characters", "list": " entries", "map": " entries"}.get(facts["type"], "")
        shown = f"has {size}{unit}" if sized else f"is {value}"
        yield f"{path} {shown}; from {least} to {most} are allowed"


def _text_problems(facts: Mapping[str, Any], value: str, path: str) -> Iterator[str]:
    pattern, allowed = facts.get("pattern"), facts.get("enum")
    if pattern and not re.fullmatch(pattern, value):
        yield f"{path} is {value!r}; it has to match {pattern}"
    if allowed and value not in allowed:
        yield f"{path} is {value!r}; it has to be one of {', '.join(allowed)}"
