"""The log groups to which a service may deliver the evaluation events of projects."""

from collections.abc import Sequence

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk_evidently._cdk.function import LOG_ACTIONS
from cdk_evidently._cdk.linters import acknowledge_wildcard
from cdk_evidently._cdk.tokens import has_unknown, is_list_token
from cdk_evidently._common.api_model import text_rule
from cdk_evidently.errors import InvalidArgumentError

_ONE = "a log group or its name"
_RULE = "log groups or their names"
_WAY_OUT = "Give each as a LogGroup, or by its name"


def delivery_groups(given: Sequence[str | logs.ILogGroup]) -> list[str]:
    """Return the name of each log group, without duplicates.

    Raises:
        InvalidArgumentError: it is not a sequence, or one of its items is not a log group or a log group's name.

    """
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise InvalidArgumentError("data_delivery", given, f"a list of {_RULE}", _WAY_OUT)
    return list(dict.fromkeys(delivery_group(each) for each in given))


def delivery_group(given: object) -> str:
    """Return the name of a log group.

    Raises:
        InvalidArgumentError: it is not a log group or a log group's name.

    """
    if not isinstance(given, str):
        name = getattr(given, "log_group_name", None)
        if not isinstance(name, str):
            raise InvalidArgumentError("data_delivery", given, _ONE, _WAY_OUT)
        return name
    rule = text_rule("CwLogGroupSafeName")
    if is_list_token(given):
        way_out = "Give each log group by itself, such as Fn.select(0, names)"
        raise InvalidArgumentError(
            "data_delivery", "a list token", "log groups whose number is known at synth", way_out
        )
    if not (has_unknown(given) or rule.allows(given)):
        raise InvalidArgumentError("data_delivery", given, f"a log group's name of {rule}", _WAY_OUT)
    return given


def delivery_statement(scope: Construct, groups: Sequence[str]) -> iam.PolicyStatement:
    """Return the permission to write to these log groups of the scope's account and region, and to no others."""
    # CreateLogStream is checked against the group's ARN, PutLogEvents against the stream's, which begins with it.
    # Service authorization reference, "Amazon CloudWatch Logs".
    resources = []
    for group in groups:
        arn = Stack.of(scope).format_arn(
            service="logs", resource="log-group", resource_name=group, arn_format=ArnFormat.COLON_RESOURCE_NAME
        )
        acknowledge_wildcard(scope, f"{arn}:*", "The log streams of one log group that the user named.")
        resources += [arn, f"{arn}:*"]
    return iam.PolicyStatement(sid="Delivery", actions=list(LOG_ACTIONS), resources=resources)
