"""The Evidently API without a network: events as API Gateway sends them, and a real boto3 client in front of a handler.

The client is botocore's own, with the shipped model: it serialises, signs, retries and parses as ever. Only its socket
is gone; what would leave through it becomes an event for the handler.
"""

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.session import Session

import evidently_contract as contract
from helpers.rooms import MODELS

ACCOUNT = "123456789012"
REGION = "eu-north-1"

Handler = Callable[[Mapping[str, Any], Any], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Context:
    """Lambda's context, as far as the service looks at it."""

    aws_request_id: str
    invoked_function_arn: str


def lambda_context(partition: str = "aws") -> Context:
    """The context of a new invocation."""
    return Context(str(uuid4()), f"arn:{partition}:lambda:{REGION}:{ACCOUNT}:function:evidently")


def api_event(
    method: str,
    path: str,
    *,
    query: str = "",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    stage: str = "$default",
) -> dict[str, Any]:
    """An event of an HTTP API, payload format 2.0; `path` goes in as it is, see `decoded` for what AWS does to it."""
    names = {name.lower(): value for name, value in (headers or {}).items()}
    is_text = names.get("content-type", "").startswith("application/json") and _is_utf8(body)
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": names,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "abcde12345",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
            "requestId": "JKJaXmPLvHcESHA=",
            "stage": stage,
            "timeEpoch": 1583348638390,
        },
        "isBase64Encoded": bool(body) and not is_text,
    }
    if body:
        event["body"] = body.decode() if is_text else base64.b64encode(body).decode()
    return event


def decoded(path: str) -> str:
    """A path as an HTTP API hands it on: without its escapes, but for that of the percent sign."""
    return "%25".join(unquote(part) for part in re.split("%25", path))


def keep_encoded(path: str) -> str:
    """A path as REST APIs, function URLs and SDKs have it."""
    return path


def stack_id(name: str) -> str:
    """The StackId of a stack of the API's account."""
    return f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{name}/0a1b2c3d-0000-4444-8888-0123456789ab"


def owner_header(
    action: str,
    resource: str = "StartUpsell",
    *,
    stack: str = "shop",
    at: int | None = None,
    not_after: int | None = None,
) -> str:
    """The header of a request that a resource of a stack makes.

    Args:
        action: What it wants of the ownership.
        resource: LogicalResourceId.
        stack: The stack's name.
        at: When it was requested, in seconds since 1970; left out if not given.
        not_after: Until when it may take effect, likewise.
    """
    members = [f'stack="{stack_id(stack)}"', f'resource="{resource}"', f"action={action}"]
    times = {"requested-at": at, "not-after": not_after}
    return ", ".join([*members, *(f"{name}=@{time}" for name, time in times.items() if time is not None)])


def evidently_client(
    handler: Handler,
    *,
    path: Callable[[str], str] = decoded,
    retries: int = 0,
    owner: str | None = None,
) -> Any:
    """A boto3 client of Evidently whose requests go into `handler`.

    Args:
        handler: The service, or a part of it that takes an event and a context.
        path: What happens to a path on its way: `decoded` as on AWS, or `keep_encoded`.
        retries: How often botocore tries again.
        owner: Value of the header that says who makes the requests, such as `owner_header` makes it.
    """
    client: Any = _session().client(
        "evidently",
        region_name=REGION,
        endpoint_url="https://abcde12345.execute-api.eu-north-1.amazonaws.com",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - signs requests that nobody checks
        config=Config(inject_host_prefix=False, retries={"max_attempts": retries, "mode": "standard"}),
    )

    def send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        return _through(handler, request, path)

    def say_who(request: Any, **_: Any) -> None:
        if owner is not None:
            request.headers[contract.OWNER_HEADER] = owner

    client.meta.events.register("before-send.evidently", send)
    client.meta.events.register("before-sign.evidently", say_who)
    return client


@cache
def _session() -> boto3.Session:
    """A session that knows the shipped model; making one takes longer than most tests."""
    session = Session()
    session.get_component("data_loader").search_paths.append(str(MODELS))
    return boto3.Session(botocore_session=session)


def _through(handler: Handler, request: AWSPreparedRequest, path: Callable[[str], str]) -> AWSResponse:
    url = urlsplit(request.url)
    body: Any = request.body or b""
    headers = {name: value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()}
    event = api_event(
        str(request.method),
        path(url.path),
        query=url.query,
        headers=headers,
        body=body.encode() if isinstance(body, str) else bytes(body),
    )
    answer = handler(event, lambda_context())
    return AWSResponse(str(request.url), answer["statusCode"], answer["headers"], _Raw(answer["body"].encode()))


@dataclass(frozen=True, slots=True)
class _Raw:
    """What is left of urllib3's response."""

    body: bytes

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.body


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
