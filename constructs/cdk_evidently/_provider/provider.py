"""The one function behind the custom resources of an endpoint in a stack, with its role and its log group."""

from collections.abc import Sequence
from typing import Final

from aws_cdk import Duration, IResolvable, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct, IConstruct

from cdk_evidently._cdk.function import lean_function, own_log_group
from cdk_evidently._cdk.l1 import l1_resource
from cdk_evidently._cdk.lazy import lazy_any, lazy_number
from cdk_evidently._cdk.tokens import stack_key
from cdk_evidently._common.assets import handler_code
from cdk_evidently._common.contract import contract
from cdk_evidently._common.endpoint import EvidentlyEndpoint, endpoint_or_aws
from cdk_evidently._common.metrics import ProviderMetrics
from cdk_evidently._common.references import NamedLaunch
from cdk_evidently._provider.role import ProviderRole
from cdk_evidently.errors import ConflictingSettingsError

_MAX_SERVICE_TIMEOUT_SECONDS: Final = 3600  # CloudFormation's own limit
_INVOCATIONS: Final = 3  # Lambda's asynchronous invocation: the first and two retries …
_RETRY_WAITS_SECONDS: Final = 180  # … which wait for one minute and for two


class EvidentlyProvider(Construct):
    """The function that handles the requests of custom resources such as `StartLaunch`, for one endpoint.

    A `StartLaunch` finds or creates one of these per endpoint and stack (a nested stack counts as its own). Create one
    yourself to choose its network, role, log retention or memory, and hand it over as `StartLaunch(provider=…)`.
    It adds three resources: a function (arm64), its role (one inline policy, no managed one) and its log group; the
    first `Project`, `Feature`, `Segment` or `Launch` also adds one policy.

    Another `endpoint` is another function with another role, and so other custom resources: CloudFormation creates
    these first, then deletes the old ones, which releases what they own at the old endpoint. The log group stays. Where
    the URL comes from a CloudFormation parameter or another value that the template does not hold, the template can't
    tell: an update that finds another URL then fails, and a provider with another construct id is the way there.

    Attributes:
        endpoint: the API that it calls.
        function: the Lambda function; its timeout is the largest `timeout` of its uses plus a minute.
        role: the function's role. It may start the launches that its uses name, get and stop every launch of the
            endpoint (CloudFormation narrows a role before it cleans up), and write to the log group.
        log_group: where the function writes one JSON line per step.
        metrics: how many requests failed, and how long they took, for alarms and dashboards.

    Args:
        scope: the construct's parent.
        construct_id: its name within the parent.
        endpoint: the API to call, by default `EvidentlyEndpoint.aws()`.
        vpc: a VPC to run the function in. From there it has to reach the endpoint, and CloudFormation's S3 buckets to
            answer: without, a deploy hangs until CloudFormation gives up.
        vpc_subnets: which of the VPC's subnets, by default the private ones.
        security_groups: the function's security groups, by default one that allows all traffic out.
        role: a role to run as, instead of one made here. It gets its permissions as an inline policy of its own; of
            the 10,240 characters that all inline policies of a role share, all are taken to be free.
        log_retention: how long log events stay, by default three months.
        log_removal_policy: what becomes of the log group with the stack, by default DESTROY.
        memory_size: the function's memory in MiB, by default 256.

    Raises:
        InvalidArgumentError: `endpoint` is not an EvidentlyEndpoint.
        ConflictingSettingsError: `vpc_subnets` or `security_groups` without a `vpc`.

    """

    endpoint: EvidentlyEndpoint
    function: lambda_.Function
    role: iam.IRole
    log_group: logs.LogGroup

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint: EvidentlyEndpoint | None = None,
        vpc: ec2.IVpc | None = None,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
        role: iam.IRole | None = None,
        log_retention: logs.RetentionDays | None = None,
        log_removal_policy: RemovalPolicy | None = None,
        memory_size: int = 256,
    ) -> None:
        if vpc is None and (vpc_subnets is not None or security_groups is not None):
            message = (
                "vpc_subnets and security_groups say where in a VPC the function runs, but vpc is None. "
                "Give the vpc, or leave the two out."
            )
            raise ConflictingSettingsError(message)
        super().__init__(scope, construct_id)
        self.endpoint = endpoint_or_aws(endpoint)
        self.log_group = own_log_group(self, "Logs", log_retention, log_removal_policy)
        stack = Stack.of(self)
        self._endpoint_digest = self.endpoint.digest(stack)
        self._endpoint_may_move = self.endpoint.may_move(stack)
        # The role goes with the function: CloudFormation would narrow one that stays before the last Deletes.
        named_for_it = construct_id.endswith(self._endpoint_digest)
        within = self if named_for_it else Construct(self, f"Endpoint{self._endpoint_digest}")
        self._permissions = ProviderRole(
            within, endpoint=self.endpoint, log_group=self.log_group, given=role, in_vpc=vpc is not None
        )
        self.role = self._permissions.role
        self._longest_timeout = 0
        self.function = lean_function(
            within,
            "Function",
            code=handler_code(),
            handler=contract.PROVIDER_HANDLER,
            description="Carries out Evidently resources for CloudFormation (cdk-evidently).",
            role=self.role,
            log_group=self.log_group,
            timeout=Duration.seconds(lazy_number(self._timeout_seconds)),
            memory_size=memory_size,
            environment=self.endpoint.environment(stack),
            vpc=vpc,
            vpc_subnets=vpc_subnets,
            security_groups=None if security_groups is None else list(security_groups),
        )
        self.function.node.add_dependency(*self._permissions.policies)
        self.metrics = ProviderMetrics(self.function.function_name)

    @classmethod
    def shared(cls, scope: Construct, endpoint: EvidentlyEndpoint) -> "EvidentlyProvider":
        """Return the provider of this endpoint in the scope's stack, made with defaults if there is none yet."""
        stack = Stack.of(scope)
        name = f"EvidentlyProvider{endpoint.digest(stack)}"
        found = stack.node.try_find_child(name)
        return found if isinstance(found, EvidentlyProvider) else cls(stack, name, endpoint=endpoint)

    @property
    def service_token(self) -> str:
        """The function's ARN: what a custom resource names as its ServiceToken."""
        return self.function.function_arn

    @property
    def service_timeout(self) -> float:
        """The seconds that CloudFormation waits for an answer, a token: long enough for Lambda's own retries."""
        return lazy_number(
            lambda: min(_MAX_SERVICE_TIMEOUT_SECONDS, _INVOCATIONS * self._timeout_seconds() + _RETRY_WAITS_SECONDS)
        )

    @property
    def moving_endpoint(self) -> IResolvable:
        """The API's URL, a token, where the function's logical id does not change with it; or nothing.

        As a property of the custom resources it makes CloudFormation update them. That is so for a URL of a parameter,
        and for a function whose logical id was overridden.
        """
        return lazy_any(self._moving_endpoint)

    @property
    def prerequisites(self) -> tuple[IConstruct, ...]:
        """What has to exist before a custom resource of this provider: a given role's policy, and the endpoint."""
        return (*self._permissions.policies, *self.endpoint.dependencies)

    def serve_launch(self, launch: NamedLaunch, timeout_seconds: int) -> None:
        """Take on a launch to start, and the time that this may take; `StartLaunch` calls it."""
        self._permissions.allow_start(launch)
        self._longest_timeout = max(self._longest_timeout, timeout_seconds)

    def serve_declared(self) -> tuple[IConstruct, ...]:
        """Take on what is declared, and return what has to exist before it; `Project`, `Feature` and so on call it."""
        return (*self.prerequisites, self._permissions.allow_declaring())

    def identity(self, stack: Stack) -> str:
        """Return what tells this provider's ServiceToken from every other's in the stack; for use at resolution."""
        own = Stack.of(self)
        logical_id: str = own.resolve(l1_resource(self.function, lambda_.CfnFunction).logical_id)
        return logical_id if own is stack else "/".join([*stack_key(own), logical_id])

    def _moving_endpoint(self) -> str | None:
        fixed = self._endpoint_digest in self.identity(Stack.of(self)) and not self._endpoint_may_move
        return None if fixed else self.endpoint.address

    def _timeout_seconds(self) -> int:
        wanted: int = (
            self._longest_timeout or contract.DEFAULT_TIMEOUT_SECONDS
        ) + contract.FUNCTION_TIMEOUT_MARGIN_SECONDS
        longest: int = contract.MAX_FUNCTION_TIMEOUT_SECONDS
        return min(wanted, longest)
