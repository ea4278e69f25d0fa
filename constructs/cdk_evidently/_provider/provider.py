"""`EvidentlyProvider`: the function behind the custom resources of an endpoint, with its role and its log group."""

from collections.abc import Iterable, Sequence
from typing import Final

from aws_cdk import Duration, IResolvable, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct, IConstruct

from cdk_evidently._cdk.function import lean_function, own_log_group
from cdk_evidently._cdk.l1 import keep_while_referenced, l1_resource
from cdk_evidently._cdk.lazy import lazy_any, lazy_number
from cdk_evidently._cdk.tokens import stack_key, targets
from cdk_evidently._common.account_and_region import check_caller, check_given
from cdk_evidently._common.assets import handler_code
from cdk_evidently._common.circles import StackCircles, check_service
from cdk_evidently._common.contract import contract
from cdk_evidently._common.endpoint import EvidentlyEndpoint, endpoint_or_aws
from cdk_evidently._common.metrics import ProviderMetrics
from cdk_evidently._common.references import NamedLaunch, ResourceRef
from cdk_evidently._provider.role import ProviderRole
from cdk_evidently.errors import ConflictingSettingsError, InvalidArgumentError

# Lambda retries a failed asynchronous invocation twice, after one minute and after two. Lambda developer guide,
# "How Lambda handles errors and retries with asynchronous invocation".
_INVOCATIONS: Final = 3
_RETRY_WAITS_SECONDS: Final = 180


