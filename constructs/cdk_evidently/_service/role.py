"""The role of the service's function: created here, given by the caller, or precreated by an administrator."""

from collections.abc import Sequence
from typing import Final

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk_evidently._cdk.function import LOG_ACTIONS, lambda_role
from cdk_evidently._cdk.l1 import l1_resource
from cdk_evidently._cdk.roles import is_customized, report

# A transaction needs the permissions of its parts and no other.
_TABLE_ACTIONS: Final = (
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
)


def service_role(
    scope: Construct,
    given: iam.IRole | None,
    table: dynamodb.ITable,
    log_group: logs.ILogGroup,
    more: Sequence[iam.PolicyStatement],
) -> tuple[iam.IRole, list[iam.Policy]]:
    """Return the role with its permissions, and the policies that the function has to wait for."""
    statements = [
        iam.PolicyStatement(sid="Table", actions=list(_TABLE_ACTIONS), resources=[table.table_arn]),
        iam.PolicyStatement(sid="Logs", actions=list(LOG_ACTIONS), resources=[log_group.log_group_arn]),
        *more,
    ]
    role = given or lambda_role(scope, "Role")
    policies = []
    report(role, statements)
    if given is None:
        _allow_inline(role, statements)
    elif not is_customized(given):
        policies = [iam.Policy(scope, "Policy", statements=statements)]
        given.attach_inline_policy(policies[0])
    if table.encryption_key:
        table.encryption_key.grant_encrypt_decrypt(role)
    return role, policies


def _allow_inline(role: iam.IRole, statements: Sequence[iam.PolicyStatement]) -> None:
    if role.node.default_child is None:  # `iam.Role.customize_roles` prevented it
        return
    # Inline in the role: a separate policy could come after the function's first request, and go before its last.
    l1_resource(role, iam.CfnRole).policies = [
        iam.CfnRole.PolicyProperty(policy_name="Evidently", policy_document=iam.PolicyDocument(statements=statements))
    ]
