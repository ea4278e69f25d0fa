"""API Gateway's HTTP API, payload format 2.0: from its event to a request, and the response in its form."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote

from evidently_service.domain.errors import Reason, ValidationError

MAX_BODY_BYTES = 1024 * 1024  # our own limit: several times the largest valid request


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request.

    Args:
        method: in capitals.
        path: without a stage or base path; percent-escapes as API Gateway passed them on, which on AWS means decoded.
        query: each parameter's values, decoded, in the order of the query string.
        headers: by lower-case name.
        body: empty for a request without a body.

    """

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes


def request_from(event: Mapping[str, Any]) -> Request:
    """Read the request inside an event.

    Raises:
        ValidationError: the body or query string is unreadable or too large.

    """
    context = event["requestContext"]
    return Request(
        method=context["http"]["method"].upper(),
        path=_own_path(event["rawPath"], (event.get("pathParameters") or {}).get("proxy") or ""),
        query=_query(event.get("rawQueryString") or ""),
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        body=_body(event.get("body") or "", encoded=bool(event.get("isBase64Encoded"))),
    )


def response(status: int, headers: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a response in the form that API Gateway expects from Lambda."""
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json", **headers},
        "body": json.dumps(body, separators=(",", ":"), allow_nan=False),
        "isBase64Encoded": False,
    }


def is_preflight(event: Mapping[str, Any]) -> bool:
    """Whether a browser asks if it may send a request: the API itself has no operation of OPTIONS."""
    return bool(event["requestContext"]["http"]["method"].upper() == "OPTIONS")


def preflight_response(headers: Mapping[str, str]) -> dict[str, Any]:
    """Return a success without a body; API Gateway adds the CORS headers, and ignores any from here."""
    return {"statusCode": HTTPStatus.NO_CONTENT.value, "headers": dict(headers), "isBase64Encoded": False}


def _own_path(path: str, below: str) -> str:
    """Drop what AWS keeps before the API's own path in rawPath: a named stage, or the base path of a custom domain.

    Only API Gateway knows where the own path begins: it gives that to the route `/{proxy+}` as its parameter, `below`,
    in which escapes may differ. It is also the path that IAM has checked, so that a search for `/projects/` would let
    a request pass that a policy denies.
    """
    whole, own = unquote(path), f"/{unquote(below)}"
    if not below or not whole.endswith(own):
        return path
    before = whole.removesuffix(own)
    # Neither a stage nor a base path ends with a slash: the parameter lacks one of the path that IAM has checked.
    return path if before.endswith("/") else path.removeprefix(before)


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
        sentence = f"The request body has {len(body)} bytes; the maximum is {MAX_BODY_BYTES}."
        raise ValidationError(sentence, reason=Reason.CANNOT_PARSE)
    return body
