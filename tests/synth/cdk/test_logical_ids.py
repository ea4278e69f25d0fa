"""Logical ids of custom resources: unique however long the path is, and open to CDK's own ways to rename them."""

from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import CfnElement, CfnOutput, CfnResource, Fn, NestedStack, Stack
from constructs import Construct
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.managed_constructs import FACTORIES, TYPES, feature
from helpers.synth import START_LAUNCH, new_app, new_stack, only, start_launch, synthesized

MAKERS: dict[str, Callable[..., Any]] = {"StartLaunch": start_launch, **FACTORIES}
KINDS = {"StartLaunch": START_LAUNCH, **TYPES}
EACH = pytest.mark.parametrize("kind", MAKERS)

_IDS = st.sampled_from("abc-").flatmap(
    lambda letter: st.sampled_from((1, 2, 119, 120, 121, 238, 239, 255)).map(letter.__mul__)
)
PATHS = st.lists(_IDS, min_size=1, max_size=4)


def logical_id(resource: Any) -> str:
    found: str = Stack.of(resource).resolve(resource.ref)["Ref"]
    return found


def at(path: list[str], make: Callable[..., Any] = feature) -> Any:
    scope: Construct = new_stack()
    for part in path[:-1]:
        scope = Construct(scope, part)
    return make(scope, path[-1])


def test_two_features_under_a_path_of_256_letters_have_two_logical_ids() -> None:
    stack = new_stack()
    scope = Construct(stack, "x" * 256)
    ids = {logical_id(feature(scope, name, feature_name=name)) for name in ("one", "two")}
    assert [len(it) for it in ids] == [255, 255]


@settings(max_examples=40, deadline=None)
@given(first=PATHS, second=PATHS)
def test_any_two_paths_have_two_logical_ids(first: list[str], second: list[str]) -> None:
    one, other = logical_id(at(first)), logical_id(at(second))
    assert (one == other) == (first == second)
    assert max(len(one), len(other)) <= 255


@settings(max_examples=40, deadline=None)
@given(first=PATHS, second=PATHS)
def test_any_two_paths_of_a_start_launch_with_a_token_have_two_logical_ids(first: list[str], second: list[str]) -> None:
    def built(path: list[str]) -> str:
        return logical_id(at(path, lambda *place: start_launch(*place, launch=Fn.import_value("Launch"))))

    assert (built(first) == built(second)) == (first == second)


_NAMES = st.tuples(*[st.text("ab.-", min_size=1, max_size=3).flatmap(lambda it: st.sampled_from((it, it * 42)))] * 2)


@settings(max_examples=40, deadline=None)
@given(first=_NAMES, second=_NAMES)
def test_any_two_launches_have_two_logical_ids(first: tuple[str, str], second: tuple[str, str]) -> None:
    one, other = (logical_id(start_launch(new_stack(), project=it[0], launch=it[1])) for it in (first, second))
    assert (one == other) == (first == second)


@EACH
def test_a_rename_reaches_a_resource_and_all_references_to_it(kind: str) -> None:
    def built(rename: str | None) -> dict[str, Any]:
        stack = new_stack()
        made = MAKERS[kind](stack)
        CfnOutput(stack, "Created", value=made.created_time)
        later = CfnResource(stack, "Later", type="AWS::SNS::Topic")
        later.node.add_dependency(made)
        if rename:
            stack.rename_logical_id(rename, "Kept")
        return synthesized(stack)

    before = built(None)
    (name,) = (it for it, resource in before["Resources"].items() if resource["Type"] == KINDS[kind])
    after = built(name)
    assert after["Resources"]["Kept"]["Type"] == KINDS[kind]
    assert name not in after["Resources"]
    assert after["Outputs"]["Created"]["Value"]["Fn::GetAtt"] == ["Kept", "CreatedTime"]
    assert after["Resources"]["Later"]["DependsOn"] == ["Kept"]


@EACH
def test_a_rename_before_the_construct_and_in_a_nested_stack_counts_too(kind: str) -> None:
    def built(rename: str | None) -> str:
        stack = NestedStack(new_stack(), "Inner")
        if rename:
            stack.rename_logical_id(rename, "Kept")
        MAKERS[kind](stack)
        return only(stack, KINDS[kind])[0]

    assert built(built(None)) == "Kept"


@EACH
def test_an_overridden_logical_id_wins(kind: str) -> None:
    stack = new_stack()
    made = MAKERS[kind](stack)
    made.node.default_child.override_logical_id("Mine")
    assert only(stack, KINDS[kind])[0] == "Mine"


def test_a_rename_of_nothing_is_still_an_error() -> None:
    stack = new_stack()
    feature(stack)
    stack.rename_logical_id("Typo", "Kept")
    with pytest.raises(RuntimeError, match="not found: Typo"):
        synthesized(stack)


class Prefixed(Stack):
    """A stack with its own way to allocate logical ids."""

    def _allocate_logical_id(self, cfn_element: CfnElement) -> str:
        """Put a prefix before CDK's logical id."""
        return f"Shop{super()._allocate_logical_id(cfn_element)}"


@EACH
def test_a_stack_that_allocates_logical_ids_itself_does_so_once(kind: str) -> None:
    plain, prefixed = new_stack(), Prefixed(new_app(), "Release")
    for stack in (plain, prefixed):
        MAKERS[kind](stack)
    before, after = (only(stack, KINDS[kind])[0] for stack in (plain, prefixed))
    # The end depends on the provider, whose function has a prefix here too.
    assert after[:-8] == f"Shop{before[:-8]}"
