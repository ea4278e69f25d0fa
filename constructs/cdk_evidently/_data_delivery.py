"""The log groups to which projects may have their evaluation events delivered."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import ArnFormat, Stack, Token
from aws_cdk import aws_logs as logs
from constructs import IConstruct

from cdk_evidently._model import text_rule
from cdk_evidently.errors import InvalidArgumentError

_RULE = "log groups or their names"
_WAY_OUT = "Give each as a LogGroup, or by its name"


@dataclass(frozen=True, slots=True)
class DeliveryGroup:
    """A log group: its name, and the ARN by which IAM knows its streams."""

    name: str
    arn: str


def delivery_groups(scope: IConstruct, given: Sequence[str | logs.ILogGroup]) -> list[DeliveryGroup]:
    """Return each log group once; one given by its name is of the scope's account and region.

    Raises:
        InvalidArgumentError: it is not a sequence, or one of them is not a log group or a name for one.

    """
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise InvalidArgumentError("data_delivery", given, f"a list of {_RULE}", _WAY_OUT)
    return list(dict.fromkeys(_group(scope, it) for it in given))


def _group(scope: IConstruct, given: object) -> DeliveryGroup:
    if not isinstance(given, str):
        name, arn = (getattr(given, it, None) for it in ("log_group_name", "log_group_arn"))
        if not (isinstance(name, str) and isinstance(arn, str)):
            raise InvalidArgumentError("data_delivery", given, f"a list of {_RULE}", _WAY_OUT)
        return DeliveryGroup(name, arn)
    rule = text_rule("CwLogGroupSafeName")
    if not (Token.is_unresolved(given) or rule.allows(given)):
        raise InvalidArgumentError("data_delivery", given, f"a log group's name of {rule}", _WAY_OUT)
    arn = Stack.of(scope).format_arn(
        service="logs", resource="log-group", resource_name=f"{given}:*", arn_format=ArnFormat.COLON_RESOURCE_NAME
    )
    return DeliveryGroup(given, arn)
