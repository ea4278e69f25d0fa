"""A custom resource whose Delete always reaches the API.

With a DeletionPolicy of Retain, CloudFormation sends no Delete. The API would keep the custom resource as an owner, and
later stop or delete on its behalf what was meant to stay. So CloudFormation always sends a Delete, which tells the API
what to keep.
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
        scope: the construct whose default child it is.
        resource_type: the CloudFormation type.
        properties: the properties in CloudFormation's spelling.
        to_keep: the argument of that construct that makes a Delete keep the API's resource, for error messages.

    """

    def __init__(self, scope: Construct, *, resource_type: str, properties: Mapping[str, object], to_keep: str) -> None:
        super().__init__(scope, "Resource", type=resource_type, properties=properties)
        self._way_out = (
            f"Give {to_keep} instead, which tells the API to keep it, and exclude the resource from whatever sets "
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

    # At synth, because aspects such as RemovalPolicies change the options after construction.
    def _problems(self) -> list[str]:
        options = self.cfn_options
        found = zip(_POLICIES, (options.deletion_policy, options.update_replace_policy), strict=True)
        return [str(self._error(name, it.name)) for name, it in found if it not in {None, CfnDeletionPolicy.DELETE}]

    def _error(self, policy: str, value: object) -> InvalidArgumentError:
        rule = "Delete, because only a Delete request ends the ownership that the API records"
        return InvalidArgumentError(policy, value, rule, self._way_out)


def on_delete(removal_policy: object) -> str:
    """Return the OnDelete property that a managed resource has for a removal policy.

    Raises:
        InvalidArgumentError: it is a policy other than DESTROY and RETAIN.

    """
    if removal_policy is None or removal_policy == RemovalPolicy.DESTROY:
        return contract.ON_DELETE_DELETE
    if removal_policy == RemovalPolicy.RETAIN:
        return contract.ON_DELETE_KEEP
    shown = removal_policy.name if isinstance(removal_policy, RemovalPolicy) else removal_policy
    rule = "RemovalPolicy.DESTROY or RemovalPolicy.RETAIN: the API can delete a resource or keep it"
    raise InvalidArgumentError("removal_policy", shown, rule, "Use one of these, or leave it out to delete it")
