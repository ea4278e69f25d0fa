"""Resources as items of the table, and back; `keys` has the keys.

What conditions look at are separate attributes; the rest of the API's document is one JSON string, `body`.
`version` goes up with each change that a later write depends on, a change of the owners too. Owners are JSON in
`ownership` and, for a launch's run, in `run`; both are absent where nobody owns the resource.

`schema` is the version of this layout, and every item has it. A later schema adds attributes and members of documents;
it never gives an existing one another meaning: that takes a new name, or another key.

    an item of …       a read                                a write
    an older schema    takes the default of what it lacks    raises it to this schema
    a newer schema     passes over what it does not know     is refused, where it replaces or deletes the item

An item without `schema` counts as an older one. Newer items appear when a deploy of the service is rolled back. Writes
that name single attributes by their paths (counters, runs on a feature, notes) lose nothing: they are carried out, and
leave `schema` as it is.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from evidently_service.domain.launch_states import LaunchStatus
from evidently_service.domain.ownership import NO_NOTE, NOBODYS, Note, Ownership, Word
from evidently_service.domain.resources import Feature, Kind, Launch, Project, Resource, Segment
from evidently_service.storage.keys import (
    Item,
    feature_key,
    launch_key,
    number,
    project_key,
    reference_key,
    run_key,
    segment_key,
    text,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

SCHEMA: Final = 1


def reference_item(segment: str, project: str, launch: str) -> Item:
    """Return the item that records a launch's reference to a segment."""
    return {**reference_key(segment, project, launch), "schema": number(SCHEMA)}


def project_item(project: Project) -> Item:
    """Return the item of a project."""
    return {
        **project_key(project.name),
        **_common(project),
        "version": number(project.version),
        "featureCount": number(project.features),
        "launchCount": number(project.launches),
        "activeLaunchCount": number(project.active_launches),
    }


def project_from(item: Item) -> Project:
    """Return the project of an item."""
    return Project(
        name=item["sk"]["S"],
        created=_number(item, "createdTime"),
        updated=_number(item, "lastUpdatedTime"),
        body=json.loads(item["body"]["S"]),
        features=_number(item, "featureCount"),
        launches=_number(item, "launchCount"),
        active_launches=_number(item, "activeLaunchCount"),
        ownership=_ownership(item, "ownership"),
        version=_number(item, "version"),
    )


def feature_item(feature: Feature) -> Item:
    """Return the item of a feature; StartLaunch's condition needs the names of its variations as a set."""
    return {
        **feature_key(feature.project, feature.name),
        **_common(feature),
        "version": number(feature.version),
        "variations": {"SS": sorted(feature.variations)},
        "runs": {"M": {launch: number(since) for launch, since in feature.runs.items()}},
    }


def feature_from(item: Item) -> Feature:
    """Return the feature of an item."""
    return Feature(
        project=item["pk"]["S"].partition("#")[2],
        name=item["sk"]["S"].partition("#")[2],
        created=_number(item, "createdTime"),
        updated=_number(item, "lastUpdatedTime"),
        body=json.loads(item["body"]["S"]),
        runs={launch: int(since["N"]) for launch, since in item["runs"]["M"].items()},
        ownership=_ownership(item, "ownership"),
        version=_number(item, "version"),
    )


def segment_item(segment: Segment) -> Item:
    """Return the item of a segment."""
    return {
        **segment_key(segment.name),
        **_common(segment),
        "version": number(segment.version),
        "launchCount": number(segment.launches),
    }


def segment_from(item: Item) -> Segment:
    """Return the segment of an item."""
    return Segment(
        name=item["sk"]["S"],
        created=_number(item, "createdTime"),
        updated=_number(item, "lastUpdatedTime"),
        body=json.loads(item["body"]["S"]),
        launches=_number(item, "launchCount"),
        ownership=_ownership(item, "ownership"),
        version=_number(item, "version"),
    )


def run_item(launch: Launch, feature: str) -> Item:
    """Return the item of a launch's run on a feature: an evaluation reads it beside the feature, and nothing else."""
    key = run_key(launch.project, feature, launch.name)
    return {**key, "schema": number(SCHEMA), "body": text(packed(launch.plan()))}


