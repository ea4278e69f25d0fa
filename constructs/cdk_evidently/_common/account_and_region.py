"""The account and Region of ARNs, which have to be those that the provider calls."""

from collections.abc import Iterable
from typing import Final

from aws_cdk import Stack
from constructs import IConstruct

from cdk_evidently._cdk.tokens import has_unknown
from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently._common.references import ARN, ResourceRef
from cdk_evidently.errors import InvalidArgumentError

# Their positions among the parts of an ARN.
_REGION: Final = 3
_ACCOUNT: Final = 4


def check_account_and_region(scope: IConstruct, endpoint: EvidentlyEndpoint, references: Iterable[ResourceRef]) -> None:
    """Check that ARNs name resources of the stack's account and the endpoint's Region, as far as synth knows both.

    The API reads only the name in such an ARN: it would use the resource of that name in its own account and Region.
    The handler checks what synth does not know.

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
            if parts and not has_unknown(value) and parts[part] != value:
                way_out = f"Give the {it.kind}'s plain name, or its ARN there"
                raise InvalidArgumentError(it.kind, it.given, f"{rule}, {value}", way_out)
