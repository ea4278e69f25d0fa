"""A URL that may change without the template is a property, so that no launch is lost at the old URL."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from aws_cdk import CfnParameter, Fn, NestedStack, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_ssm as ssm

from cdk_evidently import EvidentlyEndpoint, EvidentlyProvider, EvidentlyService
from helpers.managed_constructs import FACTORIES, TYPES
from helpers.synth import START_LAUNCH, URL, app_of, flat, new_stack, resources, start_launch

Build = Callable[[Stack], EvidentlyEndpoint]


def text(stack: Stack) -> str:
    return CfnParameter(stack, "Url").value_as_string


def platform(stack: Stack) -> Stack:
    return new_stack("Platform", app_of(stack))


MOVING: Mapping[str, tuple[Build, str]] = {
    "a parameter": (lambda stack: EvidentlyEndpoint.from_url(text(stack)), "<Url>"),
    "an SSM parameter": (
        lambda stack: EvidentlyEndpoint.from_url(ssm.StringParameter.value_for_string_parameter(stack, "/url")),
        "<SsmParameterValueurlC96584B6F00A464EAD1953AFF4B05118Parameter>",
    ),
    "a dynamic reference": (
        lambda _: EvidentlyEndpoint.from_url("{{resolve:ssm:/evidently/url}}"),
        "{{resolve:ssm:/evidently/url}}",
    ),
    "a host by dynamic reference": (
        lambda _: EvidentlyEndpoint.from_url(
            "https://{{resolve:ssm:/host}}/", signing_name="execute-api", api_id="{{resolve:ssm:/id}}"
        ),
        "https://{{resolve:ssm:/host}}",
    ),
    "an imported service": (
        lambda stack: EvidentlyService.from_api_id(stack, "Evidently", text(stack)).endpoint,
        "https://<Url>.execute-api.<AWS::Region>.<AWS::URLSuffix>",
    ),
    "a service in a Region": (
        lambda stack: EvidentlyService.from_api_id(stack, "Evidently", "abc", region=text(stack)).endpoint,
        "https://abc.execute-api.<Url>.<AWS::URLSuffix>",
    ),
    "AWS in a Region": (
        lambda stack: EvidentlyEndpoint.aws(text(stack)),
        "https://evidently.<Url>.<AWS::URLSuffix>",
    ),
}

FIXED: Mapping[str, Build] = {
    "a literal": lambda _: EvidentlyEndpoint.from_url(URL),
    "AWS's own": lambda _: EvidentlyEndpoint.aws(),
    "AWS's of another Region": lambda _: EvidentlyEndpoint.aws("eu-north-1"),
    "a service of the stack": lambda stack: EvidentlyService(stack, "Evidently").endpoint,
    "a service of another stack": lambda stack: EvidentlyService(platform(stack), "Evidently").endpoint,
    "a service of a nested stack": lambda stack: EvidentlyService(NestedStack(stack, "Nested"), "Evidently").endpoint,
    "a service by its id": lambda stack: EvidentlyService.from_api_id(stack, "Evidently", "abc").endpoint,
    "a literal that is signed for a Region": lambda stack: EvidentlyEndpoint.from_url(URL, region=text(stack)),
}


def one_of_each(stack: Stack, **arguments: Any) -> None:
    start_launch(stack, **arguments)
    for make in FACTORIES.values():
        make(stack, **{"endpoint": None, **arguments})


def endpoints(stack: Stack) -> dict[str, str | None]:
    """The Endpoint property of each custom resource, by type."""
    kinds = {START_LAUNCH, *TYPES.values()}
    found = {it["Type"]: it["Properties"].get("Endpoint") for it in resources(stack).values() if it["Type"] in kinds}
    assert found.keys() == kinds
    return {kind: None if url is None else flat(url) for kind, url in found.items()}


def function_url(stack: Stack) -> str:
    functions = resources(stack, "AWS::Lambda::Function").values()
    found = [it["Properties"] for it in functions if it["Properties"]["Handler"].startswith("evidently_provider")]
    (properties,) = found
    return flat(properties["Environment"]["Variables"].get("AWS_ENDPOINT_URL_EVIDENTLY", "none"))


@pytest.mark.parametrize("explicit", [False, True], ids=["shared", "explicit"])
@pytest.mark.parametrize("kind", MOVING)
def test_a_url_that_may_change_is_a_property_of_every_resource(kind: str, explicit: bool) -> None:  # noqa: FBT001
    stack = new_stack()
    build, url = MOVING[kind]
    endpoint = build(stack)
    one_of_each(
        stack,
        **({"provider": EvidentlyProvider(stack, "P", endpoint=endpoint)} if explicit else {"endpoint": endpoint}),
    )
    assert set(endpoints(stack).values()) == {url}
    assert function_url(stack) == ("none" if endpoint.is_aws else url)


@pytest.mark.parametrize("kind", FIXED)
def test_a_url_that_the_template_determines_is_not_a_property(kind: str) -> None:
    stack = new_stack()
    one_of_each(stack, endpoint=FIXED[kind](stack))
    assert set(endpoints(stack).values()) == {None}


def test_in_a_nested_stack_only_a_url_from_a_parameter_is_a_property() -> None:
    stack = new_stack()
    created = EvidentlyService(stack, "Evidently").endpoint
    given = EvidentlyEndpoint.from_url(text(stack))
    fixed, moving = NestedStack(stack, "Fixed"), NestedStack(stack, "Moving")
    one_of_each(fixed, endpoint=created)
    one_of_each(moving, endpoint=given)
    assert set(endpoints(fixed).values()) == {None}
    assert set(endpoints(moving).values()) == {function_url(moving)}


@pytest.mark.parametrize("name", ["Mine", "renamed"])
def test_the_url_is_a_property_if_the_functions_logical_id_was_overridden(name: str) -> None:
    """The function, and so the resources, would keep their logical ids with another endpoint."""
    stack = new_stack()
    provider = EvidentlyProvider(stack, "Provider", endpoint=EvidentlyEndpoint.from_url(URL))
    one_of_each(stack, provider=provider)
    function = provider.function.node.default_child
    assert isinstance(function, lambda_.CfnFunction)
    if name == "renamed":
        stack.rename_logical_id(str(stack.resolve(function.logical_id)), "Renamed")
    else:
        function.override_logical_id("Mine")
    assert set(endpoints(stack).values()) == {URL}


def test_a_provider_of_another_stack_exports_the_url_from_its_parameter() -> None:
    stack = new_stack()
    other = platform(stack)
    one_of_each(stack, provider=EvidentlyProvider(other, "Provider", endpoint=EvidentlyEndpoint.from_url(text(other))))
    (value,) = {flat(it["Properties"]["Endpoint"]) for it in resources(stack, START_LAUNCH).values()}
    assert "ImportValue" in value


def test_a_url_from_an_export_is_a_property() -> None:
    stack = new_stack()
    start_launch(stack, endpoint=EvidentlyEndpoint.from_url(Fn.import_value("Url")))
    (start,) = resources(stack, START_LAUNCH).values()
    assert start["Properties"]["Endpoint"] == {"Fn::ImportValue": "Url"}
