"""Which provider carries a custom resource out: the one given, or the stack's own for the endpoint that is meant."""

from typing import Final

from aws_cdk import Annotations
from constructs import Construct

from cdk_evidently._common.endpoint import EvidentlyEndpoint, endpoint_or_aws
from cdk_evidently._provider.provider import EvidentlyProvider
from cdk_evidently.errors import ConflictingSettingsError

WARNING_AWS_ENDPOINT: Final = "cdk-evidently:awsEndpointEnded"


def check_one_endpoint(endpoint: EvidentlyEndpoint | None, provider: EvidentlyProvider | None) -> None:
    """Check that an API is meant in one way only.

    Raises:
        InvalidArgumentError: `endpoint` is not an EvidentlyEndpoint.
        ConflictingSettingsError: an endpoint besides a provider, which has its own.

    """
    if endpoint is not None and endpoint_or_aws(endpoint) and provider is not None:
        message = (
            f"endpoint is {endpoint.url or 'AWS'!r} and provider is {provider.node.path!r}, which has an endpoint "
            "of its own: only one can hold. Give the endpoint to the EvidentlyProvider, or leave provider out."
        )
        raise ConflictingSettingsError(message)


def provider_for(
    scope: Construct, endpoint: EvidentlyEndpoint | None, provider: EvidentlyProvider | None, *related: object
) -> EvidentlyProvider:
    """Return the provider for a construct: by default with the endpoint of what it is related to, then AWS's own.

    Args:
        scope: the construct.
        endpoint: the API given, if any.
        provider: the provider given, if any.
        related: the project, feature or launch that the construct was given.

    """
    if provider is None:
        providers = (getattr(it, "provider", None) for it in related)
        inherited = (it.endpoint for it in providers if isinstance(it, EvidentlyProvider))
        reached = endpoint if endpoint is not None else next(inherited, None)
        provider = EvidentlyProvider.shared(scope, endpoint_or_aws(reached))
    if provider.endpoint.is_aws:
        Annotations.of(scope).add_warning_v2(
            WARNING_AWS_ENDPOINT,
            "AWS ended CloudWatch Evidently on 2025-10-17: its endpoint starts no launch. "
            "Deploy an EvidentlyService and give its endpoint, or that of another Evidently API.",
        )
    return provider
