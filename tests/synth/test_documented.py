"""The Python snippets of README and docs synthesize, and so do the example apps."""

import json
import re
import runpy

import aws_cdk
import pytest
from aws_cdk import aws_ssm as ssm

import cdk_evidently
from helpers.documented import snippet
from helpers.rooms import ROOT
from helpers.synth import flat, new_stack, resources

APPS = ("app.py", *(f"examples/{path.name}" for path in sorted((ROOT / "examples").glob("*.py"))))
PAGES = ("README.md", "docs/managed-resources.md")
_PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_the_snippets_of_a_page_form_one_stack_that_starts_launches(page: str) -> None:
    stack = new_stack()
    shop = ssm.StringParameter(stack, "Shop", string_value="Treats")
    evidently = cdk_evidently.EvidentlyService.from_api_id(stack, "Existing", "a1b2c3d4e5")
    known = {**vars(aws_cdk), **vars(cdk_evidently), "self": stack, "shop": shop, "evidently": evidently}
    snippets = _PYTHON.findall((ROOT / page).read_text(encoding="utf-8"))
    assert snippets
    for code in snippets:
        exec(compile(code, page, "exec"), known)  # noqa: S102, the project's own pages
    assert resources(stack, "Custom::EvidentlyStartLaunch")


def test_the_stack_of_a_page_in_a_browser_lets_visitors_evaluate_one_project_and_no_more() -> None:
    stack = new_stack()
    known = {**vars(aws_cdk), **vars(cdk_evidently), "self": stack}
    exec(compile(snippet("use-it.md", "A page in a browser", "python"), "use-it.md", "exec"), known)  # noqa: S102
    (policy,) = resources(stack, "AWS::IAM::Policy").values()
    (role,) = policy["Properties"]["Roles"]
    trusted = resources(stack, "AWS::IAM::Role")[role["Ref"]]["Properties"]["AssumeRolePolicyDocument"]
    assert '"unauthenticated"' in json.dumps(trusted)
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Action"] == "execute-api:Invoke"
    assert statement["Resource"]
    project = r"projects/(.*project(/|%2F))?petfood"
    path = re.compile(rf"/POST/({project}/evaluations(/\*)?|events/{project})$")
    assert [it for it in map(flat, statement["Resource"]) if not path.search(it)] == []


def test_the_provider_of_the_properties_page_may_manage_resources_and_start_launches() -> None:
    stack = new_stack()
    evidently = cdk_evidently.EvidentlyService(stack, "Evidently")
    (code,) = _PYTHON.findall((ROOT / "docs/properties.md").read_text(encoding="utf-8"))
    exec(code, {**vars(aws_cdk), **vars(cdk_evidently), "self": stack, "evidently": evidently})  # noqa: S102
    policies = str([*resources(stack, "AWS::IAM::Policy").values()])
    assert "/$default/POST/projects/petfood/launches/*" in policies
    assert "/$default/POST/segments" in policies


@pytest.mark.parametrize("app", APPS)
def test_an_example_synthesizes(app: str) -> None:
    assembly = runpy.run_path(str(ROOT / app))["app"].synth()
    types = {it["Type"] for stack in assembly.stacks for it in stack.template["Resources"].values()}
    assert {"Custom::EvidentlyProject", "Custom::EvidentlyStartLaunch", "AWS::ApiGatewayV2::Api"} <= types
