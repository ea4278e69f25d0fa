"""Apps as users of the library write them, for linters and snapshots."""

from collections.abc import Callable
from typing import Final

from aws_cdk import App, CfnParameter, Fn, NestedStack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from cdk_evidently import EvidentlyEndpoint, EvidentlyProvider, EvidentlyService, Quotas
from helpers.managed_constructs import FACTORIES
from helpers.synth import URL, new_stack, start_launch


def url_endpoint(app: App) -> None:
    start_launch(new_stack(app=app))


def aws_endpoint(app: App) -> None:
    start_launch(new_stack(app=app), endpoint=EvidentlyEndpoint.aws("eu-west-1"))


def service(app: App) -> None:
    EvidentlyService(new_stack("Service", app), "Evidently")


def service_with_settings(app: App) -> None:
    EvidentlyService(
        new_stack("Service", app),
        "Evidently",
        quotas=Quotas(projects=7),
        data_delivery=["/shop/events"],
        allowed_origins=["https://shop.example.com"],
    )


def connected_function(app: App) -> None:
    stack = new_stack(app=app)
    # On an immutable role the grant adds no statement: cdk-nag rightly reports the wildcards of a user's grants.
    role = iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/shop", mutable=False)
    function = lambda_.Function(
        stack,
        "Shop",
        runtime=lambda_.Runtime.PYTHON_3_14,
        handler="index.handler",
        code=lambda_.Code.from_inline("def handler(event, context): pass"),
        role=role,
    )
    EvidentlyService.from_api_id(stack, "Evidently", "abc").connect(function)


def service_in_the_same_stack(app: App) -> None:
    stack = new_stack(app=app)
    start_launch(stack, endpoint=EvidentlyService(stack, "Evidently").endpoint)


def service_in_another_stack(app: App) -> None:
    created = EvidentlyService(new_stack("Service", app), "Evidently")
    start_launch(new_stack(app=app), endpoint=created.endpoint)


def service_in_a_nested_stack(app: App) -> None:
    stack = new_stack(app=app)
    created = EvidentlyService(NestedStack(stack, "Service"), "Evidently")
    start_launch(stack, endpoint=created.endpoint)


def imported_service(app: App) -> None:
    stack = new_stack(app=app)
    start_launch(stack, endpoint=EvidentlyService.from_api_id(stack, "It", Fn.import_value("ApiId")).endpoint)


def tokens_for_names(app: App) -> None:
    start_launch(new_stack(app=app), project=Fn.import_value("Project"), launch=Fn.import_value("Launch"))


def explicit_provider(app: App) -> None:
    stack = new_stack(app=app)
    provider = EvidentlyProvider(stack, "Provider", endpoint=EvidentlyEndpoint.from_url(URL))
    start_launch(stack, provider=provider)


def endpoint_of_a_parameter(app: App) -> None:
    stack = new_stack(app=app)
    endpoint = EvidentlyService.from_api_id(stack, "It", CfnParameter(stack, "ApiId").value_as_string).endpoint
    provider = EvidentlyProvider(stack, "Provider", endpoint=endpoint)
    start_launch(stack, provider=provider)
    for make in FACTORIES.values():
        make(stack, endpoint=None, provider=provider)


def provider_with_a_given_role(app: App) -> None:
    stack = new_stack(app=app)
    role = iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/provider")
    start_launch(
        stack, provider=EvidentlyProvider(stack, "Provider", endpoint=EvidentlyEndpoint.from_url(URL), role=role)
    )


def provider_in_a_vpc(app: App) -> None:
    stack = new_stack(app=app)
    vpc = ec2.Vpc.from_vpc_attributes(
        stack, "Vpc", vpc_id="vpc-1", availability_zones=["a"], private_subnet_ids=["subnet-1"]
    )
    group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-0123456789abcdef0")
    provider = EvidentlyProvider(
        stack, "Provider", endpoint=EvidentlyEndpoint.from_url(URL), vpc=vpc, security_groups=[group]
    )
    start_launch(stack, provider=provider)


def managed_resources(app: App) -> None:
    stack = new_stack(app=app)
    endpoint = EvidentlyService.from_api_id(stack, "Evidently", "abc").endpoint
    for make in FACTORIES.values():
        make(stack, endpoint=endpoint)


def managed_resources_on_aws_endpoint(app: App) -> None:
    stack = new_stack(app=app)
    for make in FACTORIES.values():
        make(stack, endpoint=EvidentlyEndpoint.aws("eu-west-1"))


def more_launches_than_fit(app: App) -> None:
    stack = new_stack(app=app)
    for number in range(40):
        start_launch(stack, f"Start{number}", launch=f"{number}-".ljust(127, "x"), project="p" * 127)


SHAPES: Final[list[Callable[[App], None]]] = [
    url_endpoint,
    aws_endpoint,
    service,
    service_with_settings,
    connected_function,
    service_in_the_same_stack,
    service_in_another_stack,
    service_in_a_nested_stack,
    imported_service,
    tokens_for_names,
    explicit_provider,
    endpoint_of_a_parameter,
    provider_with_a_given_role,
    provider_in_a_vpc,
    managed_resources,
    managed_resources_on_aws_endpoint,
    more_launches_than_fit,
]
