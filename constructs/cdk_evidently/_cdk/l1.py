"""The CloudFormation resource of a construct, for properties that the construct's arguments don't cover."""

from typing import TypeVar

from aws_cdk import CfnResource
from constructs import IConstruct

Resource = TypeVar("Resource", bound=CfnResource)


def l1_resource(construct: IConstruct, kind: type[Resource]) -> Resource:
    """Return the construct's default child, which has to be a resource of this type.

    Raises:
        TypeError: it is not; an aws-cdk-lib that this library doesn't know created the construct.

    """
    child = construct.node.default_child
    if not isinstance(child, kind):
        message = f"{construct.node.path} has a {type(child).__name__} where a {kind.__name__} was expected"
        raise TypeError(message)
    return child
