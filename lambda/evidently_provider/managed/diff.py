"""The diff between a managed resource's actual and desired state, as the calls that reconcile them. Pure.

A definition has the members of the API's Create request, without name, project and tags. The desired value of a member
that it leaves out is the API's default, so that removing a member from a stack removes it from the resource.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
        operation: such as UpdateProject.
        arguments: its members, without those that name the resource.

    """

    operation: str
    arguments: Mapping[str, Any]

    def without(self, member: str) -> "Change":
        """Return the same call without one member."""
        return replace(self, arguments={name: value for name, value in self.arguments.items() if name != member})


def changes(target: ResourceRef, actual: Document, desired: Definition) -> list[Change]:
    """Return the calls that bring a resource to its desired state.

    Args:
        target: the resource.
        actual: its document, as the API returns it.
        desired: its definition.

    Raises:
        RefusedError: the API has no call for the change.

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
    """Return all changes for one call, so that no evaluation meets a state in between."""
    actual_values = {each["name"]: each["value"] for each in actual["variations"]}
    names = [each["name"] for each in desired["variations"]]
    differing = _texts(actual, desired, description="", defaultVariation=names[0], evaluationStrategy="ALL_RULES")
    if (actual.get("entityOverrides") or {}) != (overrides := desired.get("entityOverrides") or {}):
        differing["entityOverrides"] = overrides
    if put := [each for each in desired["variations"] if actual_values.get(each["name"]) != each["value"]]:
        differing["addOrUpdateVariations"] = put
    if removed := [name for name in actual_values if name not in names]:
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
    """Yield a launch's groups in the shape of a request, which has one variation of one feature each."""
    for group in actual["groups"]:
        for feature, variation in group["featureVariations"].items():
            described = group.get("description") or ""
            yield {"name": group["name"], "feature": feature, "variation": variation, "description": described}


def _steps(schedule: Mapping[str, Any]) -> list[Any]:
    """Return a schedule in one form for request and response: times to the millisecond, segments by name."""
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
    """Return the weights without those of 0, because a group that is left out has 0."""
    return {group: weight for group, weight in given.items() if weight}


def _seconds(time: datetime | str) -> float:
    return round((datetime.fromisoformat(time) if isinstance(time, str) else time).timestamp(), 3)
