"""API Gateway's HTTP API, payload format 2.0: its event becomes a request, our answer becomes its response."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from evidently_service.domain.errors import Reason, ValidationError

MAX_BODY_BYTES = 1024 * 1024  # ours: several times what the largest legal request needs
_DEFAULT_STAGE = "$default"


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request.

    Args:
        method: In capitals.
        path: Without the stage; percent-escapes are as they came, which on AWS means decoded.
        query: Each parameter's values, decoded, in the order they came.
        headers: By lower-case name.
        body: The bytes, empty where there are none.

    """

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes


def request_from(event: Mapping[str, Any]) -> Request:
    """Read the request inside an event.

    Raises:
        ValidationError: a body or query string that can't be read or is too large.

    """
    context = event["requestContext"]
    return Request(
        method=context["http"]["method"].upper(),
        path=_without_stage(event["rawPath"], context.get("stage") or _DEFAULT_STAGE),
        query=_query(event.get("rawQueryString") or ""),
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        body=_body(event.get("body") or "", encoded=bool(event.get("isBase64Encoded"))),
    )


def response(status: int, headers: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
    """Make what Lambda hands back to API Gateway."""
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json", **headers},
        "body": json.dumps(body, separators=(",", ":"), allow_nan=False),
        "isBase64Encoded": False,
    }


def _without_stage(path: str, stage: str) -> str:
    """Drop a named stage: it is part of rawPath on AWS, and isn't on every stand-in for it."""
    prefix = f"/{stage}/"
    return path[len(prefix) - 1 :] if stage != _DEFAULT_STAGE and path.startswith(prefix) else path


def _query(raw: str) -> Mapping[str, list[str]]:
    try:
        return parse_qs(raw, keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        raise ValidationError("The query string has too many parameters.", reason=Reason.CANNOT_PARSE) from None


def _body(text: str, *, encoded: bool) -> bytes:
    try:
        body = base64.b64decode(text, validate=True) if encoded else text.encode()
    except (binascii.Error, ValueError):
        raise ValidationError("The request body can't be decoded.", reason=Reason.CANNOT_PARSE) from None
    if len(body) > MAX_BODY_BYTES:
        sentence = f"The request body has {len(body)} bytes; {MAX_BODY_BYTES} are the most that is read."
        raise ValidationError(sentence, reason=Reason.CANNOT_PARSE)
    return body
