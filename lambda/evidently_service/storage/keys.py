"""Keys of the items: one table, with a partition key `pk` and a sort key `sk`.

    pk                 sk                              item
    projects           <name>                          a project and its counters
    project#<name>     feature#<name>                  a feature
    project#<name>     feature#<name>#run#<launch>     a run on the feature: the launch as an evaluation needs it
    project#<name>     launch#<name>                   a launch
    segments           <name>                          a segment
    segment#<name>     launch#<project>#<launch>       a launch's reference to the segment
    account            counters                        the numbers of projects and segments
    note#<record>      <StackId>#<LogicalResourceId>   the note of an owner of the record

A record is `project#<name>`, `feature#<project>#<name>`, `launch#<project>#<name>` or `segment#<name>`, or
`run#<project>#<launch>`. A note precedes and outlives its record, so it is a separate item. Each owner has one, so
that no number of owners makes an item too large.

`#` occurs in no name and sorts before every character of a name. So a feature and its runs are neighbours: an
evaluation reads them with one query.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from evidently_service.domain.arns import ResourceRef
from evidently_service.domain.ownership import Caller
from evidently_service.domain.resources import Kind

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    Item = Mapping[str, AttributeValueTypeDef]
else:
    Item = Mapping[str, Any]

ACCOUNT_COUNTERS: Item = {"pk": {"S": "account"}, "sk": {"S": "counters"}}


def text(value: str) -> "AttributeValueTypeDef":
    """Return a string attribute."""
    return {"S": value}


def number(value: int) -> "AttributeValueTypeDef":
    """Return a number attribute."""
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


def run_key(project: str, feature: str, launch: str) -> Item:
    """Key of a launch's run on a feature."""
    return {"pk": text(f"project#{project}"), "sk": text(f"feature#{feature}#run#{launch}")}


def segment_key(name: str) -> Item:
    """Key of a segment."""
    return {"pk": text("segments"), "sk": text(name)}


def reference_key(segment: str, project: str, launch: str) -> Item:
    """Key of a launch's reference to a segment."""
    return {"pk": text(f"segment#{segment}"), "sk": text(f"launch#{project}#{launch}")}


def note_key(record: str, ref: ResourceRef, caller: Caller) -> Item:
    """Key of the caller's note for a record."""
    names = [ref.project, ref.name] if ref.project else [ref.name]
    return {"pk": text("#".join(["note", record, *names])), "sk": text(f"{caller.stack}#{caller.resource}")}


def referring_launch_key(item: Item) -> Item:
    """Key of the launch of a reference."""
    _, project, launch = item["sk"]["S"].split("#")
    return launch_key(project, launch)


def key_of(ref: ResourceRef) -> Item:
    """Key of a resource, whatever its kind."""
    match ref.kind:
        case Kind.PROJECT:
            return project_key(ref.name)
        case Kind.FEATURE:
            return feature_key(ref.project, ref.name)
        case Kind.LAUNCH:
            return launch_key(ref.project, ref.name)
        case Kind.SEGMENT:
            return segment_key(ref.name)
