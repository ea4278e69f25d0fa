"""The response to CloudFormation: at most 4096 bytes, PUT to the presigned URL until it arrives.

Limits and members: CloudFormation user guide, "Custom resource response objects".
"""

import http.client
import ipaddress
import json
import random
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import SplitResult, urlsplit

from evidently_provider.runtime.request import Request
from evidently_provider.runtime.way_out import Proxy, connect, proxy_for, trusting_context

MAX_BODY_BYTES: Final = 4096
_ELLIPSIS: Final = "…"
_FIRST_PAUSE_SECONDS: Final = 0.5
_LONGEST_PAUSE_SECONDS: Final = 8.0
_LEAST_SECONDS: Final = 0.5  # below this, another attempt could not end in time
_PAST_THE_PROXY_SECONDS: Final = 3.0  # there may be no such way: where it ends nowhere, it must not use up the time


class Status(StrEnum):
    """Status of a response."""

    SUCCESS = "SUCCESS"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Response:
    """The response to one request.

    Args:
        status: SUCCESS or FAILED.
        physical_id: the resource's physical id.
        reason: a sentence a person can act on; CloudFormation shows it for a failure.
        data: the attributes.

    """

    status: Status
    physical_id: str
    reason: str = ""
    data: Mapping[str, str] = field(default_factory=dict)


class ResponseNotSentError(Exception):
    """The response URL did not accept the response in time. Lambda's retry sends the same one."""


def body(request: Request, response: Response) -> bytes:
    """Return the body to PUT. If it is too long, cut the reason or an attribute, the longest text first."""
    reason, data = response.reason, dict(response.data)
    while (excess := len(_encoded(request, response, reason, data)) - MAX_BODY_BYTES) > 0:
        longest = max(data, key=lambda name: len(data[name]), default="")
        if not reason and not data.get(longest):
            break  # only the envelope remains, and CloudFormation gave its texts
        if len(reason) >= len(data.get(longest, "")):
            reason = _cut(reason, excess)
        else:
            data[longest] = _cut(data[longest], excess)
    return _encoded(request, response, reason, data)


def send(
    url: str,
    content: bytes,
    *,
    seconds_left: Callable[[], float],
    pause: Callable[[float], object],
    put_seconds: float,
) -> tuple[int, int]:
    """PUT a response to its URL; retry after a 5xx, a reset or a time-out until the time is up.

    With a proxy, every other attempt goes past it: the proxy may be down, or closed to that URL, and a VPC may have its
    own way to S3. Either way the server has to prove that it is the URL's.

    Args:
        url: the presigned URL.
        content: the body.
        seconds_left: returns the seconds that remain.
        pause: sleeps for that many seconds.
        put_seconds: how long one attempt may take.

    Returns:
        The last HTTP status, and the number of attempts. A 4xx is final: the URL has expired. Through a proxy it may be
        the proxy's own, and is final when the time is up.

    Raises:
        ValueError: the URL is neither https nor plain http to this machine.
        ResponseNotSentError: no attempt succeeded in time.

    """
    target = _checked(url)
    context = trusting_context() if target.scheme == "https" else None
    proxy = proxy_for(url) if context else None  # plain http stays on this machine
    ways = [proxy, None] if proxy else [None]
    longest_pause, attempts, refusal = _FIRST_PAUSE_SECONDS, 0, None
    while (left := seconds_left()) > _LEAST_SECONDS:
        way = ways[attempts % len(ways)]
        attempts += 1
        seconds = min(put_seconds, left if way is proxy else _PAST_THE_PROXY_SECONDS)
        status = _put(target, content, context, way, _within(seconds, seconds_left))
        if status is not None and status < http.client.INTERNAL_SERVER_ERROR:
            if status < http.client.MULTIPLE_CHOICES or way is None:
                return status, attempts
            refusal = status  # perhaps the proxy's own, within the TLS that it intercepts
        pause(min(random.uniform(longest_pause / 2, longest_pause), max(0.0, seconds_left() - _LEAST_SECONDS)))  # noqa: S311 - jitter
        longest_pause = min(2 * longest_pause, _LONGEST_PAUSE_SECONDS)
    if refusal is not None:
        return refusal, attempts
    raise ResponseNotSentError(f"the response URL did not accept the response in {attempts} attempts")


def _encoded(request: Request, response: Response, reason: str, data: Mapping[str, str]) -> bytes:
    members = {
        "Status": response.status.value,
        "Reason": reason,
        "PhysicalResourceId": response.physical_id,
        "StackId": request.stack_id,
        "RequestId": request.request_id,
        "LogicalResourceId": request.logical_id,
        "NoEcho": False,
        "Data": dict(data),
    }
    return _json(members)


def _cut(text: str, excess: int) -> str:
    """Cut a text's end until it is `excess` bytes shorter in JSON, an ellipsis included."""
    room = _size(text) - excess - _size(_ELLIPSIS)
    for index, letter in enumerate(text):
        room -= _size(letter)
        if room < 0:
            return text[:index] + _ELLIPSIS if index else ""
    return ""


def _size(text: str) -> int:
    return len(_json(text)) - len('""')


def _json(value: object) -> bytes:
    # ASCII escapes would make a letter up to six times as long. A lone surrogate has no UTF-8 form: it becomes a "?".
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _checked(url: str) -> SplitResult:
    parts = urlsplit(url)
    host, _ = parts.hostname, parts.port  # a port that is no number is a ValueError, too
    if host and parts.scheme == "https":
        return parts
    if host and parts.scheme == "http" and is_loopback(host):
        return parts
    raise ValueError("a response goes over https only, or over http to this machine")


def _within(seconds: float, seconds_left: Callable[[], float]) -> Callable[[], float]:
    """Return a function that returns what remains of these seconds."""
    end = seconds_left() - seconds
    return lambda: max(0.0, seconds_left() - end)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's loopback."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _put(
    target: SplitResult,
    content: bytes,
    context: ssl.SSLContext | None,
    proxy: Proxy | None,
    left: Callable[[], float],
) -> int | None:
    """Make one attempt; return its HTTP status, None where none arrived."""
    host = target.hostname or ""
    connection: http.client.HTTPConnection = (
        http.client.HTTPSConnection(host, target.port, context=context)
        if context
        else http.client.HTTPConnection(host, target.port)
    )
    path = target.path + (f"?{target.query}" if target.query else "")
    try:
        connection.sock = connect(host, connection.port, context, proxy, left)
        # CloudFormation signs the URL for an empty content type; S3 refuses any other.
        connection.request("PUT", path, body=content, headers={"Content-Type": ""})
        # S3 has stored the response once the status arrives, so the body is never read: it may stall or break off.
        return connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError):  # ValueError: a name, such as a proxy's, that can't be one
        return None
    finally:
        connection.close()
