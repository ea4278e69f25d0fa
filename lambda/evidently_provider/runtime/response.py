"""The answer to CloudFormation: a body of at most 4096 bytes, put to the presigned URL until it arrives.

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

MAX_BODY_BYTES: Final = 4096
_ELLIPSIS: Final = "…"
_FIRST_PAUSE_SECONDS: Final = 0.5
_LONGEST_PAUSE_SECONDS: Final = 8.0
_LEAST_SECONDS: Final = 0.5  # too little for another attempt


class Status(StrEnum):
    """How a request ended."""

    SUCCESS = "SUCCESS"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Answer:
    """How a request ended, and what the resource is now.

    Args:
        status: SUCCESS or FAILED.
        physical_id: The resource's physical id, never empty.
        reason: A sentence a person can act on; CloudFormation shows that of a failure.
        data: The attributes.

    """

    status: Status
    physical_id: str
    reason: str = ""
    data: Mapping[str, str] = field(default_factory=dict)


class NotDeliveredError(Exception):
    """The response URL did not take the answer in time. Lambda's retry answers as this invocation did."""


def body(request: Request, answer: Answer) -> bytes:
    """The answer as CloudFormation wants it; what is too long is cut, the longest text first."""
    reason, data = answer.reason, dict(answer.data)
    while (excess := len(_encoded(request, answer, reason, data)) - MAX_BODY_BYTES) > 0:
        longest = max(data, key=lambda name: len(data[name]), default="")
        if not reason and not data.get(longest):
            break  # what is left is the envelope, whose size is CloudFormation's own doing
        if len(reason) >= len(data.get(longest, "")):
            reason = _cut(reason, excess)
        else:
            data[longest] = _cut(data[longest], excess)
    return _encoded(request, answer, reason, data)


def deliver(
    url: str,
    content: bytes,
    *,
    seconds_left: Callable[[], float],
    pause: Callable[[float], object],
    put_seconds: float,
) -> tuple[int, int]:
    """Put the answer to the response URL: again after a 5xx, a reset or a time-out, until the time is over.

    Args:
        url: The presigned URL.
        content: The body.
        seconds_left: How much of the time is left.
        pause: Lets so many seconds pass.
        put_seconds: How long one attempt may take.

    Returns:
        The HTTP status that ended it, and how many attempts that took. A 4xx is final: the URL has expired.

    Raises:
        ValueError: not a URL that an answer may go to: https, or plain http to this very machine.
        NotDeliveredError: nobody took it in time.

    """
    target = _checked(url)
    longest_pause, attempts = _FIRST_PAUSE_SECONDS, 0
    while (left := seconds_left()) > _LEAST_SECONDS:
        attempts += 1
        status = _put(target, content, min(put_seconds, left))
        if status is not None and status < http.client.INTERNAL_SERVER_ERROR:
            return status, attempts
        pause(min(random.uniform(longest_pause / 2, longest_pause), max(0.0, seconds_left() - _LEAST_SECONDS)))  # noqa: S311 - jitter
        longest_pause = min(2 * longest_pause, _LONGEST_PAUSE_SECONDS)
    raise NotDeliveredError(f"no answer from the response URL after {attempts} attempts")


def _encoded(request: Request, answer: Answer, reason: str, data: Mapping[str, str]) -> bytes:
    members = {
        "Status": answer.status.value,
        "Reason": reason,
        "PhysicalResourceId": answer.physical_id,
        "StackId": request.stack_id,
        "RequestId": request.request_id,
        "LogicalResourceId": request.logical_id,
        "NoEcho": False,
        "Data": dict(data),
    }
    return _json(members)


def _cut(text: str, excess: int) -> str:
    """The longest beginning of a text that is `excess` bytes smaller in JSON, with a sign that something is missing."""
    room = _size(text) - excess - _size(_ELLIPSIS)
    for index, letter in enumerate(text):
        room -= _size(letter)
        if room < 0:
            return text[:index] + _ELLIPSIS if index else ""
    return ""


def _size(text: str) -> int:
    return len(_json(text)) - len('""')


def _json(value: object) -> bytes:
    # Not escaped to ASCII, which would make a letter up to six times as long; a lone surrogate has no UTF-8 form.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _checked(url: str) -> SplitResult:
    parts = urlsplit(url)
    host = parts.hostname
    if host and parts.scheme == "https":
        return parts
    if host and parts.scheme == "http" and is_loopback(host):
        return parts
    raise ValueError("an answer goes over https only, or over http to this machine itself")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _put(target: SplitResult, content: bytes, timeout: float) -> int | None:
    """The HTTP status of one attempt, None where there was none."""
    host = target.hostname or ""
    if target.scheme == "https":
        context = ssl.create_default_context()
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, target.port, timeout=timeout, context=context
        )
    else:
        connection = http.client.HTTPConnection(host, target.port, timeout=timeout)
    path = target.path + (f"?{target.query}" if target.query else "")
    try:
        # The URL is signed for an empty content type.
        connection.request("PUT", path, body=content, headers={"Content-Type": ""})
        # The status says all: a body that stalls or breaks off after it does not undo the answer.
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
