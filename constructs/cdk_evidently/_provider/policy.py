"""What the provider's role may do: pure functions from the launches it starts to IAM statements that fit a role.

It may start exactly the launches named, as long as they fit. It may read and stop every launch of its endpoint:
CloudFormation narrows the role before it sends the Deletes of a clean-up, and a launch that left the stack must still
be stopped then. Ownership is what protects others' launches there.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any, Final

from cdk_evidently._cdk.function import LOG_ACTIONS
from cdk_evidently._common.api_model import routes
from cdk_evidently._common.contract import contract
from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently._common.references import Name, NamedLaunch

Statement = dict[str, Any]

# Inline policies of one role, all together, without white space. IAM user guide, "IAM and AWS STS quotas".
POLICY_CHARACTERS: Final = 10_240

# What Lambda needs for a function in a VPC; EC2 takes no narrower resource for it.
# Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC".
NETWORK_ACTIONS: Final = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)


# What a Project, Feature, Segment or Launch needs.
_DECLARING: Final = (
    *(f"{verb}{kind}" for kind in ("Project", "Feature", "Launch") for verb in ("Create", "Get", "Update", "Delete")),
    *("UpdateProjectDataDelivery", "ListFeatures", "ListLaunches", "StopLaunch"),
    *("CreateSegment", "GetSegment", "DeleteSegment", "ListSegmentReferences"),
    *("TagResource", "UntagResource"),
)


class Breadth(StrEnum):
    """How wide the permission to start is."""

    LAUNCHES = "exactly the launches named"
    PROJECTS = "every launch of the projects named"
    ENDPOINT = "every launch"


@dataclass(frozen=True, slots=True)
class Place:
    """What ARNs are made of beside names: tokens for the template, texts of the greatest length to measure by."""

    partition: str
    region: str
    account: str
    api_id: str
    log_group_arn: str


_LONGEST: Final = Place(
    partition="aws-us-gov",
    region="ap-southeast-1",
    account="1" * 12,
    api_id="a" * 10,
    log_group_arn=f"arn:aws-us-gov:logs:ap-southeast-1:{'1' * 12}:log-group:{'a' * 512}:*",
)
ANY: Final = "*"
_EVERY: Final = Name(ANY, ANY, literal=True)
_LONGEST_NAME: Final = Name("a" * 127, "a" * 127, literal=True)

Target = tuple[Name, Name]  # a project and a launch, or every one


def breadth_that_fits(
    endpoint: EvidentlyEndpoint, launches: Sequence[NamedLaunch], *, in_vpc: bool, declares: bool = False
) -> Breadth:
    """Return the narrowest permission whose policy is sure to fit into a role, whatever its tokens turn out to be."""
    left = POLICY_CHARACTERS - (_size(declaring_statements(endpoint, _LONGEST)) if declares else 0)
    for breadth in (Breadth.LAUNCHES, Breadth.PROJECTS):
        longest = [_longest(target) for target in _targets(launches, breadth)]
        if _size(_statements(endpoint, _LONGEST, longest, in_vpc=in_vpc)) <= left:
            return breadth
    return Breadth.ENDPOINT


def statements(
    endpoint: EvidentlyEndpoint, launches: Sequence[NamedLaunch], place: Place, breadth: Breadth, *, in_vpc: bool
) -> list[Statement]:
    """Return the statements of the role's policy, in an order that does not depend on that of the constructs."""
    return _statements(endpoint, place, _targets(launches, breadth), in_vpc=in_vpc)


def declaring_statements(endpoint: EvidentlyEndpoint, place: Place) -> list[Statement]:
    """Return what it takes to make, change and delete projects, features, segments and launches of any name."""
    if endpoint.signing_name == contract.SIGNING_NAME_EXECUTE_API:
        stage = f"arn:{place.partition}:execute-api:{place.region}:{place.account}:{place.api_id}/$default"
        return [_allow("Declare", ["execute-api:Invoke"], [f"{stage}/{path}" for path in _declaring_paths()])]
    account = f"arn:{place.partition}:{contract.API_NAME}:{place.region}:{place.account}"
    actions = [f"{contract.API_NAME}:{operation}" for operation in _DECLARING]
    return [_allow("Declare", actions, [f"{account}:project/{ANY}", f"{account}:segment/{ANY}"])]


