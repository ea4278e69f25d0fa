"""`EvidentlyEndpoint`: the address of an Evidently API, and how requests to it are signed and permitted."""

import hashlib
import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final
from urllib.parse import SplitResult, urlsplit

from aws_cdk import Aws, Stack
from constructs import IConstruct

from cdk_evidently._cdk.arguments import of_kind
from cdk_evidently._cdk.tokens import described, has_unknown, is_looked_up, may_change
from cdk_evidently._common.contract import contract
from cdk_evidently.errors import InvalidArgumentError

_API_HOST: Final = re.compile(r"(?P<api_id>[a-z0-9]+)\.execute-api\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?")
# Clients resolve dots and escapes in a path before or after they sign it; the base path of an API mapping has neither.
_BASE_PATH: Final = re.compile(r"(/(?!\.+(/|$))[A-Za-z0-9._~$-]+)*/*")
_SPACE: Final = re.compile(r"\s")
_DIGITS: Final = 8
_SIGNING_NAMES: Final = (contract.SIGNING_NAME_EVIDENTLY, contract.SIGNING_NAME_EXECUTE_API)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidentlyEndpoint:
    """An Evidently API: its address, how requests are signed, and which constructs serve it.

    Use `EvidentlyEndpoint.aws()`, `EvidentlyEndpoint.from_url(…)`, or `EvidentlyService.endpoint`.

    Args:
        url: the API's base URL, None for AWS's regional endpoint.
        signing_name: the service name in a request's signature: `evidently`, or `execute-api` for an
            `EvidentlyService`, whose API Gateway checks it.
        api_id: the id of the HTTP API behind an `EvidentlyService`, which its IAM resources contain.
        region: the region in a request's signature and in IAM resources, None for that of the stack.
        dependencies: constructs that the API needs before it serves requests. A custom resource is created after them
            and deleted before them.
        stack: the stack that has the service's API, or that imports it: the API is in its account, and where `region`
            is None in its region. None for an API that synth knows by its URL only.

    """

    url: str | None
    signing_name: str
    api_id: str | None = None
    region: str | None = None
    dependencies: tuple[IConstruct, ...] = ()
    stack: Stack | None = None

    @classmethod
    def aws(cls, region: str | None = None) -> "EvidentlyEndpoint":
        """Return AWS's regional endpoint. AWS ended the service on 2025-10-17; its use adds a warning at synth.

        Args:
            region: the region of the endpoint, by default that of the stack.

        """
        return cls(url=None, signing_name=contract.SIGNING_NAME_EVIDENTLY, region=region)

    @classmethod
    def from_url(
        cls,
        url: str,
        *,
        signing_name: str = contract.SIGNING_NAME_EVIDENTLY,
        api_id: str | None = None,
        region: str | None = None,
    ) -> "EvidentlyEndpoint":
        """Return the Evidently API at a URL.

        Args:
            url: the base URL: https, or http to a loopback address. It may have a path, such as the base path of an
                API mapping of a custom domain; the service's own permissions don't contain that path. Tokens and
                dynamic references (`{{resolve:ssm:/evidently/url}}`) are not checked.
            signing_name: the service name that the API expects in signatures, `evidently` or `execute-api`. With
                `execute-api` the permissions are those of an `EvidentlyService` on a stage named `$default`.
            api_id: the HTTP API's id, for the IAM resources of `execute-api`. Required there unless `url` is an API's
                `execute-api` host name, which contains the id (and the region).
            region: the region in signatures and IAM resources, by default that of the stack.

        Raises:
            InvalidArgumentError: an argument breaks one of these rules, or the path of `url` has escapes or `..`.

        """
        if signing_name not in _SIGNING_NAMES and not is_looked_up(signing_name):
            raise InvalidArgumentError(
                "signing_name",
                signing_name,
                f"{' or '.join(repr(name) for name in _SIGNING_NAMES)}, known at synth",
                "Leave it out, or give 'execute-api' for the URL of an EvidentlyService",
            )
        host: Mapping[str, str] = {}
        if not has_unknown(url):
            parts = checked_url("url", url)
            check_base_path("url", url, parts.path)
            host = _api_host(parts)
        url = url.rstrip("/")
        if signing_name != contract.SIGNING_NAME_EXECUTE_API:
            return cls(url=url, signing_name=signing_name, api_id=api_id, region=region)
        if not (api_id or host or is_looked_up(url)):
            raise InvalidArgumentError(
                "api_id",
                api_id,
                "given for signing_name='execute-api' where the URL's host doesn't contain it, because the function's "
                "permissions do",
                "Give the HTTP API's id, or use EvidentlyService.endpoint or EvidentlyService.from_api_id",
            )
        return cls(
            url=url,
            signing_name=signing_name,
            api_id=api_id or host.get("api_id"),
            region=region or host.get("region"),
        )

    @property
    def is_aws(self) -> bool:
        """Whether this is AWS's endpoint, which AWS has shut down."""
        return self.url is None

    def environment(self, stack: Stack) -> dict[str, str]:
        """Return the environment variables that tell a handler in the stack where the API is; for the provider."""
        environment: dict[str, str] = {contract.ENV_SIGNING_NAME: self.signing_name}
        if self.url is not None:
            environment[contract.ENV_ENDPOINT_URL] = self.url
        if self.region is not None and self.region != stack.region:
            environment[contract.ENV_SIGNING_REGION] = self.region
        return environment

    def identity(self, stack: Stack) -> str:
        """Return a text that is equal for equal endpoints, as the stack sees them.

        Two tokens are equal if they refer to the same targets, as synth does not know their values.
        """
        return _identity(stack, self.url, self.signing_name, self.api_id, self.region)

    def digest(self, stack: Stack) -> str:
        """Return the first eight hexadecimal digits of the identity's SHA-256, for construct ids."""
        return hashlib.sha256(self.identity(stack).encode()).hexdigest()[:_DIGITS]

    def may_move(self, stack: Stack) -> bool:
        """Whether the next deploy of the same template may find the API at another URL, such as a parameter's value."""
        return may_change(described(stack, self.address))

    @property
    def address(self) -> str:
        """The API's URL; for AWS's endpoint, its regional URL."""
        return self.url or f"https://{contract.API_NAME}.{self.region or Aws.REGION}.{Aws.URL_SUFFIX}"


