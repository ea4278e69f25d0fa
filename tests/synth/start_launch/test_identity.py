"""Logical ids: when they stay, so that a live launch is not touched, and when they have to change."""

from typing import Any

import pytest
from aws_cdk import CfnParameter, Fn, NestedStack, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk_evidently import DuplicateLaunchError, EvidentlyEndpoint, EvidentlyProvider, EvidentlyService
from helpers.managed_constructs import FACTORIES, TYPES
from helpers.synth import START_LAUNCH, URL, app_of, new_app, new_stack, only, resources, start_launch, synthesized

ARN = "arn:aws:evidently:eu-west-1:123456789012:project/petfood"


def logical_id(stack: Stack) -> str:
    return only(stack, START_LAUNCH)[0]


@pytest.mark.parametrize("path_metadata", [True, False])
def test_a_move_to_another_scope_does_not_change_the_template(path_metadata: bool) -> None:  # noqa: FBT001
    def template(*, deep: bool) -> dict[str, Any]:
        app = new_app(context={"aws:cdk:enable-path-metadata": path_metadata})
        stack = new_stack(app=app)
        start_launch(stack, "Other", launch="z")
        start_launch(Construct(stack, "Shop") if deep else stack, "Moved" if deep else "Start")
        start_launch(stack, "Another", launch="a")
        return synthesized(stack)

    assert template(deep=True) == template(deep=False)


def test_the_logical_id_contains_the_names_of_project_and_launch() -> None:
    stack = new_stack()
    start_launch(stack, project="pet.food", launch="upsell_2026-11")
    assert logical_id(stack).startswith("StartLaunchpetfoodupsell202611")


