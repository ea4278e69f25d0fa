"""`iam.Role.customize_roles`: an administrator creates the roles, from a report that has every statement."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, NestedStack, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from cdk_evidently import EvidentlyEndpoint, EvidentlyProvider, EvidentlyService
from helpers.managed_constructs import FACTORIES
from helpers.synth import URL, app_of, metadata, resources, start_launch, synthesized

ENDPOINT = EvidentlyEndpoint.from_url(URL)


def customized(folder: Path, *, prevent: bool, roles: dict[str, str] | None = None) -> Stack:
    app = App(outdir=str(folder), builtin_cloud_formation_validation=False, tree_metadata=False)
    iam.Role.customize_roles(app, prevent_synthesis=prevent, use_precreated_roles=roles)
    return Stack(app, "Release")


def reported(folder: Path, path: str) -> dict[str, Any]:
    """The statements that the report has for a role, by their Sid."""
    report = json.loads((folder / "iam-policy-report.json").read_text(encoding="utf-8"))
    (role,) = [it for it in report["roles"] if it["roleConstructPath"] == path]
    statements = role["identityPolicyStatements"]
    found = {it["Sid"]: it for it in statements if "Sid" in it}
    assert len([it for it in statements if "Sid" in it]) == len(found)
    return found


def roles_of(stack: Stack) -> list[Any]:
    """The roles of a stack's functions."""
    return [it["Properties"]["Role"] for it in resources(stack, "AWS::Lambda::Function").values()]


@pytest.mark.parametrize("nested", [False, True])
def test_the_services_role_is_precreated(tmp_path: Path, *, nested: bool) -> None:
    path = "Release/Nested/Evidently/Role" if nested else "Release/Evidently/Role"
    stack = customized(tmp_path, prevent=True, roles={path: "service-role"})
    scope = NestedStack(stack, "Nested") if nested else stack
    EvidentlyService(scope, "Evidently", data_delivery=["/shop/events"])
    assert ["role/service-role" in json.dumps(it) for it in roles_of(scope)] == [True]
    assert not [it for it in resources(scope).values() if it["Type"].startswith("AWS::IAM::")]
    found = reported(tmp_path, path)
    assert found.keys() == {"Table", "Logs", "Delivery"}
    assert "dynamodb:PutItem" in found["Table"]["Action"]
    assert found["Table"]["Resource"] == f"({path.removesuffix('Role')}Table/Resource.Arn)"


@pytest.mark.parametrize("within", ["EvidentlyProvider", "Provider"])
def test_the_providers_role_is_precreated(tmp_path: Path, within: str) -> None:
    digest = ENDPOINT.digest(Stack())
    path = (
        f"Release/EvidentlyProvider{digest}/Role" if within != "Provider" else f"Release/Provider/Endpoint{digest}/Role"
    )
    stack = customized(tmp_path, prevent=True, roles={path: "provider-role"})
    given: dict[str, Any] = {"endpoint": ENDPOINT}
    if within == "Provider":
        given = {"endpoint": None, "provider": EvidentlyProvider(stack, "Provider", endpoint=ENDPOINT)}
    start_launch(stack, **given)
    for make in FACTORIES.values():
        make(stack, **given)
    assert ["role/provider-role" in json.dumps(it) for it in roles_of(stack)] == [True]
    assert not [it for it in resources(stack).values() if it["Type"].startswith("AWS::IAM::")]
    found = reported(tmp_path, path)
    assert found.keys() >= {"Logs", "Start", "GetAndStop", "Declare"}
    assert "project/petfood/launch/upsell" in json.dumps(found["Start"])


def test_a_role_without_a_precreated_one_is_reported_by_its_path(tmp_path: Path) -> None:
    stack = customized(tmp_path, prevent=True)
    EvidentlyService(stack, "Evidently")
    start_launch(stack)
    missing = [path for path in metadata(app_of(stack), "aws:cdk:error") if path.endswith("/Role")]
    digest = ENDPOINT.digest(Stack())
    assert missing == ["Release/Evidently/Role", f"Release/EvidentlyProvider{digest}/Role"]


def test_without_prevented_synthesis_the_report_has_every_statement_and_the_role_is_created(tmp_path: Path) -> None:
    stack = customized(tmp_path, prevent=False)
    EvidentlyService(stack, "Evidently")
    start_launch(stack)
    assert len(resources(stack, "AWS::IAM::Role")) == 2
    assert reported(tmp_path, "Release/Evidently/Role").keys() == {"Table", "Logs"}
    digest = ENDPOINT.digest(Stack())
    assert reported(tmp_path, f"Release/EvidentlyProvider{digest}/Role").keys() == {"Logs", "Start", "GetAndStop"}


@pytest.mark.parametrize("prevent", [True, False])
def test_a_given_role_is_reported(tmp_path: Path, *, prevent: bool) -> None:
    roles = {"Release/New": "new-role"} if prevent else None
    stack = customized(tmp_path, prevent=prevent, roles=roles)
    service_role = iam.Role.from_role_arn(stack, "Old", "arn:aws:iam::123456789012:role/old-role")
    provider_role = iam.Role(stack, "New", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    EvidentlyService(stack, "Evidently", role=service_role)
    start_launch(stack, provider=EvidentlyProvider(stack, "Provider", endpoint=ENDPOINT, role=provider_role))
    assert not resources(stack, "AWS::IAM::Policy")
    assert reported(tmp_path, "Release/Old").keys() == {"Table", "Logs"}
    assert reported(tmp_path, "Release/New").keys() == {"Logs", "Start", "GetAndStop"}


def test_a_second_synth_reports_each_statement_once(tmp_path: Path) -> None:
    stack = customized(tmp_path, prevent=False)
    start_launch(stack)
    synthesized(stack)
    app = stack.node.root
    assert isinstance(app, App)
    app.synth(force=True)
    digest = ENDPOINT.digest(Stack())
    assert reported(tmp_path, f"Release/EvidentlyProvider{digest}/Role").keys() == {"Logs", "Start", "GetAndStop"}


def test_the_key_of_a_table_is_reported(tmp_path: Path) -> None:
    stack = customized(tmp_path, prevent=False)
    attributes: dict[str, Any] = {"table_name": "mine", "encryption_key": kms.Key(stack, "Key")}
    EvidentlyService(stack, "Evidently", table=dynamodb.Table.from_table_attributes(stack, "Mine", **attributes))
    synthesized(stack)
    assert "kms:Decrypt" in (tmp_path / "iam-policy-report.json").read_text(encoding="utf-8")
