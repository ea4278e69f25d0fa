"""`EvidentlyService(role=…)`: the function runs with the caller's role, which gets the service's permissions first."""

from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from cdk_evidently import EvidentlyService
from helpers.synth import new_stack, only, resources


def imported_role(stack: Stack) -> iam.IRole:
    return iam.Role.from_role_arn(stack, "Ours", "arn:aws:iam::123456789012:role/service")


def new_role(stack: Stack) -> iam.Role:
    return iam.Role(stack, "Ours", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))


@pytest.mark.parametrize("make", [imported_role, new_role])
def test_the_function_has_the_given_role_and_comes_after_its_policy(make: Any) -> None:
    stack = new_stack()
    role = make(stack)
    service = EvidentlyService(stack, "Evidently", role=role, data_delivery=["/shop/events"])
    assert service.role is role
    name, policy = only(stack, "AWS::IAM::Policy")
    sids = [it["Sid"] for it in policy["Properties"]["PolicyDocument"]["Statement"]]
    assert sids == ["Table", "Logs", "Delivery"]
    assert len(policy["Properties"]["Roles"]) == 1
    _, function = only(stack, "AWS::Lambda::Function")
    assert function["Properties"]["Role"] == stack.resolve(role.role_arn)
    assert name in function["DependsOn"]


def test_a_service_creates_its_role_by_default() -> None:
    stack = new_stack()
    service = EvidentlyService(stack, "Evidently")
    assert isinstance(service.role, iam.Role)
    assert not resources(stack, "AWS::IAM::Policy")


def test_an_immutable_role_gets_no_policy_from_a_service() -> None:
    stack = new_stack()
    EvidentlyService(stack, "Evidently", role=new_role(stack).without_policy_updates())
    assert not resources(stack, "AWS::IAM::Policy")
    assert len(resources(stack, "AWS::IAM::Role")) == 1
