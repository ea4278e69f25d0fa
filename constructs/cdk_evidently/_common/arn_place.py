"""The account and the Region of an ARN, which have to be those that the provider calls."""

from collections.abc import Iterable
from typing import Final

from aws_cdk import Stack, Token
from constructs import IConstruct

from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently._common.references import ARN, Name
from cdk_evidently.errors import InvalidArgumentError

# Where an ARN has them.
_REGION: Final = 3
_ACCOUNT: Final = 4


def check_place(scope: IConstruct, endpoint: EvidentlyEndpoint, names: Iterable[tuple[str, Name]]) -> None:
    """Check that ARNs name resources of the stack's account and the endpoint's Region, as far as these are known.

    The API takes such an ARN for the name in it: the resource of that name in its own account would be meant. The
    handler checks what is not known at synth.

    Args:
        scope: the construct.
        endpoint: the API.
        names: what is named, each by the argument that names it.

    Raises:
        InvalidArgumentError: an ARN of another account or Region.

    """
    stack = Stack.of(scope)
    whose = "the stack's" if endpoint.region is None else "the endpoint's"
    wanted = (
        (_REGION, f"in {whose} Region", stack.region if endpoint.region is None else endpoint.region),
        (_ACCOUNT, "in the stack's account", stack.account),
    )
    for argument, name in names:
        parts = name.given.split(":") if name.literal and name.given.startswith(ARN) else []
        for part, rule, value in wanted:
            if parts and not Token.is_unresolved(value) and parts[part] != value:
                way_out = f"Give the {argument}'s plain name, or its ARN there"
                raise InvalidArgumentError(argument, name.given, f"{rule}, {value}", way_out)
