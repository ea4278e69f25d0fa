"""The permissions of the provider's role: pure functions from the launches that it starts to IAM statements.

The role may start exactly the launches named, as long as they fit into its policies. It may read and stop every launch
of its endpoint: CloudFormation narrows the role before it sends the Deletes of a clean-up, and the Delete of a launch
that left the stack still has to stop it. Ownership protects the launches of others there.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any, Final

from cdk_evidently._cdk.function import LOG_ACTIONS
from cdk_evidently._common.api_model import routes
from cdk_evidently._common.contract import contract
from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently._common.references import NamedLaunch, ResourceRef

Statement = dict[str, Any]

# The limit of all inline policies of a role together, without white space. IAM user guide, "IAM and AWS STS quotas".
POLICY_CHARACTERS: Final = 10_240

# What Lambda needs for a function in a VPC; EC2 supports no narrower resource for these actions than "*".
# Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC".
NETWORK_ACTIONS: Final = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)

# The operations that manage a Project, Feature, Segment or Launch.
_MANAGING: Final = (
    *(f"{verb}{kind}" for kind in ("Project", "Feature", "Launch") for verb in ("Create", "Get", "Update", "Delete")),
    *("UpdateProjectDataDelivery", "ListFeatures", "ListLaunches", "StopLaunch"),
    *("CreateSegment", "GetSegment", "DeleteSegment", "ListSegmentReferences"),
    *("TagResource", "UntagResource"),
)


class Breadth(StrEnum):
    """How many launches the role may start; the values end a sentence of a warning."""

    LAUNCHES = "exactly the launches named"
    PROJECTS = "every launch of the projects named"
    ENDPOINT = "every launch"


@dataclass(frozen=True, slots=True)
class ArnContext:
    """The parts of ARNs beside names: tokens for a template, or texts of the greatest length to measure a policy by."""

    partition: str
    region: str
    account: str
    api_id: str
    log_group_arn: str


_LONGEST: Final = ArnContext(
    partition="aws-us-gov",
    region="ap-southeast-1",
    account="1" * 12,
    api_id="a" * 10,
    log_group_arn=f"arn:aws-us-gov:logs:ap-southeast-1:{'1' * 12}:log-group:{'a' * 512}:*",
)
ANY: Final = "*"
_ANY_PROJECT: Final = ResourceRef("project", ANY, ANY, literal=True)
_ANY_LAUNCH: Final = ResourceRef("launch", ANY, ANY, literal=True)
_EVERY_LAUNCH: Final = NamedLaunch(_ANY_PROJECT, _ANY_LAUNCH)
_LONGEST_NAME: Final = "a" * 127


def breadth_that_fits(
    endpoint: EvidentlyEndpoint, launches: Sequence[NamedLaunch], *, in_vpc: bool, manages: bool = False
) -> Breadth:
    """Return the narrowest permission whose policy fits into a role for all values that its tokens can have."""
    left = POLICY_CHARACTERS - (_size(managing_statements(endpoint, _LONGEST)) if manages else 0)
    for breadth in (Breadth.LAUNCHES, Breadth.PROJECTS):
        longest = [_longest(target) for target in _targets(launches, breadth)]
        if _size(_statements(endpoint, _LONGEST, longest, in_vpc=in_vpc)) <= left:
            return breadth
    return Breadth.ENDPOINT


def statements(
    endpoint: EvidentlyEndpoint, launches: Sequence[NamedLaunch], context: ArnContext, breadth: Breadth, *, in_vpc: bool
) -> list[Statement]:
    """Return the statements of the role's policy, ordered by names and not by the constructs' order."""
    return _statements(endpoint, context, _targets(launches, breadth), in_vpc=in_vpc)


def managing_statements(endpoint: EvidentlyEndpoint, context: ArnContext) -> list[Statement]:
    """Return the permission to create, update and delete projects, features, segments and launches of any name."""
    if endpoint.signing_name == contract.SIGNING_NAME_EXECUTE_API:
        resources = [f"{_stage_arn(context)}/{path}" for path in _managing_paths()]
        return [_allow("Declare", ["execute-api:Invoke"], resources)]
    account = f"arn:{context.partition}:{contract.API_NAME}:{context.region}:{context.account}"
    actions = [f"{contract.API_NAME}:{operation}" for operation in _MANAGING]
    return [_allow("Declare", actions, [f"{account}:project/{ANY}", f"{account}:segment/{ANY}"])]


def policy_document(content: Sequence[Statement]) -> dict[str, Any]:
    """Return an IAM policy of these statements."""
    return {"Version": "2012-10-17", "Statement": list(content)}


def _size(content: Sequence[Statement]) -> int:
    return len(json.dumps(policy_document(content), separators=(",", ":")))


def _managing_paths() -> list[str]:
    # As IAM sees methods and paths. A `*` matches slashes too, so a few patterns match all the others.
    every = {f"{it.method}{re.sub(r'{[^}]+}', ANY, it.uri)}" for it in routes() if it.operation in _MANAGING}
    return sorted(path for path in every if not any(it != path and fnmatchcase(path, it) for it in every))


def _statements(
    endpoint: EvidentlyEndpoint, context: ArnContext, targets: Sequence[NamedLaunch], *, in_vpc: bool
) -> list[Statement]:
    if endpoint.signing_name == contract.SIGNING_NAME_EXECUTE_API:
        api = _api_statements(context, targets)
    else:
        api = _evidently_statements(context, targets)
    network = [_allow("Network", NETWORK_ACTIONS, [ANY])] if in_vpc else []
    return [_allow("Logs", LOG_ACTIONS, [context.log_group_arn]), *api, *network]


def _evidently_statements(context: ArnContext, targets: Sequence[NamedLaunch]) -> list[Statement]:
    def launch_arn(target: NamedLaunch) -> str:
        account = f"arn:{context.partition}:{contract.API_NAME}:{context.region}:{context.account}"
        return f"{account}:project/{target.project.name}/launch/{target.launch.name}"

    start = [launch_arn(target) for target in targets]
    return [
        *([_allow("Start", ["evidently:StartLaunch"], start)] if start else []),
        _allow("GetAndStop", ["evidently:GetLaunch", "evidently:StopLaunch"], [launch_arn(_EVERY_LAUNCH)]),
    ]


def _api_statements(context: ArnContext, targets: Sequence[NamedLaunch]) -> list[Statement]:
    def route(method: str, target: NamedLaunch, verb: str = "") -> str:
        path = f"projects/{target.project.name}/launches/{target.launch.name}{verb}"
        return f"{_stage_arn(context)}/{method}/{path}"

    invoke = ["execute-api:Invoke"]
    start = [route("POST", target, "/start") for target in targets]
    return [
        *([_allow("Start", invoke, start)] if start else []),
        _allow("GetAndStop", invoke, [route("GET", _EVERY_LAUNCH), route("POST", _EVERY_LAUNCH, "/cancel")]),
    ]


def _stage_arn(context: ArnContext) -> str:
    return f"arn:{context.partition}:execute-api:{context.region}:{context.account}:{context.api_id}/$default"


def _targets(launches: Sequence[NamedLaunch], breadth: Breadth) -> list[NamedLaunch]:
    match breadth:
        case Breadth.LAUNCHES:
            targets = launches
        case Breadth.PROJECTS:
            targets = [replace(launch, launch=_ANY_LAUNCH) for launch in launches]
        case Breadth.ENDPOINT:
            targets = [_EVERY_LAUNCH]
    return sorted({_key(target): target for target in targets}.values(), key=_order)


def _key(target: NamedLaunch) -> tuple[str, str]:
    # `name` is a new token for each reference to the same token; `given` is equal for them.
    project, launch = (it.name if it.literal else it.given for it in (target.project, target.launch))
    return project, launch


def _order(target: NamedLaunch) -> tuple[bool, str, str]:
    # A token's text has no meaning and differs from one synth to the next: tokens keep their order of creation.
    return (False, target.project.name, target.launch.name) if target.literal else (True, "", "")


def _longest(target: NamedLaunch) -> NamedLaunch:
    project, launch = (it if it.literal else replace(it, name=_LONGEST_NAME) for it in (target.project, target.launch))
    return NamedLaunch(project, launch)


def _allow(sid: str, actions: Iterable[str], resources: Sequence[str]) -> Statement:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
