"""The access log of an `EvidentlyService`, which API Gateway writes."""

import json
from typing import Final

import jsii
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_logs as logs

# Neither bodies, which hold entity ids, nor signatures.
_ACCESS_LOG: Final = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "status": "$context.status",
    "latency": "$context.responseLatency",
    "caller": "$context.identity.userArn",
    "error": "$context.error.message",
    "integrationError": "$context.integrationErrorMessage",
}


@jsii.implements(apigatewayv2.IAccessLogSettings)
class AccessLog:
    """The access log of a stage, as one JSON line per request.

    Args:
        log_group: the log group that API Gateway writes to.

    """

    def __init__(self, log_group: logs.ILogGroup) -> None:
        self._destination = apigatewayv2.LogGroupLogDestination(log_group)

    @property
    def destination(self) -> apigatewayv2.IAccessLogDestination:
        """The log group, as API Gateway's destination."""
        return self._destination

    @property
    def format(self) -> apigateway.AccessLogFormat:
        """The JSON line, with API Gateway's context variables."""
        return apigateway.AccessLogFormat.custom(json.dumps(_ACCESS_LOG))