class EvidentlyProvider(Construct):
    """The function that handles the requests of custom resources such as `StartLaunch`, for one endpoint.

    A custom resource finds or creates the shared provider of its endpoint and stack; a nested stack has its own. Create
    one yourself to choose its network, role, log retention or memory, and pass it as `StartLaunch(provider=…)`.
    It adds three resources: a function (arm64), its role (one inline policy, no managed one) and its log group. The
    first `Project`, `Feature`, `Segment` or `Launch` also adds one policy.

    Another `endpoint` makes another function with another role, and so other custom resources: CloudFormation creates
    these first and then deletes the old ones, which releases what they own at the old endpoint. The log group stays.
    Where the URL comes from a CloudFormation parameter or another value outside the template, the template can't show
    the change: the update that finds another URL fails. To move to that URL, give the provider another construct id.

    Attributes:
        endpoint: the API that the function calls.
        function: the Lambda function; its timeout is the largest `timeout` of its uses plus a minute.
        role: the function's role. It may start the launches that its uses name, get and stop every launch of the
            endpoint (CloudFormation narrows a role before it cleans up), and write to the log group.
        log_group: the log group to which the function writes one JSON line per step.
        metrics: the number of failed requests and the duration of requests, for alarms and dashboards.

    Args:
        scope: the construct's parent.
        construct_id: the construct's id within the parent.
        endpoint: the API to call, by default `EvidentlyEndpoint.aws()`.
        vpc: a VPC to run the function in, by default none. The VPC needs a route to the endpoint, and one to
            CloudFormation's S3 buckets for the response: without it a deploy hangs until CloudFormation times out.
            Both may go through a proxy: `provider.function.add_environment("HTTPS_PROXY", …)`.
        vpc_subnets: the subnets of the VPC to use, by default the private ones.
        security_groups: the function's security groups, by default one that allows all outbound traffic.
        role: an existing role for the function, by default a new one. The provider adds its permissions to the role as
            an inline policy; to one that CDK may not change (`mutable=False`, `without_policy_updates()`) nothing. All
            inline policies of a role share 10,240 characters; the provider assumes that the role uses none of them.
        log_retention: how long CloudWatch keeps log events, by default three months.
        log_removal_policy: whether the log group is deleted with the stack, by default DESTROY.
        memory_size: the function's memory in MiB, by default 256.

    Raises:
        InvalidArgumentError: `endpoint` is not an EvidentlyEndpoint, or `role` is of another account.
        ConflictingSettingsError: `vpc_subnets` or `security_groups` without a `vpc`, or the endpoint is of an
            `EvidentlyService` that needs this stack, or in another account, which lets in no role of this one.

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
                "vpc_subnets and security_groups place the function in a VPC, but vpc is None. "
                "Give the vpc, or leave the two out."
            )
            raise ConflictingSettingsError(message)
        self.endpoint = endpoint_or_aws(endpoint)
        check_given(Stack.of(scope), "role", role, has_region=False)
        path = f"{scope.node.path}/{construct_id}"
        check_caller(
            scope, path, self.endpoint, "Deploy it, and the resources that it serves, in the service's account"
        )
        super().__init__(scope, construct_id)
        check_service(self, self.endpoint.dependencies)
        self._circles = StackCircles(self)
        self.log_group = own_log_group(self, "Logs", log_retention, log_removal_policy)
        stack = Stack.of(self)
        self._endpoint_digest = self.endpoint.digest(stack)
        self._endpoint_may_move = self.endpoint.may_move(stack)
        # Another endpoint has to change the logical ids of function and role: the old custom resources are then deleted
        # by the old function, with a role that CloudFormation has not narrowed yet. The id of a shared provider ends
        # with the endpoint's digest already.
        shared = construct_id.endswith(self._endpoint_digest)
        within = self if shared else Construct(self, f"Endpoint{self._endpoint_digest}")
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
            description="Handles CloudFormation's requests for Evidently resources (cdk-evidently).",
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
        """Return the scope's stack's shared provider of this endpoint; create it with defaults at the first call."""
        stack = Stack.of(scope)
        name = f"EvidentlyProvider{endpoint.digest(stack)}"
        found = stack.node.try_find_child(name)
        return found if isinstance(found, EvidentlyProvider) else cls(stack, name, endpoint=endpoint)

    @property
    def service_token(self) -> str:
        """The function's ARN, the ServiceToken of its custom resources."""
        return self.function.function_arn

    @property
    def service_timeout(self) -> int:
        """The seconds that CloudFormation waits for a response: long enough for Lambda's retries.

        The same for every custom resource, whatever `timeout` another one has: CloudFormation sends an Update to each
        whose properties change.
        """
        return _INVOCATIONS * contract.MAX_FUNCTION_TIMEOUT_SECONDS + _RETRY_WAITS_SECONDS

    @property
    def moving_endpoint(self) -> IResolvable:
        """A token for the API's URL if the function's logical id does not change with it, and for nothing otherwise.

        It is a property of the custom resources: CloudFormation then updates them when the URL changes. That is needed
        for a URL from a parameter, and for a function whose logical id was overridden.
        """
        return lazy_any(self._moving_endpoint)

    @property
    def prerequisites(self) -> tuple[IConstruct, ...]:
        """The dependencies of every custom resource of this provider: a given role's policy, and the endpoint's."""
        return (*self._permissions.policies, *self.endpoint.dependencies)

    def serve(self, user: Construct, related: Iterable[IConstruct]) -> None:
        """Record a custom resource that uses this provider, and the constructs after which it comes.

        Raises:
            ConflictingSettingsError: the custom resource's stack and the provider's would need each other.

        """
        self._circles.add_use(user, related)
        if Stack.of(user) is not Stack.of(self):  # of a nested stack, this concerns the references to all its outputs
            keep_while_referenced(l1_resource(self.function, lambda_.CfnFunction))

    def serve_launch(self, launch: NamedLaunch, timeout_seconds: int) -> None:
        """Allow the function to start a launch, and give it that many seconds; `StartLaunch` calls this.

        Raises:
            InvalidArgumentError: a name is known only once this provider has created the resource.
            ConflictingSettingsError: a name is known only after the deploy of a stack that uses this provider.

        """
        for each in (launch.project, launch.launch):
            if not each.literal:  # the role's policy names it
                self._check_needed(each)
        self._permissions.allow_start(launch)
        self._longest_timeout = max(self._longest_timeout, timeout_seconds)

    def serve_managed(self) -> tuple[IConstruct, ...]:
        """Allow the function to manage resources; return the dependencies of a managed resource, which calls this."""
        return (*self.prerequisites, *self._permissions.allow_managing())

    def identity(self, stack: Stack) -> str:
        """Return a text that is unique to this provider among those that the stack uses; valid during resolution."""
        own = Stack.of(self)
        logical_id: str = own.resolve(l1_resource(self.function, lambda_.CfnFunction).logical_id)
        return logical_id if own is stack else "/".join([*stack_key(own), logical_id])

    def _check_needed(self, named: ResourceRef) -> None:
        needed = targets(self, named.given)
        self._circles.add_needed(needed)
        for it in needed:
            if getattr(it.node.scope, "provider", None) is self:
                raise InvalidArgumentError(
                    named.kind,
                    f"an attribute of {it.node.path.rpartition('/')[0]}",
                    "known before that is created, as the policy of the function that creates it names it",
                    "Give the construct itself, or its plain name",
                )

    def _moving_endpoint(self) -> str | None:
        fixed = self._endpoint_digest in self.identity(Stack.of(self)) and not self._endpoint_may_move
        return None if fixed else self.endpoint.address

    def _timeout_seconds(self) -> int:
        longest_use = self._longest_timeout or contract.DEFAULT_TIMEOUT_SECONDS
        return min(longest_use + contract.FUNCTION_TIMEOUT_MARGIN_SECONDS, contract.MAX_FUNCTION_TIMEOUT_SECONDS)
