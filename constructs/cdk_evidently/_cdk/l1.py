"""From a construct to the CloudFormation resource that it is, for what its own arguments can't say."""

from typing import TypeVar

from aws_cdk import CfnResource
from constructs import IConstruct

Resource = TypeVar("Resource", bound=CfnResource)


def l1_resource(construct: IConstruct, kind: type[Resource]) -> Resource:
    """Return the resource of this kind that is the construct's default child.

    Raises:
        TypeError: there is none; the construct comes from an aws-cdk-lib that this library doesn't know.

    """
    child = construct.node.default_child
    if not isinstance(child, kind):
        message = f"{construct.node.path} has a {type(child).__name__} where a {kind.__name__} was expected"
        raise TypeError(message)
    return child
