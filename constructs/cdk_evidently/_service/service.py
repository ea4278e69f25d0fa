"""`EvidentlyService`: the Evidently API, served from the user's account."""

from collections.abc import Sequence
from typing import Final

from aws_cdk import Acknowledgment, Duration, RemovalPolicy, Stack, Token, Validations
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk.aws_apigatewayv2_authorizers import HttpIamAuthorizer
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from cdk_evidently._cdk.arguments import of_kind
from cdk_evidently._cdk.function import lean_function, own_log_group
from cdk_evidently._cdk.l1 import keep_while_referenced, l1_resource
from cdk_evidently._common.account_and_region import check_given
from cdk_evidently._common.assets import handler_code
from cdk_evidently._common.contract import contract
from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently._common.log_groups import delivery_groups, delivery_statement
from cdk_evidently._common.metrics import EvaluationMetrics, ServiceMetrics
from cdk_evidently._service.access_log import AccessLog
from cdk_evidently._service.browsers import checked_origins, cors
from cdk_evidently._service.connect import connect
from cdk_evidently._service.endpoint import STAGE, check_gateway_url, service_endpoint
from cdk_evidently._service.grants import ServiceGrants
from cdk_evidently._service.imported import IEvidentlyService, ImportedService
from cdk_evidently._service.quotas import Quotas
from cdk_evidently._service.role import service_role
from cdk_evidently.errors import ConflictingSettingsError

_TIMEOUT: Final = Duration.seconds(29)  # API Gateway times out after 30
_METRICS_WAY_OUT: Final = "Give EvaluationMetrics.OFF, PER_FEATURE or FULL"
_EVERY_PATH: Final = "/{proxy+}"
_THROTTLE: Final = apigatewayv2.ThrottleSettings(rate_limit=1000, burst_limit=1000)


