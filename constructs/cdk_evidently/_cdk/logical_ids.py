"""Logical ids of our own making that CDK's ways to change a logical id still reach.

CDK puts an overridden logical id into the template as it is: `Stack.rename_logical_id` and a Stack's own allocation
don't see it. Here the Stack allocates our logical id, as that of an element of this name at its top.
"""

from collections.abc import Callable
from functools import cache

from aws_cdk import CfnElement, CfnResource, Stack
from constructs import RootConstruct

from cdk_evidently._cdk.lazy import lazy_text


def path_logical_id(resource: CfnResource) -> str:
    """Return the logical id that CDK by itself gives to the resource's path: it ends with the path's hash."""
    return _elsewhere(resource.stack).get_logical_id(resource)


def name_resource(resource: CfnResource, logical_id: Callable[[], str]) -> None:
    """Give the resource a logical id, computed at each resolution; renames of its stack apply to it."""
    stack = resource.stack
    resource.override_logical_id(lazy_text(lambda _: stack.get_logical_id(_element(stack, logical_id()))))


# Cached, because a logical id is resolved with each reference to it. No app has this stack: it is never synthesized.
@cache
def _elsewhere(_: Stack) -> Stack:
    return Stack(RootConstruct(), "Elsewhere")


@cache
def _element(stack: Stack, logical_id: str) -> CfnElement:
    return CfnResource(_elsewhere(stack), logical_id, type="Custom::Evidently")
