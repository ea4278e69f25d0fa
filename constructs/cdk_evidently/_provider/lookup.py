"""Resolve a custom resource's provider: the explicit one, or the stack's shared one for the endpoint."""

from typing import Final

from aws_cdk import Annotations, Stack
from constructs import Construct

from cdk_evidently._common.account_and_region import differ
from cdk_evidently._common.endpoint import EvidentlyEndpoint, endpoint_or_aws
from cdk_evidently._provider.provider import EvidentlyProvider
from cdk_evidently.errors import ConflictingSettingsError

WARNING_AWS_ENDPOINT: Final = "cdk-evidently:awsEndpointEnded"


def check_one_endpoint(endpoint: EvidentlyEndpoint | None, provider: EvidentlyProvider | None) -> None:
    """Check that at most one argument says which API to call.

    Raises:
        InvalidArgumentError: `endpoint` is not an EvidentlyEndpoint.
        ConflictingSettingsError: both `endpoint` and `provider`; a provider already has an endpoint.

    """
    checked = endpoint_or_aws(endpoint)
    if endpoint is not None and provider is not None:
        message = (
            f"endpoint is {checked.url or 'AWS'!r} and provider is {provider.node.path!r}, which has its own "
            "endpoint: give only one. Give the endpoint to the EvidentlyProvider, or leave provider out."
        )
        raise ConflictingSettingsError(message)


def provider_for(
    scope: Construct, endpoint: EvidentlyEndpoint | None, provider: EvidentlyProvider | None, *related: object
) -> EvidentlyProvider:
    """Return a construct's provider; by default the stack's shared one for the endpoint of a related construct, or AWS.

    Args:
        scope: the construct.
        endpoint: the API given, if any.
        provider: the provider given, if any.
        related: the project, features or launch that the construct was given.

    Raises:
        ConflictingSettingsError: the provider given is in another account or Region, or the service is; or the
            construct's stack and that of the provider or its service would need each other.

    """
    if provider is None:
        providers = (getattr(it, "provider", None) for it in related)
        inherited = (it.endpoint for it in providers if isinstance(it, EvidentlyProvider))
        found = endpoint if endpoint is not None else next(inherited, None)
        provider = EvidentlyProvider.shared(scope, endpoint_or_aws(found))
    else:
        _check_place(Stack.of(scope), scope.node.path, provider)
    provider.serve(scope, [it for it in related if isinstance(it, Construct)])
    if provider.endpoint.is_aws:
        Annotations.of(scope).add_warning_v2(
            WARNING_AWS_ENDPOINT,
            "AWS ended CloudWatch Evidently on 2025-10-17: its endpoint starts no launch. "
            "Deploy an EvidentlyService and give its endpoint, or that of another Evidently API.",
        )
    return provider


def _check_place(stack: Stack, path: str, provider: EvidentlyProvider) -> None:
    its = Stack.of(provider)
    if differ(stack.account, its.account) or differ(stack.region, its.region):
        message = (
            f"provider {provider.node.path!r} is in account {its.account}, Region {its.region}, and {path!r} in "
            f"account {stack.account}, Region {stack.region}: CloudFormation calls a function of the stack's Region, "
            "and a provider serves its own account. Create an EvidentlyProvider there, or leave provider out."
        )
        raise ConflictingSettingsError(message)
