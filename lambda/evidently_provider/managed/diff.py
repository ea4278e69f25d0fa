"""The diff between a managed resource's actual and its desired state, as the calls that reconcile them. Pure.

A definition has the members of the API's Create request but for name, project and tags. What it leaves out is desired
as the API's Create would have made it, so that a member that was taken out of a stack is taken back.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evidently_provider.errors import RefusedError
from evidently_provider.ownership.references import Kind, ResourceRef

Definition = Mapping[str, Any]
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """A call of the API.

    Args:
        operation: Such as UpdateProject.
        arguments: Its members beside those that name the resource.

    """

    operation: str
    arguments: Mapping[str, Any]


def changes(target: ResourceRef, actual: Document, desired: Definition) -> list[Change]:
    """Return the calls that give a resource its desired state; none where it has that already.

    Args:
        target: The resource.
        actual: What the API shows of it.
        desired: Its definition.

    Raises:
        RefusedError: the API has no call for that.

    """
    match target.kind:
        case Kind.PROJECT:
            return list(_of_project(actual, desired))
        case Kind.FEATURE:
            return _update(target, _of_feature(actual, desired))
        case Kind.LAUNCH:
            return _update(target, _of_launch(target.name, actual, desired))
        case Kind.SEGMENT:
            _check_segment(target, actual, desired)
            return []


def _update(target: ResourceRef, arguments: Mapping[str, Any]) -> list[Change]:
    return [Change(target.kind.operation("Update"), arguments)] if arguments else []


def _of_project(actual: Document, desired: Definition) -> Iterator[Change]:
    if differing := _texts(actual, desired, description=""):
        yield Change("UpdateProject", differing)
    delivery = desired.get("dataDelivery") or {}
    if (actual.get("dataDelivery") or {}) != delivery:
        yield Change("UpdateProjectDataDelivery", delivery)


def _of_feature(actual: Document, desired: Definition) -> dict[str, Any]:
    """All in one call, so that no state in between is ever served."""
    there = {each["name"]: each["value"] for each in actual["variations"]}
    named = [each["name"] for each in desired["variations"]]
    differing = _texts(actual, desired, description="", defaultVariation=named[0], evaluationStrategy="ALL_RULES")
    if (actual.get("entityOverrides") or {}) != (overrides := desired.get("entityOverrides") or {}):
        differing["entityOverrides"] = overrides
    if put := [each for each in desired["variations"] if there.get(each["name"]) != each["value"]]:
        differing["addOrUpdateVariations"] = put
    if removed := [name for name in there if name not in named]:
        differing["removeVariations"] = removed
    return differing


def _of_launch(name: str, actual: Document, desired: Definition) -> dict[str, Any]:
    differing = _texts(actual, desired, description="", randomizationSalt=name)
    if list(_groups(actual)) != [{"description": "", **group} for group in desired["groups"]]:
        differing["groups"] = desired["groups"]
    if (actual.get("metricMonitors") or []) != (monitors := desired.get("metricMonitors") or []):
        differing["metricMonitors"] = monitors
    schedule = desired.get("scheduledSplitsConfig") or {}
    if _steps(actual.get("scheduledSplitsDefinition") or {}) != _steps(schedule):
        differing["scheduledSplitsConfig"] = schedule
    return differing


def _check_segment(target: ResourceRef, actual: Document, desired: Definition) -> None:
    if actual["pattern"] != desired["pattern"] or _texts(actual, desired, description=""):
        message = f"The {target} exists with another pattern or description, and the API can't change a segment. "
        raise RefusedError(f"{message}Give the new one another name, or none: then its name follows its pattern.")


def _texts(actual: Document, desired: Definition, **defaults: str) -> dict[str, Any]:
    return {
        name: text
        for name, default in defaults.items()
        if (actual.get(name) or default) != (text := desired.get(name) or default)
    }


def _groups(actual: Document) -> Iterator[dict[str, str]]:
    """A launch's groups as a request has them: each names one variation of one feature."""
    for group in actual["groups"]:
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