@pytest.mark.parametrize(
    "other",
    [
        {"launch": "upsell-2"},
        {"project": "catfood"},
        {"endpoint": EvidentlyEndpoint.from_url("https://other.example.com")},
        {"endpoint": EvidentlyEndpoint.from_url(URL, region="eu-north-1")},
        {"endpoint": EvidentlyEndpoint.from_url(URL, signing_name="execute-api", api_id="abc")},
        {"endpoint": EvidentlyEndpoint.aws()},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_launch_or_endpoint_has_another_logical_id(other: dict[str, Any]) -> None:
    first, second = new_stack(), new_stack()
    start_launch(first)
    start_launch(second, **other)
    assert logical_id(first) != logical_id(second)


def test_names_that_differ_in_punctuation_have_different_logical_ids() -> None:
    stack = new_stack()
    start_launch(stack, "First", launch="up-sell")
    start_launch(stack, "Second", launch="up.sell")
    assert len(resources(stack, START_LAUNCH)) == 2


def test_a_name_and_an_arn_of_one_launch_have_the_same_logical_id() -> None:
    first, second = new_stack(), new_stack()
    start_launch(first)
    start_launch(second, project=ARN, launch=f"{ARN}/launch/upsell")
    assert logical_id(first) == logical_id(second)


def provider_variants() -> list[Any]:
    def moved(stack: Stack) -> EvidentlyProvider:
        return EvidentlyProvider(Construct(stack, "Platform"), "Provider", endpoint=EvidentlyEndpoint.from_url(URL))

    def renamed(stack: Stack) -> EvidentlyProvider:
        return EvidentlyProvider(stack, "Renamed", endpoint=EvidentlyEndpoint.from_url(URL))

    def overridden(stack: Stack) -> EvidentlyProvider:
        provider = EvidentlyProvider(stack, "Provider", endpoint=EvidentlyEndpoint.from_url(URL))
        child = provider.function.node.default_child
        assert isinstance(child, lambda_.CfnFunction)
        child.override_logical_id("MyFunction")
        return provider

    def elsewhere(stack: Stack) -> EvidentlyProvider:
        return EvidentlyProvider(
            new_stack("Platform", app_of(stack)), "Provider", endpoint=EvidentlyEndpoint.from_url(URL)
        )

    return [moved, renamed, overridden, elsewhere]


@pytest.mark.parametrize("variant", provider_variants(), ids=lambda variant: variant.__name__)
@pytest.mark.parametrize("literal", [True, False], ids=["literal", "token"])
def test_the_logical_id_changes_with_the_service_token(variant: Any, literal: bool) -> None:  # noqa: FBT001
    def built(make: Any) -> tuple[str, str]:
        stack = new_stack()
        start_launch(stack, launch="upsell" if literal else Fn.import_value("Launch"), provider=make(stack))
        name, resource = only(stack, START_LAUNCH)
        return name, str(resource["Properties"]["ServiceToken"])

    plain = built(lambda stack: EvidentlyProvider(stack, "Provider", endpoint=EvidentlyEndpoint.from_url(URL)))
    other = built(variant)
    assert plain[1] != other[1]
    assert plain[0] != other[0]


OTHER_ENDPOINTS = {
    "another URL": EvidentlyEndpoint.from_url("https://other.example.com"),
    "another signing name": EvidentlyEndpoint.from_url(URL, signing_name="execute-api", api_id="abc"),
    "another Region": EvidentlyEndpoint.from_url(URL, region="eu-north-1"),
    "AWS's own": EvidentlyEndpoint.aws(),
}


def logical_ids(endpoint: EvidentlyEndpoint, **settings: Any) -> dict[str, list[str]]:
    """The logical ids of one of each resource on an explicit provider, by type."""
    stack = new_stack()
    role = iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/provider") if settings else None
    provider = EvidentlyProvider(stack, "Provider", endpoint=endpoint, role=role)
    start_launch(stack, provider=provider)
    for make in FACTORIES.values():
        make(stack, endpoint=None, provider=provider)
    found: dict[str, list[str]] = {}
    for name, resource in resources(stack).items():
        found.setdefault(resource["Type"], []).append(name)
    return found


@pytest.mark.parametrize("other", OTHER_ENDPOINTS)
@pytest.mark.parametrize("settings", [{}, {"given_role": True}], ids=["own role", "given role"])
def test_another_endpoint_of_a_provider_changes_all_logical_ids_but_the_log_groups(
    other: str, settings: dict[str, Any]
) -> None:
    """The role's too: CloudFormation would narrow its permissions before the Deletes at the old endpoint."""
    before, after = (logical_ids(it, **settings) for it in (EvidentlyEndpoint.from_url(URL), OTHER_ENDPOINTS[other]))
    assert before.keys() == after.keys() >= {START_LAUNCH, *TYPES.values(), "AWS::Lambda::Function", "AWS::IAM::Policy"}
    stay = {"AWS::Logs::LogGroup"}
    assert {kind for kind in before if set(before[kind]) & set(after[kind])} == stay


def test_the_policies_of_a_given_role_have_other_names_with_another_endpoint() -> None:
    """With the same name, the new policy would replace the old one before the last Delete."""

    def names(endpoint: EvidentlyEndpoint) -> set[str]:
        stack = new_stack()
        role = iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/provider")
        provider = EvidentlyProvider(stack, "Provider", endpoint=endpoint, role=role)
        FACTORIES["Project"](stack, endpoint=None, provider=provider)
        policies = resources(stack, "AWS::IAM::Policy")
        assert set(policies) <= set(only(stack, TYPES["Project"])[1]["DependsOn"])
        return {it["Properties"]["PolicyName"] for it in policies.values()}

    one, other = names(EvidentlyEndpoint.from_url(URL)), names(OTHER_ENDPOINTS["another URL"])
    assert (len(one), len(other), one & other) == (2, 2, set())


def test_the_function_changes_with_the_service_behind_the_endpoint() -> None:
    def function(name: str) -> str:
        stack = new_stack()
        EvidentlyProvider(stack, "Provider", endpoint=EvidentlyService(stack, name).endpoint)
        return next(it for it in resources(stack, "AWS::Lambda::Function") if it.startswith("Provider"))

    assert function("Evidently") == function("Evidently")
    assert function("Evidently") != function("Another")


def test_the_logical_id_of_a_shared_provider_has_its_digest_once() -> None:
    stack = new_stack()
    start_launch(stack)
    (name,) = resources(stack, "AWS::Lambda::Function")
    assert name.startswith("EvidentlyProvider")
    assert len(name) == len("EvidentlyProvider") + 8 + len("Function") + 8


def test_with_a_token_for_a_name_the_logical_id_depends_on_the_path() -> None:
    def built(scope: str) -> str:
        stack = new_stack()
        start_launch(Construct(stack, scope), launch=CfnParameter(stack, "Launch").value_as_string)
        return logical_id(stack)

    assert built("A") == built("A")
    assert built("A") != built("B")


def test_two_services_of_a_stack_have_two_providers() -> None:
    stack = new_stack()
    first = start_launch(stack, "First", endpoint=EvidentlyService(stack, "One").endpoint)
    second = start_launch(stack, "Second", endpoint=EvidentlyService(stack, "Two").endpoint)
    assert first.provider is not second.provider


def test_equal_services_of_two_stacks_have_two_providers() -> None:
    app = new_app()
    services = [EvidentlyService(new_stack(name, app), "Evidently") for name in ("Blue", "Green")]
    stack = new_stack(app=app)
    first, second = (start_launch(stack, f"Start{index}", endpoint=it.endpoint) for index, it in enumerate(services))
    assert first.provider is not second.provider


def test_equal_services_of_two_nested_stacks_have_two_providers() -> None:
    stack = new_stack()
    services = [EvidentlyService(NestedStack(stack, name), "Evidently") for name in ("Blue", "Green")]
    first, second = (start_launch(stack, f"Start{index}", endpoint=it.endpoint) for index, it in enumerate(services))
    assert first.provider is not second.provider


def test_equal_tokens_for_a_url_share_a_provider() -> None:
    stack = new_stack()
    url = CfnParameter(stack, "Url").value_as_string
    first = start_launch(stack, "First", launch="a", endpoint=EvidentlyEndpoint.from_url(url))
    second = start_launch(stack, "Second", launch="b", endpoint=EvidentlyEndpoint.from_url(url))
    assert first.provider is second.provider


def test_two_starts_of_a_launch_are_an_error_with_both_paths() -> None:
    stack = new_stack()
    start_launch(Construct(stack, "Shop"))
    with pytest.raises(DuplicateLaunchError) as raised:
        start_launch(stack, "Again", project=ARN, launch=f"{ARN}/launch/upsell")
    assert str(raised.value) == (
        "launch 'upsell' of project 'petfood' is started by 'Release/Shop/Start' and by 'Release/Again': "
        "a stack can start a launch once only. Remove one of the two."
    )


def test_two_starts_of_a_launch_on_two_providers_of_an_endpoint_are_an_error() -> None:
    stack = new_stack()
    start_launch(stack)
    provider = EvidentlyProvider(stack, "Provider", endpoint=EvidentlyEndpoint.from_url(URL))
    with pytest.raises(DuplicateLaunchError, match="Release/Start"):
        start_launch(stack, "Again", provider=provider)


def test_a_launch_of_the_same_name_may_be_started_at_another_endpoint_or_in_another_stack() -> None:
    app = new_app()
    stack, other = new_stack("One", app), new_stack("Two", app)
    start_launch(stack)
    start_launch(stack, "Elsewhere", endpoint=EvidentlyEndpoint.from_url("https://other.example.com"))
    start_launch(other)
    assert len(resources(stack, START_LAUNCH)) == 2
