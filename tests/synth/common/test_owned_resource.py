"""Removal: CloudFormation always sends the Delete, whose properties tell the API what to keep."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from aws_cdk import (
    CfnDeletionPolicy,
    CfnResource,
    MissingRemovalPolicies,
    RemovalPolicies,
    RemovalPolicy,
)
from constructs import Construct

import evidently_contract as contract
from cdk_evidently import InvalidArgumentError, OnDelete
from helpers.managed_constructs import FACTORIES, TYPES, properties
from helpers.synth import START_LAUNCH, app_of, new_stack, only, start_launch, synthesized

ALL: Mapping[str, Callable[..., Any]] = {**FACTORIES, "StartLaunch": start_launch}
TYPE = {**TYPES, "StartLaunch": START_LAUNCH}
KEEP = {
    **dict.fromkeys(FACTORIES, "removal_policy=RemovalPolicy.RETAIN"),
    "StartLaunch": "on_delete=OnDelete.KEEP_RUNNING",
}
ALL_KINDS = pytest.mark.parametrize("kind", ALL)
KINDS = pytest.mark.parametrize("kind", FACTORIES)


@KINDS
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, None),  # the Delete deletes
        ({"removal_policy": RemovalPolicy.DESTROY}, None),
        ({"removal_policy": RemovalPolicy.RETAIN}, contract.ON_DELETE_KEEP),
    ],
    ids=["default", "destroy", "retain"],
)
def test_a_removal_policy_is_a_property_for_the_handler(
    kind: str, arguments: dict[str, Any], expected: str | None
) -> None:
    stack = new_stack()
    FACTORIES[kind](stack, **arguments)
    assert properties(stack, kind).get("OnDelete") == expected


@KINDS
@pytest.mark.parametrize(
    ("policy", "shown"),
    [
        (RemovalPolicy.SNAPSHOT, "'SNAPSHOT'"),
        (RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, "'RETAIN_ON_UPDATE_OR_DELETE'"),
        ("keep", "'keep'"),
    ],
)
def test_any_other_removal_policy_is_an_error(kind: str, policy: Any, shown: str) -> None:
    with pytest.raises(InvalidArgumentError) as raised:
        FACTORIES[kind](new_stack(), removal_policy=policy)
    assert str(raised.value) == (
        f"removal_policy is {shown}, and has to be RemovalPolicy.DESTROY or RemovalPolicy.RETAIN: the API can delete a "
        "resource or keep it. Use one of these, or leave it out to delete it."
    )


KEPT: dict[str, Any] = {"removal_policy": RemovalPolicy.RETAIN}


@ALL_KINDS
@pytest.mark.parametrize("keep", [False, True])
def test_cloudformation_always_sends_the_delete(kind: str, keep: bool) -> None:  # noqa: FBT001
    stack = new_stack()
    arguments = {"on_delete": OnDelete.KEEP_RUNNING} if kind == "StartLaunch" else KEPT
    ALL[kind](stack, **(arguments if keep else {}))
    _, resource = only(stack, TYPE[kind])
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Delete", "Delete")


def child(created: Construct) -> CfnResource:
    found = created.node.default_child
    assert isinstance(found, CfnResource)
    return found


def deletion_option(created: Construct) -> None:
    child(created).cfn_options.deletion_policy = CfnDeletionPolicy.RETAIN


def replacement_option(created: Construct) -> None:
    child(created).cfn_options.update_replace_policy = CfnDeletionPolicy.SNAPSHOT


DIRECT: Mapping[str, tuple[Callable[[Construct], None], str]] = {
    "a policy of the resource": (lambda created: child(created).apply_removal_policy(RemovalPolicy.RETAIN), "RETAIN"),
    "a snapshot": (lambda created: child(created).apply_removal_policy(RemovalPolicy.SNAPSHOT), "SNAPSHOT"),
    "a policy except on creation": (
        lambda created: child(created).apply_removal_policy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE),
        "RETAIN_EXCEPT_ON_CREATE",
    ),
    "an option": (deletion_option, "RETAIN"),
    "an option for replacement": (replacement_option, "SNAPSHOT"),
    "an aspect of the construct": (lambda created: RemovalPolicies.of(created).retain(), "RETAIN"),
    "an aspect of the app": (lambda created: RemovalPolicies.of(app_of(created)).retain(), "RETAIN"),
}


@ALL_KINDS
@pytest.mark.parametrize("way", DIRECT)
def test_a_deletion_policy_set_directly_is_an_error_with_the_way_out(kind: str, way: str) -> None:
    stack = new_stack()
    change, shown = DIRECT[way]
    change(ALL[kind](stack))
    with pytest.raises(RuntimeError) as raised:
        synthesized(stack)
    message = str(raised.value)
    policy = "UpdateReplacePolicy" if way == "an option for replacement" else "DeletionPolicy"
    rule = "and has to be Delete, because only a Delete request ends the ownership that the API records"
    assert f"{policy} is '{shown}', {rule}. Give {KEEP[kind]} instead" in message
    assert f"[Release/{'Start' if kind == 'StartLaunch' else kind}/Resource]" in message


@ALL_KINDS
@pytest.mark.parametrize("policy", ["DeletionPolicy", "UpdateReplacePolicy"])
@pytest.mark.parametrize("value", ["Retain", "RetainExceptOnCreate", "Snapshot", {"Fn::If": ["Beta", "Delete", "a"]}])
def test_an_override_of_a_deletion_policy_raises_at_once(kind: str, policy: str, value: Any) -> None:
    resource = child(ALL[kind](new_stack()))
    with pytest.raises(InvalidArgumentError) as raised:
        resource.add_override(policy, value)
    assert str(raised.value).startswith(f"{policy} is {value!r}, and has to be Delete")
    assert f". Give {KEEP[kind]} instead" in str(raised.value)


def test_other_overrides_are_allowed() -> None:
    stack = new_stack()
    resource = child(start_launch(stack))
    resource.add_override("DeletionPolicy", "Delete")
    resource.add_deletion_override("UpdateReplacePolicy")
    resource.add_property_override("Note", "mine")
    _, found = only(stack, START_LAUNCH)
    assert (found["DeletionPolicy"], "UpdateReplacePolicy" in found) == ("Delete", False)
    assert found["Properties"]["Note"] == "mine"


@ALL_KINDS
def test_missing_removal_policies_do_not_apply(kind: str) -> None:
    stack = new_stack()
    created = ALL[kind](stack)
    MissingRemovalPolicies.of(app_of(created)).retain()
    assert only(stack, TYPE[kind])[1]["DeletionPolicy"] == "Delete"


@ALL_KINDS
def test_a_policy_of_the_app_may_exclude_the_resource_type(kind: str) -> None:
    stack = new_stack()
    created = ALL[kind](stack, **({"on_delete": OnDelete.KEEP_RUNNING} if kind == "StartLaunch" else KEPT))
    RemovalPolicies.of(app_of(created)).retain(exclude_resource_types=[TYPE[kind]])
    _, resource = only(stack, TYPE[kind])
    assert resource["DeletionPolicy"] == "Delete"
    assert resource["Properties"]["OnDelete"] in {contract.ON_DELETE_KEEP, contract.ON_DELETE_KEEP_RUNNING}
