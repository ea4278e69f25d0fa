"""DynamoDB and CloudWatch Logs in this very process: the local AWS's own, behind boto3's own clients.

No server and no socket is between them. `tests/integration/service/test_in_process_aws.py` holds it to the real one.
"""

import importlib
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_logs import CloudWatchLogsClient

_REGION: Final = "eu-north-1"


class _Body(BytesIO):
    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


@cache
def dynamodb_in_process() -> "DynamoDBClient":
    """Return a client of this process's DynamoDB, which all of its clients share."""
    client: DynamoDBClient = _client("dynamodb", "dynamodb")
    return client


@cache
def logs_in_process() -> "CloudWatchLogsClient":
    """Return a client of this process's CloudWatch Logs, which all of its clients share."""
    client: CloudWatchLogsClient = _client("logs", "cloudwatch_logs")
    return client


def _client(service: str, name: str) -> Any:
    module = importlib.import_module(f"ministack.services.{name}")  # by name: it comes without types

    def send(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        coroutine = module.handle_request("POST", "/", headers, request.body, {})
        try:
            coroutine.send(None)
        except StopIteration as stop:
            status, returned, content = stop.value
            body = content if isinstance(content, bytes) else content.encode()
            return AWSResponse(request.url, status, returned, _Body(body))
        raise AssertionError("the local AWS waits for something, which no request here should make it do")

    client = boto3.client(
        service,
        endpoint_url="http://in-process.invalid",
        region_name=_REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - no secret: nobody checks it
        config=Config(retries={"total_max_attempts": 1}),
    )
    client.meta.events.register(f"before-send.{service}", send)
    return client


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode()
