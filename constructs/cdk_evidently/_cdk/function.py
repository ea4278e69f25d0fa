"""Lambda functions with an explicit role and log group, and no managed policy."""

from collections.abc import Mapping
from typing import Final

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk_evidently._cdk.l1 import l1_resource
from cdk_evidently._cdk.linters import ignore_cfn_lint

# The newest Lambda Python that cdk-nag knows; the handlers run on 3.11 and newer.
RUNTIME: Final = lambda_.Runtime.PYTHON_3_14
# cfn-lint's rule against a DependsOn beside a reference: CDK makes every function depend on its role as well.
_REDUNDANT_DEPENDENCY: Final = "W3005"

# Without logs:CreateLogGroup: the stack creates the log group before the function.
LOG_ACTIONS: Final = ("logs:CreateLogStream", "logs:PutLogEvents")

DEFAULT_LOG_RETENTION: Final = logs.RetentionDays.THREE_MONTHS


def own_log_group(
    scope: Construct, construct_id: str, retention: logs.RetentionDays | None, removal: RemovalPolicy | None
) -> logs.LogGroup:
    """Create a log group, by default deleted with the stack and with a retention of three months."""
    return logs.LogGroup(
        scope,
        construct_id,
        retention=DEFAULT_LOG_RETENTION if retention is None else retention,
        removal_policy=RemovalPolicy.DESTROY if removal is None else removal,
    )


def lambda_role(scope: Construct, construct_id: str) -> iam.Role:
    """Create a role that Lambda can assume, without permissions."""
    return iam.Role(scope, construct_id, assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))


def lean_function(
    scope: Construct,
    construct_id: str,
    *,
    code: lambda_.Code,
    handler: str,
    description: str,
    role: iam.IRole,
    log_group: logs.ILogGroup,
    timeout: Duration,
    memory_size: int,
    environment: Mapping[str, str],
    vpc: ec2.IVpc | None = None,
    vpc_subnets: ec2.SubnetSelection | None = None,
    security_groups: list[ec2.ISecurityGroup] | None = None,
) -> lambda_.Function:
    """Create a Python function on arm64; `timeout` and `environment` may be tokens."""
    function = lambda_.Function(
        scope,
        construct_id,
        code=code,
        handler=handler,
        runtime=RUNTIME,
        architecture=lambda_.Architecture.ARM_64,
        description=description,
        role=role,
        log_group=log_group,
        timeout=timeout,
        memory_size=memory_size,
        environment=environment,
        vpc=vpc,
        vpc_subnets=vpc_subnets,
        security_groups=security_groups,
    )
    ignore_cfn_lint(l1_resource(function, lambda_.CfnFunction), _REDUNDANT_DEPENDENCY)
    return function
