"""Where things are in the table: one table, keys `pk` and `sk`.

    pk                 sk                              what
    projects           <name>                          a project and its counters
    project#<name>     feature#<name>                  a feature
    project#<name>     feature#<name>#run#<launch>     what an evaluation needs of a launch that runs on it
    project#<name>     launch#<name>                   a launch
    segments           <name>                          a segment
    segment#<name>     launch#<project>#<launch>       that a launch refers to it
    account            counters                        how many projects and segments there are
    note#<record>      <StackId>#<LogicalResourceId>   what is remembered of an owner of the record

A record is `project#<name>`, `feature#<project>#<name>`, `launch#<project>#<name>` or `segment#<name>`, or
`run#<project>#<launch>`. Its notes are apart from it, as they outlive it and precede it, and an item for each owner, so
that no owner can crowd out another.

`#` is in no name and sorts before all that is: a feature and what runs on it are neighbours, one query for an
evaluation.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from evidently_service.domain.arns import Arn
from evidently_service.domain.ownership import Claim
from evidently_service.domain.resources import Kind

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    Item = Mapping[str, AttributeValueTypeDef]
else:
    Item = Mapping[str, Any]

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


def run_key(project: str, feature: str, launch: str) -> Item:
    """Key of a launch as it runs on a feature."""
    return {"pk": text(f"project#{project}"), "sk": text(f"feature#{feature}#run#{launch}")}


def segment_key(name: str) -> Item:
    """Key of a segment."""
    return {"pk": text("segments"), "sk": text(name)}


def reference_key(segment: str, project: str, launch: str) -> Item:
    """Key of a launch's reference to a segment."""
    return {"pk": text(f"segment#{segment}"), "sk": text(f"launch#{project}#{launch}")}


def note_key(record: str, arn: Arn, claim: Claim) -> Item:
    """Key of what is remembered of the caller as an owner of a record."""
    names = [arn.project, arn.name] if arn.project else [arn.name]
    return {"pk": text("#".join(["note", record, *names])), "sk": text(f"{claim.stack}#{claim.resource}")}


def referring_launch_key(item: Item) -> Item:
    """Key of the launch behind a reference."""
    _, project, launch = item["sk"]["S"].split("#")
    return launch_key(project, launch)


def key_of(arn: Arn) -> Item:
    """Key of any resource."""
    match arn.kind:
        case Kind.PROJECT:
            return project_key(arn.name)
        case Kind.FEATURE:
            return feature_key(arn.project, arn.name)
        case Kind.LAUNCH:
            return launch_key(arn.project, arn.name)
        case Kind.SEGMENT:
            return segment_key(arn.name)
