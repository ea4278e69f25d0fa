"""The CloudFormation resource of a construct, for properties that the construct's arguments don't cover."""

from typing import TypeVar

from aws_cdk import CfnResource, ReferenceStrength, Stack
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


def keep_while_referenced(resource: CfnResource) -> None:
    """Make other stacks import what they read of a resource: CloudFormation then refuses to delete its stack first.

    That is CDK's default, which an app may set to weak references.
    """
    resource.apply_cross_stack_reference_strength(ReferenceStrength.STRONG)
    # What leaves a nested stack is an output of its resource in the parent stack.
    if nested := Stack.of(resource).nested_stack_resource:
        keep_while_referenced(nested)