def policy_document(content: Sequence[Statement]) -> dict[str, Any]:
    """Return an IAM policy of these statements."""
    return {"Version": "2012-10-17", "Statement": list(content)}


def _size(content: Sequence[Statement]) -> int:
    return len(json.dumps(policy_document(content), separators=(",", ":")))


def _declaring_paths() -> list[str]:
    """Methods and paths as IAM sees them: a `*` matches slashes too, so that a few of them match all."""
    every = {f"{it.method}{re.sub(r'{[^}]+}', ANY, it.uri)}" for it in routes() if it.operation in _DECLARING}
    return sorted(path for path in every if not any(it != path and fnmatchcase(path, it) for it in every))


def _statements(
    endpoint: EvidentlyEndpoint, place: Place, targets: Sequence[Target], *, in_vpc: bool
) -> list[Statement]:
    if endpoint.signing_name == contract.SIGNING_NAME_EXECUTE_API:
        api = _api_statements(place, targets)
    else:
        api = _evidently_statements(place, targets)
    network = [_allow("Network", NETWORK_ACTIONS, [ANY])] if in_vpc else []
    return [_allow("Logs", LOG_ACTIONS, [place.log_group_arn]), *api, *network]


def _evidently_statements(place: Place, targets: Sequence[Target]) -> list[Statement]:
    def launch_arn(project: Name, launch: Name) -> str:
        account = f"arn:{place.partition}:evidently:{place.region}:{place.account}"
        return f"{account}:project/{project.plain}/launch/{launch.plain}"

    start = [launch_arn(*target) for target in targets]
    return [
        *([_allow("Start", ["evidently:StartLaunch"], start)] if start else []),
        _allow("GetAndStop", ["evidently:GetLaunch", "evidently:StopLaunch"], [launch_arn(_EVERY, _EVERY)]),
    ]


def _api_statements(place: Place, targets: Sequence[Target]) -> list[Statement]:
    def route(method: str, project: Name, launch: Name, verb: str = "") -> str:
        stage = f"arn:{place.partition}:execute-api:{place.region}:{place.account}:{place.api_id}/$default"
        return f"{stage}/{method}/projects/{project.plain}/launches/{launch.plain}{verb}"

    invoke = ["execute-api:Invoke"]
    start = [route("POST", *target, "/start") for target in targets]
    return [
        *([_allow("Start", invoke, start)] if start else []),
        _allow("GetAndStop", invoke, [route("GET", _EVERY, _EVERY), route("POST", _EVERY, _EVERY, "/cancel")]),
    ]


def _targets(launches: Sequence[NamedLaunch], breadth: Breadth) -> list[Target]:
    match breadth:
        case Breadth.LAUNCHES:
            targets = [(launch.project, launch.launch) for launch in launches]
        case Breadth.PROJECTS:
            targets = [(launch.project, _EVERY) for launch in launches]
        case Breadth.ENDPOINT:
            targets = [(_EVERY, _EVERY)]
    return sorted({_key(target): target for target in targets}.values(), key=_order)


def _key(target: Target) -> tuple[str, str]:
    # Of a token, the text that the caller gave: each reading of its plain name is a token of its own.
    project, launch = (name.plain if name.literal else name.given for name in target)
    return project, launch


def _order(target: Target) -> tuple[bool, str, str]:
    # The text of a token says nothing, and differs from one synth to the next: those keep the order of their making.
    project, launch = target
    literal = project.literal and launch.literal
    return (False, project.plain, launch.plain) if literal else (True, "", "")


def _longest(target: Target) -> Target:
    project, launch = (name if name.literal else _LONGEST_NAME for name in target)
    return project, launch


def _allow(sid: str, actions: Iterable[str], resources: Sequence[str]) -> Statement:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
