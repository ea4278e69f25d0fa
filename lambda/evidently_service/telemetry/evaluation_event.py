"""Evaluation events in AWS's format: CloudWatch user guide, "Project data storage" of Evidently.

Callers choose how deep a context is nested, so nothing here recurses: Python's stack ends before the JSON parser's.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from evidently_service.evaluation.context import Number


@dataclass(frozen=True, slots=True)
class EvaluationEvent:
    """An evaluation, by this service or by a client.

    Args:
        time: in milliseconds since 1970.
        feature: the feature's name.
        variation: the variation's name.
        entity: the entity's id.
        attributes: returns the evaluation context in AWS's typed form, such as `{"browser": {"s": "Chrome"}}`. Only a
            delivery calls it, as most evaluations are delivered nowhere.
        reason: the rule that decided.
        experiment: the experiment's name, for a client that evaluated one elsewhere.
        treatment: the treatment's name, likewise.

    """

    time: int
    feature: str
    variation: str
    entity: str
    attributes: Callable[[], Mapping[str, Any]]
    reason: str
    experiment: str | None = None
    treatment: str | None = None

    def line(self, project_arn: str) -> str:
        """Return the event's JSON text, in AWS's format; it is of ASCII characters only."""
        line = {
            "event_timestamp": self.time,
            "event_type": "evaluation",
            "version": "1.0.0",
            "project_arn": project_arn,
            "feature": self.feature,
            "variation": self.variation,
            "entity_id": self.entity,
            "entity_attributes": self.attributes(),
            "evaluation_type": self.reason,
            "treatment": self.treatment,
            "experiment": self.experiment,
        }
        return json_text({name: value for name, value in line.items() if value is not None})


def typed(context: Mapping[str, Any]) -> dict[str, Any]:
    """Return an evaluation context in typed form; AWS published the form of strings only, the others are our own."""
    whole: dict[str, Any] = {}
    todo: list[tuple[Any, Any]] = [(whole, context)]
    while todo:
        into, given = todo.pop()
        for name, value in given.items() if isinstance(given, Mapping) else enumerate(given):
            match value:
                case str():
                    into[name] = {"s": value}
                case bool():
                    into[name] = {"b": value}
                case Number(text):
                    into[name] = {"n": text}
                case list():
                    todo.append((items := [None] * len(value), value))
                    into[name] = {"l": items}
                case dict():
                    todo.append((members := dict[str, Any](), value))
                    into[name] = {"m": members}
                case _:
                    into[name] = {"null": True}
    return whole


class _Text(NamedTuple):
    """Text that is ready, among values."""

    text: str


def json_text(value: Any) -> str:
    """Return the JSON text of a value, as `json.dumps` does for one that is not nested too deeply."""
    texts: list[str] = []
    todo: list[Any] = [value]
    while todo:
        match each := todo.pop():
            case _Text(text):
                texts.append(text)
            case dict() if each:
                todo.append(_Text("}"))
                for name, member in reversed(each.items()):
                    todo += [member, _Text(f"{json.dumps(name)}: "), _Text(", ")]
                todo[-1] = _Text("{")  # the first member has no comma before it
            case list() if each:
                todo.append(_Text("]"))
                for item in reversed(each):
                    todo += [item, _Text(", ")]
                todo[-1] = _Text("[")
            case _:
                texts.append(json.dumps(each))
    return "".join(texts)
