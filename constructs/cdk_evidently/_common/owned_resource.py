"""A custom resource whose Delete always reaches the API: what stays there is kept by a request, not by CloudFormation.

With a DeletionPolicy of Retain, CloudFormation sends no Delete. The API would go on taking the resource for an owner,
and would stop or delete for it what was meant to stay.
"""

from collections.abc import Mapping
from typing import Any, Final

from aws_cdk import CfnDeletionPolicy, CfnResource, RemovalPolicy
from constructs import Construct

from cdk_evidently._cdk.lazy import validation
from cdk_evidently._common.contract import contract
from cdk_evidently.errors import InvalidArgumentError

_POLICIES: Final = ("DeletionPolicy", "UpdateReplacePolicy")
_DELETE: Final = "Delete"


class OwnedResource(CfnResource):
    """A custom resource with a DeletionPolicy and an UpdateReplacePolicy of Delete.

    Args:
        scope: the construct that it belongs to.
        resource_type: its CloudFormation type.
        properties: its properties.
        to_keep: the argument of that construct that keeps what the resource owns.

    """

    def __init__(self, scope: Construct, *, resource_type: str, properties: Mapping[str, object], to_keep: str) -> None:
        super().__init__(scope, "Resource", type=resource_type, properties=properties)
        self._way_out = (
            f"Give {to_keep} instead, by which the API knows that it is kept, and leave the resource out of what sets "
            f'the policy, such as RemovalPolicies with exclude_resource_types=["{resource_type}"]'
        )
        self.apply_removal_policy(RemovalPolicy.DESTROY)
        self.node.add_validation(validation(self._problems))

    def add_override(self, path: str, value: Any) -> None:
        """Override a part of the resource's definition, as in every `CfnResource`.

        Raises:
            InvalidArgumentError: it is a DeletionPolicy or UpdateReplacePolicy other than Delete.

        """
        if path in _POLICIES and value is not None and value != _DELETE:
            raise self._error(path, value)
        super().add_override(path, value)

    def _problems(self) -> list[str]:
        options = self.cfn_options
        found = zip(_POLICIES, (options.deletion_policy, options.update_replace_policy), strict=True)
        return [str(self._error(name, it.name)) for name, it in found if it not in {None, CfnDeletionPolicy.DELETE}]

    def _error(self, policy: str, value: object) -> InvalidArgumentError:
        rule = "Delete, because only a Delete request ends the ownership that the API records"
        return InvalidArgumentError(policy, value, rule, self._way_out)


def on_delete(removal_policy: object) -> str:
    """Return what a removal policy makes of a managed resource when it leaves the stack, as the handler reads it.

    Raises:
        InvalidArgumentError: it is a policy other than DESTROY and RETAIN.

    """
    if removal_policy is None or removal_policy == RemovalPolicy.DESTROY:
        return str(contract.ON_DELETE_DELETE)
    if removal_policy == RemovalPolicy.RETAIN:
        return str(contract.ON_DELETE_KEEP)
    shown = removal_policy.name if isinstance(removal_policy, RemovalPolicy) else removal_policy
    rule = "RemovalPolicy.DESTROY or RemovalPolicy.RETAIN: the API can delete a resource or keep it"
    raise InvalidArgumentError("removal_policy", shown, rule, "Use one of these, or leave it out to delete it")
