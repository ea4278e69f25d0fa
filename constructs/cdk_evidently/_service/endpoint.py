"""The endpoint of an `EvidentlyService`, from the id of its HTTP API."""

from typing import Final

from aws_cdk import Aws, Stack
from constructs import IConstruct

from cdk_evidently._cdk.tokens import has_unknown, is_looked_up
from cdk_evidently._common.contract import contract
from cdk_evidently._common.endpoint import EvidentlyEndpoint, check_base_path, checked_url
from cdk_evidently.errors import InvalidArgumentError

STAGE: Final = "$default"
_API_ID_PLACEHOLDER: Final = "{api_id}"


def service_endpoint(
    stack: Stack,
    api_id: str,
    region: str | None,
    gateway_url: str | None = None,
    *,
    dependencies: tuple[IConstruct, ...] = (),
) -> EvidentlyEndpoint:
    """Return the endpoint of a stack's HTTP API, at its host name in AWS or at `gateway_url`."""
    url = gateway_url or f"https://{_API_ID_PLACEHOLDER}.execute-api.{region or Aws.REGION}.{Aws.URL_SUFFIX}"
    return EvidentlyEndpoint(
        url=url.replace(_API_ID_PLACEHOLDER, api_id).rstrip("/"),
        signing_name=contract.SIGNING_NAME_EXECUTE_API,
        api_id=api_id,
        region=region,
        dependencies=dependencies,
        stack=stack,
    )


def check_gateway_url(gateway_url: str) -> None:
    """Check a URL with the placeholder `{api_id}`.

    Raises:
        InvalidArgumentError: it has no placeholder, is neither https nor http to loopback, or has no valid path.

    """
    if _API_ID_PLACEHOLDER not in gateway_url and not is_looked_up(gateway_url):
        raise InvalidArgumentError(
            "gateway_url",
            gateway_url,
            f"a URL with {_API_ID_PLACEHOLDER} in place of the API's id, known at synth",
            f"Write it as http://127.0.0.1:4566/_aws/execute-api/{_API_ID_PLACEHOLDER}/{STAGE}",
        )
    if not has_unknown(gateway_url):
        parts = checked_url("gateway_url", gateway_url)
        check_base_path("gateway_url", gateway_url, parts.path.replace(_API_ID_PLACEHOLDER, "id"))
