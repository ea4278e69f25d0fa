"""`EvidentlyService`: the Evidently API, served from the user's own account."""

from collections.abc import Sequence
from typing import Final, Protocol

from aws_cdk import Duration, RemovalPolicy, Stack, Token
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk.aws_apigatewayv2_authorizers import HttpIamAuthorizer
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from cdk_evidently._cdk.arguments import of_kind
from cdk_evidently._cdk.function import LOG_ACTIONS, lambda_role, lean_function, own_log_group
from cdk_evidently._cdk.l1 import l1_resource
from cdk_evidently._common.assets import handler_code
from cdk_evidently._common.contract import contract
from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently._common.log_groups import delivery_groups, delivery_statement
from cdk_evidently._common.metrics import ServiceMetrics
from cdk_evidently._service.access_log import AccessLog
from cdk_evidently._service.connect import connect
from cdk_evidently._service.endpoint import STAGE, check_gateway_url, service_endpoint
from cdk_evidently._service.grants import ServiceGrants
from cdk_evidently._service.quotas import Quotas
from cdk_evidently.errors import ConflictingSettingsError

# What the service does to its table; a transaction needs the actions of its parts.
TABLE_ACTIONS: Final = (
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
)

_TIMEOUT: Final = Duration.seconds(29)  # API Gateway gives up after 30


_THROTTLE: Final = apigatewayv2.ThrottleSettings(rate_limit=1000, burst_limit=1000)


class IEvidentlyService(Protocol):
    """An `EvidentlyService`, of this app or imported."""

    @property
    def api_id(self) -> str:
        """The HTTP API's id."""
        ...

    @property
    def endpoint(self) -> EvidentlyEndpoint:
        """The service as an endpoint for `StartLaunch`."""
        ...

    @property
    def grants(self) -> ServiceGrants:
        """Permissions to call the service."""
        ...

    @property
    def metrics(self) -> ServiceMetrics:
        """What the service counts."""
        ...

    def connect(self, function: lambda_.Function) -> None:
        """Let a function in Python evaluate."""
        ...


