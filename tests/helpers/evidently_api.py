"""The Evidently API without a network: events as API Gateway sends them, and a real boto3 client in front of a handler.

The client is botocore's own, with the shipped model: it serialises, signs, retries and parses as in production. Only
the socket differs: a request becomes an event for the handler.
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
from botocore.exceptions import ClientError
from botocore.session import Session

import evidently_contract as contract
from helpers.rooms import MODELS

ACCOUNT = "123456789012"
REGION = "eu-north-1"

Handler = Callable[[Mapping[str, Any], Any], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Context:
    """The properties of Lambda's context that the service reads."""

    aws_request_id: str
    invoked_function_arn: str


def lambda_context(partition: str = "aws") -> Context:
    """Return the context of a new invocation."""
    return Context(str(uuid4()), f"arn:{partition}:lambda:{REGION}:{ACCOUNT}:function:evidently")


def api_event(
    method: str,
    path: str,
    *,
    query: str = "",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    before: str = "",
) -> dict[str, Any]:
    """Return an event of the route `/{proxy+}` of an HTTP API, payload format 2.0.

    Args:
        method: the request's method.
        path: the path below the stage; it stays as given, unlike on AWS (see `decoded`).
        query: the query string.
        headers: the headers.
        body: the body.
        before: what precedes the path in `rawPath`: a named stage, or the base path of a custom domain.
    """
    names = {name.lower(): value for name, value in (headers or {}).items()}
    is_text = names.get("content-type", "").startswith("application/json") and _is_utf8(body)
    event = {
        "version": "2.0",
        "routeKey": "ANY /{proxy+}",
        "rawPath": before + path,
        "rawQueryString": query,
        "headers": names,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "abcde12345",
            "http": {"method": method, "path": before + path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
            "requestId": "JKJaXmPLvHcESHA=",
            "stage": "$default",
            "timeEpoch": 1583348638390,
        },
        "pathParameters": {"proxy": path.removeprefix("/")},
        "isBase64Encoded": bool(body) and not is_text,
    }
    if body:
        event["body"] = body.decode() if is_text else base64.b64encode(body).decode()
    return event


def decoded(path: str) -> str:
    """Return a path as an HTTP API passes it on: without escapes except that of the percent sign."""
    return "%25".join(unquote(part) for part in re.split("%25", path))


def keep_encoded(path: str) -> str:
    """Return a path as REST APIs and function URLs pass it on."""
    return path


def stack_id(name: str) -> str:
    """Return the StackId of a stack of the API's account."""
    return f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{name}/0a1b2c3d-0000-4444-8888-0123456789ab"


def owner_header(
    action: str,
    resource: str = "StartUpsell",
    *,
    stack: str = "shop",
    at: int | None = None,
    not_after: int | None = None,
) -> str:
    """Return the owner header of a request by a resource of a stack.

    Args:
        action: the action on the ownership.
        resource: LogicalResourceId.
        stack: the stack's name.
        at: `requested-at`, in seconds since 1970; None omits the member.
        not_after: `not-after`, likewise.
    """
    members = [f'stack="{stack_id(stack)}"', f'resource="{resource}"', f"action={action}"]
    times = {"requested-at": at, "not-after": not_after}
    return ", ".join([*members, *(f"{name}=@{time}" for name, time in times.items() if time is not None)])


def evidently_client(
    handler: Handler,
    *,
    path: Callable[[str], str] = decoded,
    retries: int = 0,
    owner: Callable[[], str | None] | str | None = None,
) -> Any:
    """Return a boto3 client of Evidently whose requests go to `handler`.

    Args:
        handler: a function like the service's handler, of an event and a context.
        path: how the gateway passes on a path: `decoded` as on AWS, or `keep_encoded`.
        retries: the number of botocore's retries.
        owner: value of the owner header of all requests, such as `owner_header` returns, or a function of it.
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

    def add_owner(request: Any, **_: Any) -> None:
        value = owner() if callable(owner) else owner
        if value is not None:
            request.headers[contract.OWNER_HEADER] = value

    client.meta.events.register("before-send.evidently", send)
    client.meta.events.register("before-sign.evidently", add_owner)
    return client


def refused(call: Callable[..., Any], **arguments: Any) -> dict[str, Any]:
    """Return the error response of a call, with its HTTP status and error code."""
    try:
        call(**arguments)
    except ClientError as error:
        response: Any = error.response
        return {"status": response["ResponseMetadata"]["HTTPStatusCode"], "code": response["Error"]["Code"], **response}
    raise AssertionError("the call succeeded")


@cache
def _session() -> boto3.Session:
    """Return a session with the shipped model; it is shared, as making one takes longer than most tests."""
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
    response = handler(event, lambda_context())
    return AWSResponse(str(request.url), response["statusCode"], response["headers"], _Raw(response["body"].encode()))


@dataclass(frozen=True, slots=True)
class _Raw:
    """The part of urllib3's response that botocore reads."""

    body: bytes

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.body


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
