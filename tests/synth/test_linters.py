"""cfn-lint, cdk-nag and CDK's own validation find nothing in the library's templates."""

import functools
import importlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_iam as iam

from helpers.app_shapes import SHAPES
from helpers.rooms import ROOT
from helpers.synth import findings, new_app, start_launch

# Imported by name: cfn-lint comes without types.
cfn_lint = importlib.import_module("cfnlint.runner")
cfn_lint_config = importlib.import_module("cfnlint.config")
cfn_lint_decode = importlib.import_module("cfnlint.decode")


@functools.cache
def cfn_lint_runner() -> Any:
    """One for all templates, as on cfn-lint's command line: to read the rules takes longer than to apply them."""
    return cfn_lint.Runner(cfn_lint_config.ConfigMixIn(regions=["eu-west-1"]))


def cfn_lint_matches(template: Any) -> list[str]:
    decoded, errors = cfn_lint_decode.decode_str(json.dumps(template))
    return [str(match) for match in errors or cfn_lint_runner().validate_template(decoded)]


# Apps without context, and apps with the recommended flags of `cdk init`.
FLAGS: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
CONTEXTS = pytest.mark.parametrize("context", [{}, FLAGS], ids=["no flags", "recommended flags"])


@CONTEXTS
@pytest.mark.parametrize("build", SHAPES, ids=lambda build: build.__name__)
def test_cdk_nag_and_cdk_find_nothing(build: Callable[[App], None], context: dict[str, Any]) -> None:
    app = new_app(context=context, validated=True)
    build(app)
    assert findings(app) == []


def test_cdk_nag_finds_a_planted_wildcard() -> None:
    app = new_app(validated=True)
    stack = Stack(app, "Release")
    start_launch(stack)
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    role.add_to_policy(iam.PolicyStatement(actions=["evidently:StartLaunch"], resources=["*"]))
    assert findings(app) == ["AwsSolutions-IAM5[Resource::*] Release/Role/DefaultPolicy/Resource"]


@pytest.mark.parametrize("build", SHAPES, ids=lambda build: build.__name__)
def test_cfn_lint_finds_nothing(build: Callable[[App], None]) -> None:
    app = new_app(context=FLAGS)
    build(app)
    for stack in app.synth().stacks:
        assert cfn_lint_matches(stack.template) == []


def test_cfn_lint_finds_a_planted_property_after_templates_without_findings() -> None:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "offers"}}
    planted = {"Type": "AWS::SNS::Topic", "Properties": {"Planted": "offers"}}
    assert cfn_lint_matches({"Resources": {"Topic": topic}}) == []
    assert ["E3002" in it for it in cfn_lint_matches({"Resources": {"Topic": planted}})] == [True]
    assert cfn_lint_matches({"Resources": {"Topic": topic}}) == []
