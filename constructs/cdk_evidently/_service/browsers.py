"""Browsers: the origins whose pages may call a service, and the CORS that lets AWS's JavaScript clients do so."""

import re
from collections.abc import Sequence
from ipaddress import IPv6Address
from typing import Final
from urllib.parse import urlsplit

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigatewayv2

from cdk_evidently._cdk.tokens import has_unknown
from cdk_evidently._common.api_model import routes
from cdk_evidently._common.endpoint import is_loopback
from cdk_evidently.errors import InvalidArgumentError

_ARGUMENT: Final = "allowed_origins"
_ANY: Final = "*"
_ORIGIN: Final = re.compile(r"https?://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[1-9][0-9]*)?")
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}  # browsers leave them out
_EXAMPLE: Final = "https://shop.example.com"
_RULE: Final = (
    "an origin as browsers send it: https://host[:port], or http:// for this machine, in lower case, without a path or "
    "a slash at the end"
)
_WAY_OUT: Final = f"Name each origin by itself, such as {_EXAMPLE}, or give '{_ANY}' alone for all"
# What the SDKs v2 and v3 for JavaScript send. A literal `*` would not cover authorization (Fetch standard).
_SENT: Final = [
    "authorization",
    "content-type",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-user-agent",
    "amz-sdk-invocation-id",
    "amz-sdk-request",
]
# An error's code and the request's id; by `date`, clients correct a device's clock that is wrong.
_READ: Final = ["apigw-requestid", "date", "x-amzn-errortype", "x-amzn-requestid"]
_REMEMBERED: Final = Duration.hours(2)  # the longest for which Chromium remembers a preflight


def checked_origins(given: Sequence[str]) -> list[str]:
    """Return the origins without duplicates; tokens pass.

    Raises:
        InvalidArgumentError: it is not a list, one of its items is no origin, or `*` has company.

    """
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise InvalidArgumentError(_ARGUMENT, given, "a list of origins", f"Give a list, such as ['{_EXAMPLE}']")
    for number, each in enumerate(given):
        if not isinstance(each, str):
            raise InvalidArgumentError(f"{_ARGUMENT}[{number}]", each, _RULE, _WAY_OUT)
        if each == _ANY or has_unknown(each):
            continue
        origin = _origin_of(each)
        if origin != each:
            shown = "a URL with a user" if "@" in each else each
            raise InvalidArgumentError(
                f"{_ARGUMENT}[{number}]", shown, _RULE, f"Write it as {origin}" if origin else _WAY_OUT
            )
    if _ANY in given and len(given) > 1:
        raise InvalidArgumentError(
            _ARGUMENT, list(given), f"'{_ANY}' alone or origins without it", f"Leave '{_ANY}' or the others out"
        )
    return list(dict.fromkeys(given))


def cors(origins: Sequence[str]) -> apigatewayv2.CorsPreflightOptions:
    """Return the CORS of an API whose requests are signed: without cookies, so an origin gets no right by itself."""
    methods = sorted({it.method for it in routes()})
    return apigatewayv2.CorsPreflightOptions(
        allow_origins=list(origins),
        allow_methods=[apigatewayv2.CorsHttpMethod[it] for it in methods],
        allow_headers=_SENT,
        expose_headers=_READ,
        max_age=_REMEMBERED,
    )


def _origin_of(text: str) -> str | None:
    """Return the origin of a page's URL as browsers send it, None if no page that may call the API has it."""
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        written, port = parts.hostname or "", parts.port
        host = IPv6Address(written).compressed if ":" in written else written.encode("idna").decode()
    except ValueError:  # a port that is no number, an open bracket, a label that is too long
        return None
    if not written.isascii() and host.encode().decode("idna") != written:
        return None  # Python's older rules make "ss" of "ß": another domain than a browser's
    here = is_loopback(host)
    if parts.scheme not in {"https", "http", ""} or not (parts.scheme or here or "." in host):
        return None
    scheme = "http" if here and parts.scheme != "https" else "https"
    shown_host = f"[{host}]" if ":" in host else host
    shown_port = "" if port in {None, _DEFAULT_PORTS[scheme]} else f":{port}"
    origin = f"{scheme}://{shown_host}{shown_port}"
    return origin if _ORIGIN.fullmatch(origin) else None