def endpoint_or_aws(endpoint: EvidentlyEndpoint | None) -> EvidentlyEndpoint:
    """Return the endpoint given, by default AWS's.

    Raises:
        InvalidArgumentError: the value is not an EvidentlyEndpoint, such as a URL.

    """
    if endpoint is None:
        return EvidentlyEndpoint.aws()
    return of_kind(
        "endpoint", endpoint, EvidentlyEndpoint, "Give EvidentlyEndpoint.from_url(…), or a service's endpoint"
    )


def checked_url(argument: str, url: str) -> SplitResult:
    """Return the parts of a valid base URL.

    Raises:
        InvalidArgumentError: it is neither https nor http to loopback, or has credentials, a query or a fragment.

    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
        well_formed = (parts.port is None or parts.port > 0) and not _SPACE.search(url)  # which urlsplit removes
    except ValueError:  # urlsplit's, for a port that is no number and for an open bracket
        parts, host, well_formed = urlsplit(""), None, False
    if not (host and well_formed and parts.scheme in {"https", "http"}):
        raise InvalidArgumentError(
            argument, url, "a URL such as https://evidently.example.com", "Give the API's base URL"
        )
    if parts.username is not None or parts.query or parts.fragment:
        raise InvalidArgumentError(
            argument, parts._replace(netloc=host).geturl(), "a base URL: no user, query or fragment", "Leave these out"
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise InvalidArgumentError(
            argument, url, "https, because plain http is for loopback addresses only", "Give the https URL"
        )
    return parts


def check_base_path(argument: str, url: str, path: str) -> None:
    """Check the path of a base URL.

    Raises:
        InvalidArgumentError: a client would send another path than it signs, or no API mapping has such a path.

    """
    if not _BASE_PATH.fullmatch(path):
        raise InvalidArgumentError(
            argument,
            url,
            "a base URL whose path is of names of letters, digits and -._~$, none of dots alone",
            "Give the base path as its API mapping has it, such as https://flags.example.com/evidently",
        )


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761, 6.3
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _api_host(parts: SplitResult) -> Mapping[str, str]:
    found = _API_HOST.fullmatch(parts.hostname or "")
    if found and parts.path.strip("/"):
        raise InvalidArgumentError(
            "url",
            parts.geturl(),
            "an HTTP API's URL without a path: the stage is $default",
            "Leave the path out, or give the URL of the API's own domain name",
        )
    return found.groupdict() if found else {}


# Cached, because each custom resource of an endpoint needs it and describing a token takes milliseconds.
@cache
def _identity(stack: Stack, *settings: str | None) -> str:
    return json.dumps([described(stack, setting) for setting in settings], sort_keys=True)
