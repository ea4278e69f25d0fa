"""Roles that CDK does not create: `iam.Role.customize_roles` reports what an administrator's roles have to allow."""

from collections.abc import Iterable
from typing import Final

from aws_cdk import aws_iam as iam

_CUSTOMIZED: Final = "@aws-cdk/iam:customizeRoles"  # the context that `customize_roles` sets


def is_customized(role: iam.IRole) -> bool:
    """Whether `iam.Role.customize_roles` applies: CDK then reports the role's statements and attaches no policy."""
    return role.node.try_get_context(_CUSTOMIZED) is not None


def report(role: iam.IRole, statements: Iterable[iam.PolicyStatement]) -> None:
    """Add statements to CDK's policy report, if `iam.Role.customize_roles` applies to the role."""
    if is_customized(role):
        for statement in statements:
            role.add_to_principal_policy(statement)
