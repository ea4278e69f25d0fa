"""Resources as items of the table, and back.

One table, keys `pk` and `sk`:

    pk                 sk                    what
    projects           <name>                a project and its counters
    project#<name>     feature#<name>        a feature
    project#<name>     launch#<name>         a launch
    segments           <name>                a segment
    account            counters              how many projects and segments there are

Every item has `schema`; what conditions look at are attributes of their own, the rest of the API's document is one
JSON string, `body`. `version` goes up with each change of a launch or feature.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from evidently_service.launch_states import Hold, LaunchStatus
from evidently_service.resources import Feature, Launch, Project, Segment

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    Item = Mapping[str, AttributeValueTypeDef]
else:
    Item = Mapping[str, Any]

SCHEMA = 1
ACCOUNT_COUNTERS: Item = {"pk": {"S": "account"}, "sk": {"S": "counters"}}


def text(value: str) -> "AttributeValueTypeDef":
    """Make a string attribute."""
    return {"S": value}


def number(value: int) -> "AttributeValueTypeDef":
    """Make a number attribute."""
    return {"N": str(value)}


def project_key(name: str) -> Item:
    """Key of a project."""
    return {"pk": text("projects"), "sk": text(name)}


def feature_key(project: str, name: str) -> Item:
    """Key of a feature."""
    return {"pk": text(f"project#{project}"), "sk": text(f"feature#{name}")}


def launch_key(project: str, name: str) -> Item:
    """Key of a launch."""
    return {"pk": text(f"project#{project}"), "sk": text(f"launch#{name}")}


def segment_key(name: str) -> Item:
    """Key of a segment."""
    return {"pk": text("segments"), "sk": text(name)}


def project_item(project: Project) -> Item:
    """Return a project as it is stored."""
    return {
        **project_key(project.name),
        **_common(project),
        "featureCount": number(project.features),
        "launchCount": number(project.launches),
        "activeLaunchCount": number(project.active_launches),
    }


def project_from(item: Item) -> Project:
    """Return the project in an item."""
    return Project(
        name=item["sk"]["S"],
        created=_number(item, "createdTime"),
        updated=_number(item, "lastUpdatedTime"),
        body=json.loads(item["body"]["S"]),
        features=_number(item, "featureCount"),
        launches=_number(item, "launchCount"),
        active_launches=_number(item, "activeLaunchCount"),
    )


def feature_item(feature: Feature) -> Item:
    """Return a feature as it is stored; its variations' names are a set as well, for StartLaunch's condition."""
    return {
        **feature_key(feature.project, feature.name),
        **_common(feature),
        "version": number(feature.version),
        "variations": {"SS": sorted(feature.variations)},
        "runs": {"M": {launch: number(since) for launch, since in feature.runs.items()}},
    }


def feature_from(item: Item) -> Feature:
    """Return the feature in an item."""
    return Feature(
        project=item["pk"]["S"].partition("#")[2],
        name=item["sk"]["S"].partition("#")[2],
        created=_number(item, "createdTime"),
        updated=_number(item, "lastUpdatedTime"),
        body=json.loads(item["body"]["S"]),
        runs={launch: int(since["N"]) for launch, since in item["runs"]["M"].items()},
        version=_number(item, "version"),
    )


def segment_item(segment: Segment) -> Item:
    """Return a segment as it is stored."""
    return {**segment_key(segment.name), **_common(segment), "launchCount": number(segment.launches)}


def segment_from(item: Item) -> Segment:
    """Return the segment in an item."""
    return Segment(
        name=item["sk"]["S"],
        created=_number(item, "createdTime"),
        updated=_number(item, "lastUpdatedTime"),
        body=json.loads(item["body"]["S"]),
        launches=_number(item, "launchCount"),
    )


def launch_item(launch: Launch) -> Item:
    """Return a launch as it is stored."""
    item = {
        **launch_key(launch.project, launch.name),
        **_common(launch),
        "version": number(launch.version),
        "status": text(launch.status.value),
    }
    if launch.started is not None:
        item["startedTime"] = number(launch.started)
    if launch.hold.starters:
        item["starters"] = {"SS": sorted(launch.hold.starters)}
    if launch.hold.stack is not None:
        item["stack"] = text(launch.hold.stack)
    if launch.ended is not None:
        item["endedTime"] = number(launch.ended)
    if launch.reason is not None:
        item["statusReason"] = text(launch.reason)
    return item


def launch_from(item: Item) -> Launch:
    """Return the launch in an item."""
    return Launch(
        project=item["pk"]["S"].partition("#")[2],
        name=item["sk"]["S"].partition("#")[2],
        status=LaunchStatus(item["status"]["S"]),
        created=_number(item, "createdTime"),
        updated=_number(item, "lastUpdatedTime"),
        body=json.loads(item["body"]["S"]),
        started=_number(item, "startedTime") if "startedTime" in item else None,
        hold=Hold(frozenset(item["starters"]["SS"]) if "starters" in item else frozenset(), _text(item, "stack")),
        ended=_number(item, "endedTime") if "endedTime" in item else None,
        reason=_text(item, "statusReason"),
        version=_number(item, "version"),
    )


def _common(resource: Project | Feature | Launch | Segment) -> dict[str, "AttributeValueTypeDef"]:
    return {
        "schema": number(SCHEMA),
        "createdTime": number(resource.created),
        "lastUpdatedTime": number(resource.updated),
        "body": text(json.dumps(resource.body, ensure_ascii=False, separators=(",", ":"))),
    }


def _text(item: Item, name: str) -> str | None:
    return item[name]["S"] if name in item else None


def _number(item: Item, name: str) -> int:
    return int(item[name]["N"])
