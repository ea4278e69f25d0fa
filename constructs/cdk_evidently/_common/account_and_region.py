"""Accounts and Regions, which have to agree: what names another one can't work, or works on the wrong resource.

Synth judges those that it knows. The handler checks the ARNs that synth does not know.
"""

from collections.abc import Iterable
from typing import Any, Final

from aws_cdk import Stack
from constructs import IConstruct

from cdk_evidently._cdk.tokens import has_unknown
from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently._common.references import ARN, ResourceRef
from cdk_evidently.errors import ConflictingSettingsError, InvalidArgumentError

# Their positions among the parts of an ARN.
_REGION: Final = 3
_ACCOUNT: Final = 4

_LOOKED_UP: Final = ":role/DUMMY_ARN"  # the end of the ARN that `iam.Role.from_lookup` has until the next synth


def differ(one: str | None, other: str | None) -> bool:
    """Whether two accounts, or two Regions, are known and not the same."""
    return not (one is None or other is None or has_unknown([one, other]) or one == other)


def is_looked_up_role(resource: object) -> bool:
    """Whether this stands for a role that the next synth knows; its account is not the role's."""
    return str(getattr(resource, "role_arn", "")).endswith(_LOOKED_UP)


def check_account_and_region(scope: IConstruct, endpoint: EvidentlyEndpoint, references: Iterable[ResourceRef]) -> None:
    """Check that ARNs name resources of the stack's account and the endpoint's Region.

    The API reads only the name in such an ARN: it would use the resource of that name in its own account and Region.

    Args:
        scope: the construct.
        endpoint: the API.
        references: the resources that the construct's arguments name.

    Raises:
        InvalidArgumentError: an ARN of another account or Region.

    """
    stack = Stack.of(scope)
    whose = "the stack's" if endpoint.region is None else "the endpoint's"
    expected = (
        (_REGION, f"in {whose} Region", stack.region if endpoint.region is None else endpoint.region),
        (_ACCOUNT, "in the stack's account", stack.account),
    )
    for it in references:
        parts = it.given.split(":") if it.literal and it.given.startswith(ARN) else []
        for part, rule, value in expected:
            if parts and differ(parts[part], value):
                way_out = f"Give the {it.kind}'s plain name, or its ARN there"
                raise InvalidArgumentError(it.kind, it.given, f"{rule}, {value}", way_out)


def check_given(stack: Stack, argument: str, resource: Any, *, has_region: bool = True) -> None:
    """Check that a resource that the caller gave is of the stack's account and Region.

    Args:
        stack: the stack of the construct that has the argument.
        argument: the argument's name.
        resource: its value; None and a name are of the stack's own.
        has_region: whether it belongs to a Region, as a role does not.

    Raises:
        InvalidArgumentError: it is of another account or Region.

    """
    found = getattr(resource, "env", None)
    if found is None or is_looked_up_role(resource):
        return
    account, region = found.account, found.region
    # CDK takes a table that Table.from_table_arn imports for one of the importing stack's account and Region.
    table_arn = getattr(resource, "table_arn", None)
    if isinstance(table_arn, str) and not has_unknown(table_arn):
        account, region = table_arn.split(":")[_ACCOUNT], table_arn.split(":")[_REGION]
    places = [("account", account, stack.account), ("Region", region, stack.region)]
    for what, value, own in places if has_region else places[:1]:
        if differ(value, own):
            given = f"{resource.node.path} in {value}"
            rule = f"in the stack's {what}, {own}"
            raise InvalidArgumentError(argument, given, rule, f"Give one of that {what}")


def check_caller(user: IConstruct, path: str, endpoint: EvidentlyEndpoint, way_out: str) -> None:
    """Check that a construct is where a service lets it in: in its account, and in its region if none is given.

    Args:
        user: the construct, or its scope while it is being created.
        path: the construct's path.
        endpoint: the API.
        way_out: what to do where the accounts differ.

    Raises:
        ConflictingSettingsError: it is in another account, or in another region that the endpoint does not name.

    """
    if endpoint.stack is None:
        return
    own, service = Stack.of(user), endpoint.stack
    if differ(own.account, service.account):
        message = (
            f"the Evidently service is in account {service.account} and {path!r} in account {own.account}: an HTTP API "
            f"has no resource policy, and lets in no principal of another account. {way_out}."
        )
        raise ConflictingSettingsError(message)
    if endpoint.region is None and differ(own.region, service.region):
        message = (
            f"the Evidently service is imported without a region, by a stack in {service.region}, and {path!r} is in "
            f"{own.region}: it would call the API of that id in its own region. Give from_api_id the region."
        )
        raise ConflictingSettingsError(message)
