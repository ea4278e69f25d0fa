"""Evaluation events in AWS's format: CloudWatch user guide, "Project data storage" of Evidently.

Callers choose how large a context is and how deep it is nested. So its text is made in a loop, as Python's stack ends
before the JSON parser's, and only up to the size that can be delivered.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evidently_service.evaluation.context import Number

_Children = Iterator[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class EvaluationEvent:
    """An evaluation, by this service or by a client.

    Args:
        time: in milliseconds since 1970.
        feature: the feature's name.
        variation: the variation's name.
        entity: the entity's id.
        attributes: returns the JSON text, in pieces, of the evaluation context in AWS's typed form, such as
            `{"browser": {"s": "Chrome"}}`. Only a delivery calls it, as most evaluations are delivered nowhere.
        reason: the rule that decided.
        experiment: the experiment's name, for a client that evaluated one elsewhere.
        treatment: the treatment's name, likewise.

    """

    time: int
    feature: str
    variation: str
    entity: str
    attributes: Callable[[], Iterator[str]]
    reason: str
    experiment: str | None = None
    treatment: str | None = None

    def line(self, project_arn: str, most: int) -> str | None:
        """Return the event's JSON text, in AWS's format and ASCII; None if it has more than `most` characters."""
        members = {
            "event_timestamp": self.time,
            "event_type": "evaluation",
            "version": "1.0.0",
            "project_arn": project_arn,
            "feature": self.feature,
            "variation": self.variation,
            "entity_id": self.entity,
            "evaluation_type": self.reason,
            "treatment": self.treatment,
            "experiment": self.experiment,
        }
        text = json.dumps({name: value for name, value in members.items() if value is not None})
        texts = [text.removesuffix("}"), ', "entity_attributes": ']
        size = len(text) + len(texts[1])
        for piece in self.attributes():
            texts.append(piece)
            size += len(piece)
            if size > most:
                return None
        return "".join([*texts, "}"])


def typed(context: Mapping[str, Any]) -> Iterator[str]:
    """Yield the JSON text of an evaluation context in typed form.

    AWS published the form of strings only, the others are our own.
    """
    return _pieces("{", _members(context), "}", _typed)


def untyped(value: Any) -> Iterator[str]:
    """Yield the JSON text of a value, as `json.dumps` returns it for one that is not nested too deeply."""
    return _pieces("", iter([("", value)]), "", _untyped)


def _pieces(
    opened: str, children: _Children, closed: str, parts: Callable[[Any], tuple[str, _Children, str]]
) -> Iterator[str]:
    yield opened
    todo = [(children, closed)]
    while todo:
        children, closed = todo[-1]
        before, value = next(children, (None, None))
        if before is None:
            todo.pop()
            yield closed
        else:
            opened, below, closed = parts(value)
            yield before + opened
            todo.append((below, closed))


def _typed(value: Any) -> tuple[str, _Children, str]:
    """Return the text before a value's children, the children, and the text after them."""
    match value:
        case dict():
            return '{"m": {', _members(value), "}}"
        case list():
            return '{"l": [', _items(value), "]}"
        case str():
            return f'{{"s": {json.dumps(value)}}}', iter(()), ""
        case bool():
            return f'{{"b": {json.dumps(value)}}}', iter(()), ""
        case Number(text):
            return f'{{"n": "{text}"}}', iter(()), ""
        case _:
            return '{"null": true}', iter(()), ""


def _untyped(value: Any) -> tuple[str, _Children, str]:
    match value:
        case dict():
            return "{", _members(value), "}"
        case list():
            return "[", _items(value), "]"
        case float() if not math.isfinite(value):
            return "null", iter(()), ""  # 1e400 is JSON, and Python's Infinity is not
        case _:
            return json.dumps(value), iter(()), ""


def _members(value: Mapping[str, Any]) -> _Children:
    comma = ""
    for name, member in value.items():
        yield f"{comma}{json.dumps(name)}: ", member
        comma = ", "


def _items(value: list[Any]) -> _Children:
    comma = ""
    for item in value:
        yield comma, item
        comma = ", "
