"""AWS's event-ruler, slow and obvious: what a segment pattern has to match.

A pattern is *rules*: each choice among the objects of its `$or`s makes one. A rule is flat, a list of values for each
path. An event is flat too: its *leaves*, each with its path and its place in the arrays that it is in. A rule
matches if for each of its paths, in the order of their names with dots, those of one object together, one can choose a
leaf that one of the values accepts, so that no two choices are in different elements of one array. A path with
`exists: false` needs no leaf if none is left that fits the choices before it.

Written from the documentation and the behaviour of https://github.com/aws/event-ruler 2.0.1. It leaves out what
docs/evaluation.md lists as exceptions: numbers are equal by their text, and strings always.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from evidently_service.evaluation.context import Number

Path = tuple[str, ...]
Rule = dict[Path, list[Any]]
Places = dict[int, int]
"""For each array, the index of an element."""


@dataclass(frozen=True)
class Leaf:
    path: Path
    value: Any
    places: Places


class GivenTwiceError(Exception):
    """A rule has values for a path twice, or for a path and for one within it."""


def matches(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    """Whether an event matches a pattern; both as `read_json` returns them."""
    leaves = list(leaves_of(event, (), {}))
    return any(satisfied(sorted(rule.items(), key=dotted), leaves, {}) for rule in rules_of(pattern, ()))


def dotted(item: tuple[Path, Any]) -> list[str]:
    *parents, name = item[0]
    return [*(f"{parent}." for parent in parents), name]


def satisfied(fields: list[tuple[Path, list[Any]]], leaves: list[Leaf], chosen: Places) -> bool:
    if not fields:
        return True
    (path, values), *rest = fields
    here = [leaf for leaf in leaves if leaf.path == path and fits(leaf, chosen)]
    if not here and {"exists": False} in values and satisfied(rest, leaves, chosen):
        return True
    accepted = [leaf for leaf in here if any(accepts(value, leaf.value) for value in values)]
    return any(satisfied(rest, leaves, {**chosen, **leaf.places}) for leaf in accepted)


def fits(leaf: Leaf, chosen: Places) -> bool:
    return all(chosen.get(array, index) == index for array, index in leaf.places.items())


def leaves_of(value: Any, path: Path, places: Places) -> Iterator[Leaf]:
    match value:
        case dict():
            for name, inner in value.items():
                yield from leaves_of(inner, (*path, name), places)
        case list():
            for index, inner in enumerate(value):
                within = {id(value): index} if isinstance(inner, (dict, list)) else {}
                yield from leaves_of(inner, path, {**places, **within})
        case _:
            yield Leaf(path, value, places)


def rules_of(pattern: dict[str, Any], path: Path) -> list[Rule]:
    choices: list[list[Rule]] = []
    for name, value in pattern.items():
        if name == "$or":
            choices.append([rule for each in value for rule in rules_of(each, path)])
        elif isinstance(value, dict):
            choices.append(rules_of(value, (*path, name)))
        else:
            choices.append([{(*path, name): value}])
    return [joined(parts) for parts in product(*choices)]


def joined(parts: tuple[Rule, ...]) -> Rule:
    paths = [path for part in parts for path in part]
    if any(one == other[: len(one)] for i, one in enumerate(paths) for j, other in enumerate(paths) if i != j):
        raise GivenTwiceError
    return {path: values for part in parts for path, values in part.items()}


def accepts(value: Any, leaf: Any) -> bool:
    match value:
        case {"exists": expected}:
            return bool(expected)
        case {"anything-but": excluded}:
            return leaf not in (excluded if isinstance(excluded, list) else [excluded])
        case {"prefix": start}:
            return isinstance(leaf, str) and leaf.startswith(start)
        case {"suffix": end}:
            return isinstance(leaf, str) and leaf.endswith(end)
        case {"numeric": [*comparisons]}:
            return isinstance(leaf, Number) and all(
                compared(name, float(leaf.text), float(limit.text))
                for name, limit in zip(comparisons[::2], comparisons[1::2], strict=True)
            )
        case _:
            return bool(leaf == value)


def compared(name: str, number: float, limit: float) -> bool:
    return {
        "=": number == limit,
        "<": number < limit,
        "<=": number <= limit,
        ">": number > limit,
        ">=": number >= limit,
    }[name]
