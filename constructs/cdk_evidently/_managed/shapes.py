"""Checks of values against the API model at synth: the rules that the API itself applies, not a copy."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from cdk_evidently._cdk.tokens import has_unknown
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
_WHOLE_NUMBERS = ("integer", "long")
_CONTAINERS = ("list", "map", "structure")


def shape_problems(shape: str, value: object, path: str) -> Iterator[str]:
    """Yield the rules of its shape that a value breaks; a value that synth does not know passes.

    Args:
        shape: the name of its shape in the model.
        value: the value in the API's request.
        path: the value's path in the request, for the problems.

    """
    facts = shape_facts(shape)
    kind = facts["type"]
    if kind == "timestamp" or (kind not in _CONTAINERS and has_unknown(value)):
        return
    if kind in _WHOLE_NUMBERS and isinstance(value, float) and value.is_integer():
        value = int(value)  # percent(50) / 2 is a float
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


def is_missing(name: str, names: Collection[str]) -> bool:
    """Whether a name is surely none of these, as far as synth knows them all."""
    return name not in names and not has_unknown([name, *names])


def repeated(values: Iterable[Any]) -> dict[Any, int]:
    """Return how often each value occurs that occurs more than once, of those that synth knows."""
    counts = Counter(value for value in values if not has_unknown(value))
    return {value: count for value, count in counts.items() if count > 1}


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
    if pattern and not re.fullmatch(pattern, value, re.DOTALL | re.ASCII):  # as the API matches
        yield f"{path} is {value!r}; it has to match {pattern}"
    if allowed and value not in allowed:
        yield f"{path} is {value!r}; it has to be one of {', '.join(allowed)}"