def launch_item(launch: Launch) -> Item:
    """Return the item of a launch."""
    item = {
        **launch_key(launch.project, launch.name),
        **_common(launch),
        **_owners("run", launch.run),
        "version": number(launch.version),
        "status": text(launch.status.value),
        "patterns": text(packed(launch.patterns)),
    }
    if launch.started is not None:
        item["startedTime"] = number(launch.started)
    if launch.ended is not None:
        item["endedTime"] = number(launch.ended)
    if launch.reason is not None:
        item["statusReason"] = text(launch.reason)
    if launch.replaced:
        item["replacedSchedules"] = text(packed(launch.replaced))
    return item


def launch_from(item: Item) -> Launch:
    """Return the launch of an item."""
    return Launch(
        project=item["pk"]["S"].partition("#")[2],
        name=item["sk"]["S"].partition("#")[2],
        status=LaunchStatus(item["status"]["S"]),
        created=_number(item, "createdTime"),
        updated=_number(item, "lastUpdatedTime"),
        body=json.loads(item["body"]["S"]),
        started=_number(item, "startedTime") if "startedTime" in item else None,
        ended=_number(item, "endedTime") if "endedTime" in item else None,
        reason=_text(item, "statusReason"),
        patterns=json.loads(item["patterns"]["S"]),
        ownership=_ownership(item, "ownership"),
        run=_ownership(item, "run"),
        replaced=json.loads(item["replacedSchedules"]["S"]) if "replacedSchedules" in item else {},
        version=_number(item, "version"),
    )


def resource_from(kind: Kind, item: Item) -> Resource:
    """Return the resource of an item, whatever its kind."""
    match kind:
        case Kind.PROJECT:
            return project_from(item)
        case Kind.FEATURE:
            return feature_from(item)
        case Kind.LAUNCH:
            return launch_from(item)
        case Kind.SEGMENT:
            return segment_from(item)


def item_of(resource: Resource) -> Item:
    """Return the item of a resource, whatever its kind."""
    match resource:
        case Project():
            return project_item(resource)
        case Feature():
            return feature_item(resource)
        case Segment():
            return segment_item(resource)
        case Launch():
            return launch_item(resource)


def _common(resource: Resource) -> dict[str, "AttributeValueTypeDef"]:
    return {
        "schema": number(SCHEMA),
        "createdTime": number(resource.created),
        "lastUpdatedTime": number(resource.updated),
        "body": text(packed(resource.body)),
        **_owners("ownership", resource.ownership),
    }


def note_from(item: Item | None) -> Note:
    """Return the note of an item, an empty note for None."""
    if item is None:
        return NO_NOTE
    return Note(*(_number(item, name) if name in item else None for name in ("releasedAt", "updatedAt")))


def _owners(name: str, ownership: Ownership) -> Item:
    """Return the attribute of an ownership, no attribute where nobody owns the resource."""
    if ownership == NOBODYS:
        return {}
    members = {"stack": ownership.stack, "owners": ownership.owners, "lastWord": ownership.last_word}
    return {name: text(packed(members))}


def _ownership(item: Item, name: str) -> Ownership:
    if name not in item:
        return NOBODYS
    found = json.loads(item[name]["S"])
    word = found["lastWord"]
    return Ownership(found["stack"], found["owners"], Word(*word) if word else None)


def is_newer(item: Item) -> bool:
    """Whether a newer version of the service wrote an item."""
    return "schema" in item and _number(item, "schema") > SCHEMA


def body_text(item: Item) -> str:
    """Return an item's document as JSON text."""
    return item["body"]["S"]


def packed(value: Mapping[str, Any]) -> str:
    """Return a document as JSON text without white space."""
    # DynamoDB limits an item to 400 KB, and an escape takes six bytes.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _text(item: Item, name: str) -> str | None:
    return item[name]["S"] if name in item else None


def _number(item: Item, name: str) -> int:
    return int(item[name]["N"])
