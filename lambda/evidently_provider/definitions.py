"""From what a thing is and what it is wanted to be to the calls that make it so. Pure.

A definition has the members of the API's Create request but for name, project and tags. What it leaves out is wanted
as the API's Create would have made it, so that a member that was taken out of a stack is taken back.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evidently_provider.errors import RefusedError
from evidently_provider.thing import Kind, Thing

Definition = Mapping[str, Any]
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """A call of the API.

    Args:
        operation: Such as UpdateProject.
        arguments: Its members beside those that name the thing.

    """

    operation: str
    arguments: Mapping[str, Any]


def changes(thing: Thing, document: Document, wanted: Definition) -> list[Change]:
    """Return the calls that make a thing what it is wanted to be; none where it is so already.

    Args:
        thing: Which.
        document: What the API shows of it.
        wanted: Its definition.

    Raises:
        RefusedError: it can't be made so.

    """
    match thing.kind:
        case Kind.PROJECT:
            return list(_of_project(document, wanted))
        case Kind.FEATURE:
            return _update(thing, _of_feature(document, wanted))
        case Kind.LAUNCH:
            return _update(thing, _of_launch(thing.name, document, wanted))
        case Kind.SEGMENT:
            _check_segment(thing, document, wanted)
            return []


def _update(thing: Thing, arguments: Mapping[str, Any]) -> list[Change]:
    return [Change(thing.kind.operation("Update"), arguments)] if arguments else []


def _of_project(document: Document, wanted: Definition) -> Iterator[Change]:
    if differing := _texts(document, wanted, description=""):
        yield Change("UpdateProject", differing)
    delivery = wanted.get("dataDelivery") or {}
    if (document.get("dataDelivery") or {}) != delivery:
        yield Change("UpdateProjectDataDelivery", delivery)


def _of_feature(document: Document, wanted: Definition) -> dict[str, Any]:
    """All in one call, so that no state in between is ever served."""
    there = {each["name"]: each["value"] for each in document["variations"]}
    named = [each["name"] for each in wanted["variations"]]
    differing = _texts(document, wanted, description="", defaultVariation=named[0], evaluationStrategy="ALL_RULES")
    if (document.get("entityOverrides") or {}) != (overrides := wanted.get("entityOverrides") or {}):
        differing["entityOverrides"] = overrides
    if put := [each for each in wanted["variations"] if there.get(each["name"]) != each["value"]]:
        differing["addOrUpdateVariations"] = put
    if removed := [name for name in there if name not in named]:
        differing["removeVariations"] = removed
    return differing


def _of_launch(name: str, document: Document, wanted: Definition) -> dict[str, Any]:
    differing = _texts(document, wanted, description="", randomizationSalt=name)
    if list(_groups(document)) != [{"description": "", **group} for group in wanted["groups"]]:
        differing["groups"] = wanted["groups"]
    if (document.get("metricMonitors") or []) != (monitors := wanted.get("metricMonitors") or []):
        differing["metricMonitors"] = monitors
    schedule = wanted.get("scheduledSplitsConfig") or {}
    if _steps(document.get("scheduledSplitsDefinition") or {}) != _steps(schedule):
        differing["scheduledSplitsConfig"] = schedule
    return differing


def _check_segment(thing: Thing, document: Document, wanted: Definition) -> None:
    if document["pattern"] != wanted["pattern"] or _texts(document, wanted, description=""):
        message = f"The {thing} is there with another pattern or description, and the API can't change a segment. "
        raise RefusedError(f"{message}Give the new one another name, or none: then its name follows its pattern.")


def _texts(document: Document, wanted: Definition, **defaults: str) -> dict[str, Any]:
    return {
        name: text
        for name, default in defaults.items()
        if (document.get(name) or default) != (text := wanted.get(name) or default)
    }


def _groups(document: Document) -> Iterator[dict[str, str]]:
    """A launch's groups as a request has them: each names one variation of one feature."""
    for group in document["groups"]:
        for feature, variation in group["featureVariations"].items():
            described = group.get("description") or ""
            yield {"name": group["name"], "feature": feature, "variation": variation, "description": described}


def _steps(schedule: Mapping[str, Any]) -> list[Any]:
    """A schedule in a form in which request and answer are equal: times in whole seconds, segments by name."""
    return [
        {
            "start": _seconds(step["startTime"]),
            "weights": _weights(step["groupWeights"]),
            "overrides": _overrides(step.get("segmentOverrides") or []),
        }
        for step in schedule.get("steps") or []
    ]


def _overrides(given: Sequence[Mapping[str, Any]]) -> list[Any]:
    found = [(each["evaluationOrder"], each["segment"].rpartition("/")[2], _weights(each["weights"])) for each in given]
    return sorted(found, key=lambda override: override[:2])


def _weights(given: Mapping[str, int]) -> dict[str, int]:
    """Weights by group; one that is left out is 0."""
    return {group: weight for group, weight in given.items() if weight}


def _seconds(time: datetime | str) -> int:
    return int((datetime.fromisoformat(time) if isinstance(time, str) else time).timestamp())
