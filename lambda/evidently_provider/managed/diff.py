"""The diff between what a managed resource is and what its stack declares, as the calls that write it. Pure.

A Create and an adoption write every member that differs. An Update writes the members that the declaration changed, and
keeps what somebody changed outside the stack: a variation that was switched off in an incident stays off when a later
deploy adds a tag. Variations, overrides and tags are members each by itself, a launch's groups and schedule as a whole.
The declared value of a member that the stack leaves out is the API's default.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import evidently_contract as contract
from evidently_provider.errors import RefusedError
from evidently_provider.managed.definition import Desired
from evidently_provider.ownership.references import Kind, ResourceRef

Document = Mapping[str, Any]
Member = tuple[str, ...]  # its path: ("description",), ("variations", "on")

_TAGS: Final = "tags"
_VARIATIONS: Final = "variations"
_OVERRIDES: Final = "entityOverrides"
_SCHEDULE: Final = "scheduledSplitsConfig"


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


@dataclass(frozen=True, slots=True)
class Diff:
    """What to write.

    Args:
        changes: the calls that update the resource.
        removed_tags: the keys of the tags to remove.
        put_tags: the tags to set.
        kept: the members that somebody changed outside the stack and that stay, for the log.

    """

    changes: Sequence[Change]
    removed_tags: Sequence[str]
    put_tags: Mapping[str, str]
    kept: Sequence[str]


def diff(target: ResourceRef, actual: Document, desired: Desired, before: Desired | None) -> Diff:
    """Return what to write to a resource.

    Args:
        target: the resource.
        actual: its document, as the API returns it.
        desired: what the stack declares.
        before: what the stack declared before; None to write every member that differs.

    Raises:
        RefusedError: the API has no call for the change.

    """
    found = _members(target, _definition_in(actual), _own_tags(actual))
    now = _members(target, desired.definition, desired.tags)
    differing = [member for member in {**found, **now} if found.get(member) != now.get(member)]
    write = differing
    if before is not None:
        then = _members(target, before.definition, before.tags)
        write = [it for it in differing if it[0] in before.unknown or then.get(it) != now.get(it)]
    write = [it for it in differing if it in write or _refers_to_removed(it, found, now, write)]
    tags = [it[1] for it in write if it[0] == _TAGS]
    return Diff(
        changes=list(_changes(target, actual, desired.definition, now, [it for it in write if it[0] != _TAGS])),
        removed_tags=sorted(key for key in tags if key not in desired.tags),
        put_tags={key: desired.tags[key] for key in tags if key in desired.tags},
        kept=sorted({_shown(it) for it in differing if it not in write}),
    )


def _refers_to_removed(
    member: Member, found: Mapping[Member, Any], now: Mapping[Member, Any], write: Sequence[Member]
) -> bool:
    """Whether a member by hand has a name that the declaration removes: the API would refuse it, in a rollback too."""
    if member[0] in {_OVERRIDES, "defaultVariation"}:
        variation = (_VARIATIONS, found.get(member))
        return variation in write and variation not in now
    if member[0] == _SCHEDULE and ("groups",) in write:
        weights = [each for step in found[member] for each in (step["weights"], *(it[2] for it in step["overrides"]))]
        return not set().union(*weights) <= {group["name"] for group in now["groups",]}
    return False


def _members(target: ResourceRef, definition: Mapping[str, Any], tags: Mapping[str, str]) -> dict[Member, Any]:
    """Return the members of a definition by their paths, each in one form, with the API's defaults."""
    found: dict[Member, Any] = {(_TAGS, key): value for key, value in tags.items()}

    def add(defaults: Mapping[str, Any]) -> None:
        found.update({(name,): definition.get(name) or default for name, default in defaults.items()})

    add({"description": ""})
    match target.kind:
        case Kind.PROJECT:
            add({"dataDelivery": {}})
        case Kind.FEATURE:
            values = {each["name"]: each["value"] for each in definition.get(_VARIATIONS) or []}
            add({"defaultVariation": next(iter(values), ""), "evaluationStrategy": "ALL_RULES"})
            found.update({(_VARIATIONS, name): value for name, value in values.items()})
            found.update({(_OVERRIDES, it): name for it, name in (definition.get(_OVERRIDES) or {}).items()})
        case Kind.SEGMENT:
            add({"pattern": ""})
        case Kind.LAUNCH:
            add({"metricMonitors": []})
            found["randomizationSalt",] = definition.get("randomizationSalt", target.name)  # "" is one, too
            found["groups",] = [{"description": "", **group} for group in definition.get("groups") or []]
            found[_SCHEDULE,] = _steps(definition.get(_SCHEDULE) or {})
    return found


def _definition_in(document: Document) -> Document:
    """Return the definition in a document, whose shape differs from the request's for a launch."""
    if "groups" not in document:
        return document
    return {
        **document,
        "groups": list(_groups(document["groups"])),
        _SCHEDULE: document.get("scheduledSplitsDefinition") or {},
    }


def _own_tags(document: Document) -> dict[str, str]:
    tags = document.get(_TAGS) or {}
    return {key: value for key, value in tags.items() if not key.startswith(contract.OWNER_TAG_PREFIX)}


def _changes(
    target: ResourceRef,
    actual: Document,
    desired: Mapping[str, Any],
    now: Mapping[Member, Any],
    write: Sequence[Member],
) -> Iterator[Change]:
    if not write:
        return
    # The request's form where the compared one differs from it.
    forms = {name: desired.get(name) for name in ("groups", _SCHEDULE)}
    single = {it[0]: forms.get(it[0], now[it]) for it in write if len(it) == 1}
    operation = target.kind.operation("Update")
    match target.kind:
        case Kind.PROJECT:
            delivery = single.pop("dataDelivery", None)
            if single:
                yield Change(operation, single)
            if delivery is not None:
                yield Change("UpdateProjectDataDelivery", delivery)
        case Kind.FEATURE:
            # All in one call, so that no evaluation meets a state in between.
            yield Change(operation, {**single, **_of_variations(actual, now, write)})
        case Kind.SEGMENT:
            message = f"The {target} exists with another pattern or description, and the API can't change a segment. "
            raise RefusedError(f"{message}Give the new one another name, or none: then its name follows its pattern.")
        case Kind.LAUNCH:
            yield Change(operation, single)


def _of_variations(actual: Document, now: Mapping[Member, Any], write: Iterable[Member]) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    names = [it[1] for it in write if it[0] == _VARIATIONS]
    if put := [{"name": name, "value": now[_VARIATIONS, name]} for name in names if (_VARIATIONS, name) in now]:
        arguments["addOrUpdateVariations"] = put
    if removed := [name for name in names if (_VARIATIONS, name) not in now]:
        arguments["removeVariations"] = removed
    if entities := [it[1] for it in write if it[0] == _OVERRIDES]:
        merged = {**(actual.get(_OVERRIDES) or {}), **{it: now.get((_OVERRIDES, it)) for it in entities}}
        arguments[_OVERRIDES] = {it: name for it, name in merged.items() if name is not None}
    return arguments


def _shown(member: Member) -> str:
    # Without the ids of overrides, which are users.
    return member[0] if member[0] == _OVERRIDES else ".".join(member)


def _groups(groups: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    """Yield a launch's groups in the shape of a request, which has one variation of one feature each."""
    for group in groups:
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