class EvidentlyService(Construct):
    """The Evidently API, on an HTTP API with IAM authorisation, a Lambda function and a DynamoDB table.

    Attributes:
        endpoint: the service as an endpoint for `StartLaunch`; whoever uses it waits until the API answers.
        api: the HTTP API. Requests to it are signed for `execute-api`.
        table: the table: an item for each project, feature, segment and launch, and some beside them.
        function: the function that serves the API.
        log_group: where the function writes.
        access_log_group: where API Gateway writes one line per request.

    Args:
        scope: the construct's parent.
        construct_id: its name within the parent.
        table: an existing table with the string keys `pk` (partition) and `sk` (sort), by default one made here: on
            demand, with point-in-time recovery, encrypted with an AWS managed key. An existing one should have TTL on
            the attribute `expires`: notes of releases go after a day by it. Without, they stay, and do no harm.
        removal_policy: what becomes of the table made here with the stack, by default RETAIN.
        gateway_url: the URL of the API with `{api_id}` in the place of its id, where that is not AWS's own: a local
            AWS answers at `http://127.0.0.1:4566/_aws/execute-api/{api_id}/$default`. Only `endpoint` changes by it.
        log_retention: how long log events stay, by default three months.
        log_removal_policy: what becomes of the log groups with the stack, by default DESTROY.
        memory_size: the function's memory in MiB, by default 512.
        data_delivery: the log groups, or their names in this account and region, to which a project may have its
            evaluation events delivered; by default none. The function may write to these and no other.
        quotas: how many projects, features and so on there may be, by default as many as AWS had.
        throttle: requests per second and their burst, over which API Gateway answers 429; by default 1000 of each,
            AWS's rate of EvaluateFeature in its largest regions. It is for all callers and operations together.

    Raises:
        InvalidArgumentError: a `gateway_url` without `{api_id}`, or not https or loopback; a `quotas` of another
            kind; a `data_delivery` that is not a list of log groups.

    """

    endpoint: EvidentlyEndpoint
    api: apigatewayv2.HttpApi
    table: dynamodb.ITable
    function: lambda_.Function
    log_group: logs.LogGroup
    access_log_group: logs.LogGroup

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        table: dynamodb.ITable | None = None,
        removal_policy: RemovalPolicy | None = None,
        gateway_url: str | None = None,
        log_retention: logs.RetentionDays | None = None,
        log_removal_policy: RemovalPolicy | None = None,
        memory_size: int = 512,
        data_delivery: Sequence[str | logs.ILogGroup] = (),
        quotas: Quotas | None = None,
        throttle: apigatewayv2.ThrottleSettings | None = None,
    ) -> None:
        if gateway_url is not None:
            check_gateway_url(gateway_url)
        if table is not None and removal_policy is not None:
            message = (
                f"removal_policy is {removal_policy.name} and table is {table.node.path!r}: the policy is for a table "
                "made here. Set it where the table is made, or leave table out."
            )
            raise ConflictingSettingsError(message)
        super().__init__(scope, construct_id)
        self.table = table or _own_table(self, removal_policy or RemovalPolicy.RETAIN)
        self.log_group = own_log_group(self, "Logs", log_retention, log_removal_policy)
        self.access_log_group = own_log_group(self, "AccessLogs", log_retention, log_removal_policy)
        role = lambda_role(self, "Role")
        delivery = delivery_groups(data_delivery)
        _allow(role, self.table, self.log_group, [delivery_statement(role, delivery)] if delivery else [])
        environment = {contract.ENV_TABLE_NAME: self.table.table_name}
        if delivery:
            environment[contract.ENV_DATA_DELIVERY] = Stack.of(self).to_json_string(delivery)
        if quotas is not None and (changed := of_kind("quotas", quotas, Quotas, "Give Quotas(…)").differing()):
            environment[contract.ENV_QUOTAS] = changed
        self.function = lean_function(
            self,
            "Function",
            code=handler_code(),
            handler=contract.SERVICE_HANDLER,
            description="Serves the Evidently API (cdk-evidently).",
            role=role,
            log_group=self.log_group,
            timeout=_TIMEOUT,
            memory_size=memory_size,
            environment=environment,
        )
        self.api = apigatewayv2.HttpApi(
            self,
            "Api",
            api_name="evidently",
            description="The Evidently API (cdk-evidently).",
            create_default_stage=False,
        )
        stage = apigatewayv2.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            stage_name=STAGE,
            auto_deploy=True,
            access_log_settings=AccessLog(self.access_log_group),
            throttle=throttle or _THROTTLE,
        )
        routes = self.api.add_routes(
            path="/{proxy+}",
            methods=[apigatewayv2.HttpMethod.ANY],
            integration=HttpLambdaIntegration("Function", self.function),
            authorizer=HttpIamAuthorizer(),
        )
        region = Stack.of(self).region
        self.endpoint = service_endpoint(
            self.api.api_id, None if Token.is_unresolved(region) else region, gateway_url, dependencies=(stage, *routes)
        )

    @property
    def api_id(self) -> str:
        """The HTTP API's id."""
        return self.api.api_id

    @property
    def grants(self) -> ServiceGrants:
        """Permissions to call the service."""
        return ServiceGrants(self.api_id, self.endpoint.region)

    @property
    def metrics(self) -> ServiceMetrics:
        """What the service counts, for alarms and dashboards."""
        return ServiceMetrics(self.endpoint.region)

    def connect(self, function: lambda_.Function) -> None:
        """Let a function in Python evaluate with a plain `boto3.client("evidently")`.

        It gets a layer with the API model (one for all functions of its stack), the environment that leads boto3 to
        this service and makes it sign for `execute-api`, and `grants.evaluate`.

        Args:
            function: the function, of this region.

        Raises:
            InvalidArgumentError: it is not a Lambda function in Python.
            ConflictingSettingsError: it has one of the variables already, or it is in another region.

        """
        connect(function, self.endpoint)
        self.grants.evaluate(function)

    @classmethod
    def from_api_id(
        cls, scope: Construct, construct_id: str, api_id: str, *, region: str | None = None
    ) -> IEvidentlyService:
        """Return an `EvidentlyService` that another app or stack deploys, in the same account.

        Args:
            scope: the parent of what is returned.
            construct_id: its name within the parent.
            api_id: the HTTP API's id, or a token for it.
            region: the service's region, by default that of the stack.

        """
        return _ImportedService(scope, construct_id, api_id, region)


class _ImportedService(Construct):
    def __init__(self, scope: Construct, construct_id: str, api_id: str, region: str | None) -> None:
        super().__init__(scope, construct_id)
        self.api_id = api_id
        self.endpoint = service_endpoint(api_id, region, None)
        self.grants = ServiceGrants(api_id, region)
        self.metrics = ServiceMetrics(region)

    def connect(self, function: lambda_.Function) -> None:
        connect(function, self.endpoint)
        self.grants.evaluate(function)


def _own_table(scope: Construct, removal_policy: RemovalPolicy) -> dynamodb.TableV2:
    return dynamodb.TableV2(
        scope,
        "Table",
        partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
        sort_key=dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.STRING),
        billing=dynamodb.Billing.on_demand(),
        encryption=dynamodb.TableEncryptionV2.aws_managed_key(),
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        time_to_live_attribute=contract.TTL_ATTRIBUTE,
        removal_policy=removal_policy,
    )


def _allow(
    role: iam.Role, table: dynamodb.ITable, log_group: logs.ILogGroup, more: Sequence[iam.PolicyStatement]
) -> None:
    statements = [
        iam.PolicyStatement(sid="Table", actions=list(TABLE_ACTIONS), resources=[table.table_arn]),
        iam.PolicyStatement(sid="Logs", actions=list(LOG_ACTIONS), resources=[log_group.log_group_arn]),
        *more,
    ]
    l1_resource(role, iam.CfnRole).policies = [
        iam.CfnRole.PolicyProperty(policy_name="Evidently", policy_document=iam.PolicyDocument(statements=statements))
    ]
    if table.encryption_key:
        table.encryption_key.grant_encrypt_decrypt(role)