class EvidentlyService(Construct):
    """The Evidently API, on an HTTP API with IAM authorisation, a Lambda function and a DynamoDB table.

    Attributes:
        endpoint: the service as an endpoint for `StartLaunch`; a custom resource depends on the API's stage and routes.
        api: the HTTP API. Requests to it are signed for `execute-api`.
        table: the DynamoDB table of all projects, features, segments and launches.
        function: the function that serves the API.
        role: the function's role. It may use the table, and write to the log groups.
        log_group: the function's log group.
        access_log_group: the log group to which API Gateway writes one line per request.

    Args:
        scope: the construct's parent.
        construct_id: the construct's id within the parent.
        table: an existing table with the string keys `pk` (partition) and `sk` (sort), by default a new one: on demand,
            with point-in-time recovery, encrypted with an AWS managed key. Enable TTL on the attribute `expires` of an
            existing table, which removes the notes of owners after a day. Without TTL they stay and do no harm.
        removal_policy: whether the new table is deleted with the stack, by default RETAIN.
        gateway_url: the API's URL with `{api_id}` in place of its id, by default its URL in AWS. A local AWS has
            `http://127.0.0.1:4566/_aws/execute-api/{api_id}/$default`. It changes `endpoint` only.
        log_retention: how long CloudWatch keeps log events, by default three months.
        log_removal_policy: whether the log groups are deleted with the stack, by default DESTROY.
        memory_size: the function's memory in MiB, by default 512.
        data_delivery: the log groups, or their names in this account and region, to which projects may have their
            evaluation events delivered; by default none. The function may write to these and no others.
        role: an existing role for the function, by default a new one. The service adds its permissions to the role as
            an inline policy; to one that CDK may not change (`mutable=False`, `without_policy_updates()`) nothing.
        quotas: the limits of the service, by default AWS's.
        throttle: the requests per second and their burst above which API Gateway responds with 429, for all callers and
            operations together; by default 1000 of each, AWS's rate of EvaluateFeature in its largest regions.
        metrics: which metrics CloudWatch keeps, and bills, of evaluations; by default by variation and reason.
        allowed_origins: the origins whose pages may call the API from a browser (CORS), such as
            `https://shop.example.com` and `http://localhost:5173`, or `["*"]` for all; by default none. A page signs
            its requests as every caller does, so an origin by itself may do nothing. Tokens are not checked.

    Raises:
        InvalidArgumentError: `gateway_url` has no `{api_id}` or is neither https nor loopback, `quotas` is not a
            Quotas, `metrics` is not an EvaluationMetrics, `data_delivery` is not a list of log groups,
            `allowed_origins` is not a list of origins, or the table, the role or a log group is of another account or
            Region.
        ConflictingSettingsError: both `table` and `removal_policy`.

    """

    endpoint: EvidentlyEndpoint
    api: apigatewayv2.HttpApi
    table: dynamodb.ITable
    function: lambda_.Function
    role: iam.IRole
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
        role: iam.IRole | None = None,
        quotas: Quotas | None = None,
        throttle: apigatewayv2.ThrottleSettings | None = None,
        metrics: EvaluationMetrics = EvaluationMetrics.FULL,
        allowed_origins: Sequence[str] = (),
    ) -> None:
        if gateway_url is not None:
            check_gateway_url(gateway_url)
        if table is not None and removal_policy is not None:
            message = (
                f"removal_policy is {removal_policy.name} and table is {table.node.path!r}: the policy applies to a "
                "new table. Set it where the table is created, or leave table out."
            )
            raise ConflictingSettingsError(message)
        delivery = delivery_groups(data_delivery)
        of_kind("metrics", metrics, EvaluationMetrics, _METRICS_WAY_OUT)
        origins = checked_origins(allowed_origins)
        own = Stack.of(scope)
        check_given(own, "table", table)
        check_given(own, "role", role, has_region=False)
        for each in data_delivery:
            check_given(own, "data_delivery", each)
        super().__init__(scope, construct_id)
        self._evaluations = metrics
        self.table = table or _own_table(self, removal_policy or RemovalPolicy.RETAIN)
        self.log_group = own_log_group(self, "Logs", log_retention, log_removal_policy)
        self.access_log_group = own_log_group(self, "AccessLogs", log_retention, log_removal_policy)
        more = [delivery_statement(self, delivery)] if delivery else []
        self.role, policies = service_role(self, role, self.table, self.log_group, more)
        environment = {contract.ENV_TABLE_NAME: self.table.table_name}
        if delivery:
            environment[contract.ENV_DATA_DELIVERY] = Stack.of(self).to_json_string(delivery)
        if quotas is not None and (changed := of_kind("quotas", quotas, Quotas, "Give Quotas(…)").differing(self)):
            environment[contract.ENV_QUOTAS] = changed
        if metrics is not EvaluationMetrics.FULL:
            environment[contract.ENV_METRICS] = metrics.value
        self.function = lean_function(
            self,
            "Function",
            code=handler_code(),
            handler=contract.SERVICE_HANDLER,
            description="Serves the Evidently API (cdk-evidently).",
            role=self.role,
            log_group=self.log_group,
            timeout=_TIMEOUT,
            memory_size=memory_size,
            environment=environment,
        )
        self.function.node.add_dependency(*policies)
        self.api = apigatewayv2.HttpApi(
            self,
            "Api",
            api_name="evidently",
            description="The Evidently API (cdk-evidently).",
            create_default_stage=False,  # HttpApi's own stage takes no access log
            cors_preflight=cors(origins) if origins else None,
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
        integration = HttpLambdaIntegration("Function", self.function)
        routes = self.api.add_routes(
            path=_EVERY_PATH,
            methods=[apigatewayv2.HttpMethod.ANY],
            integration=integration,
            authorizer=HttpIamAuthorizer(),
        )
        if origins:
            self._admit_preflights(integration)
        region = Stack.of(self).region
        self.endpoint = service_endpoint(
            Stack.of(self),
            self.api.api_id,
            None if Token.is_unresolved(region) else region,
            gateway_url,
            dependencies=(stage, *routes),
        )
        keep_while_referenced(l1_resource(self.api, apigatewayv2.CfnApi))

    def _admit_preflights(self, integration: HttpLambdaIntegration) -> None:
        """Add a route for preflights, which browsers send without a signature.

        API Gateway responds to a preflight by itself only where no route catches it, and ANY catches it: the authorizer
        then refuses it. Its developer guide, "Configure CORS for HTTP APIs", asks for this route then, with an
        integration; it adds the headers to the integration's response.
        """
        (route,) = self.api.add_routes(
            path=_EVERY_PATH, methods=[apigatewayv2.HttpMethod.OPTIONS], integration=integration
        )
        reason = "A browser's preflight has no signature; the function responds to it without a look at its table."
        Validations.of(route).acknowledge(Acknowledgment(id="AwsSolutions-APIG4", reason=reason))

    @property
    def api_id(self) -> str:
        """The HTTP API's id."""
        return self.api.api_id

    @property
    def grants(self) -> ServiceGrants:
        """Permissions to call the service."""
        return ServiceGrants(Stack.of(self), self.endpoint)

    @property
    def metrics(self) -> ServiceMetrics:
        """Metrics of the service, for alarms and dashboards."""
        return ServiceMetrics(self.endpoint.region, self._evaluations)

    def connect(self, function: lambda_.Function) -> None:
        """Set up a Python function to evaluate features with a plain `boto3.client("evidently")`.

        Adds a layer with the API model (one for all functions of a stack), the environment variables that point boto3
        to this service and make it sign for `execute-api`, and `grants.evaluate`.

        Args:
            function: a function in the service's region.

        Raises:
            InvalidArgumentError: it is not a Lambda function in Python.
            ConflictingSettingsError: the function has one of the variables already, or is in another region.

        """
        connect(function, self.endpoint)
        self.grants.evaluate(function)

    @classmethod
    def from_api_id(
        cls, scope: Construct, construct_id: str, api_id: str, *, region: str | None = None
    ) -> IEvidentlyService:
        """Import an `EvidentlyService` that another app or stack of the same account deploys.

        Args:
            scope: the construct's parent.
            construct_id: the construct's id within the parent.
            api_id: the HTTP API's id, or a token for it.
            region: the service's region, by default that of the stack.

        """
        return ImportedService(scope, construct_id, api_id, region)


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
