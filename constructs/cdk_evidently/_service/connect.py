"""Connect a Python function to an `EvidentlyService`, so that it calls it with a plain `boto3.client("evidently")`."""

from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_lambda as lambda_

from cdk_evidently._cdk.arguments import of_kind
from cdk_evidently._cdk.l1 import l1_resource
from cdk_evidently._cdk.tokens import has_unknown
from cdk_evidently._common.account_and_region import check_caller
from cdk_evidently._common.assets import client_code
from cdk_evidently._common.circles import check_service
from cdk_evidently._common.contract import contract
from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently.errors import ConflictingSettingsError, InvalidArgumentError

_LAYER_ID: Final = "EvidentlyClient"
_LAYER_ROOT: Final = "/opt"  # where Lambda unpacks layers
# The order matters: botocore uses the first rule set that it finds, and the one in the model folder signs for
# `evidently`.
_DATA_PATH: Final = f"{_LAYER_ROOT}/{contract.EXECUTE_API_RULES_FOLDER}:{_LAYER_ROOT}/{contract.MODELS_FOLDER}"


def connect(function: lambda_.Function, endpoint: EvidentlyEndpoint) -> None:
    """Add the layer with the API model to a function, and the environment variables that point its SDK to the endpoint.

    Raises:
        InvalidArgumentError: it is not a Lambda function in Python.
        ConflictingSettingsError: the function has one of these variables already, is in another account or region, or
            in another stack that the service needs.

    """
    of_kind("function", function, lambda_.Function, "Give the Lambda function that evaluates")
    if function.runtime.family != lambda_.RuntimeFamily.PYTHON:
        raise InvalidArgumentError(
            "function",
            f"{function.node.path} on {function.runtime.name}",
            "a function in Python, whose SDK reads the API model from a layer",
            "Give its role service.grants.evaluate(…), and set its SDK up as docs/use-it.md says",
        )
    stack = Stack.of(function)
    way_out = "Create a role in the service's account, grant to it, and let the function assume it"
    check_caller(function, function.node.path, endpoint, way_out)
    _check_region(function, endpoint.region, stack.region)
    if stack.node.try_find_child(_LAYER_ID) is None:  # once for a stack, as it resolves the whole service
        check_service(function, endpoint.dependencies)
    environment = {
        contract.ENV_DATA_PATH: _DATA_PATH,
        contract.ENV_ENDPOINT_URL: str(endpoint.url),
        contract.ENV_DISABLE_HOST_PREFIX: "true",
    }
    _check_environment(function, environment)
    for name, value in environment.items():
        function.add_environment(name, value)
    function.add_layers(_layer(stack))


def _check_region(function: lambda_.Function, region: str | None, own: str) -> None:
    if region is None or region == own or has_unknown([region, own]):
        return
    message = (
        f"the service is in region {region!r} and function {function.node.path!r} in {own!r}: its SDK would sign for "
        "the wrong region. Connect a function of the service's region, or set the client's region_name in its code."
    )
    raise ConflictingSettingsError(message)


def _check_environment(function: lambda_.Function, added: dict[str, str]) -> None:
    resource = l1_resource(function, lambda_.CfnFunction)
    # Not `resource.environment`: it is a token, which jsii would convert to an empty struct and keep as one.
    properties = Stack.of(function).resolve(resource._cfn_properties)  # noqa: SLF001, no public way
    found = properties.get("environment", {}).get("variables", {})
    duplicates = [name for name in added if name in found]
    if duplicates:
        message = (
            f"function {function.node.path!r} has {' and '.join(duplicates)} in its environment, which connect sets. "
            "Leave it out there, and connect a function once only."
        )
        raise ConflictingSettingsError(message)


def _layer(stack: Stack) -> lambda_.LayerVersion:
    found = stack.node.try_find_child(_LAYER_ID)
    if isinstance(found, lambda_.LayerVersion):
        return found
    return lambda_.LayerVersion(
        stack,
        _LAYER_ID,
        code=client_code(),
        description="The Evidently API for boto3, signed for execute-api (cdk-evidently).",
    )
