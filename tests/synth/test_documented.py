"""The Python snippets of README and docs synthesize, and so do the example apps."""

import re
import runpy

import aws_cdk
import pytest
from aws_cdk import aws_ssm as ssm

import cdk_evidently
from helpers.rooms import ROOT
from helpers.synth import new_stack, resources

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
    for snippet in snippets:
        exec(compile(snippet, page, "exec"), known)  # noqa: S102, the project's own pages
    assert resources(stack, "Custom::EvidentlyStartLaunch")


def test_the_provider_of_the_properties_page_may_manage_resources_and_start_launches() -> None:
    stack = new_stack()
    evidently = cdk_evidently.EvidentlyService(stack, "Evidently")
    (snippet,) = _PYTHON.findall((ROOT / "docs/properties.md").read_text(encoding="utf-8"))
    exec(snippet, {**vars(aws_cdk), **vars(cdk_evidently), "self": stack, "evidently": evidently})  # noqa: S102
    policies = str([*resources(stack, "AWS::IAM::Policy").values()])
    assert "/$default/POST/projects/petfood/launches/*" in policies
    assert "/$default/POST/segments" in policies


@pytest.mark.parametrize("app", APPS)
def test_an_example_synthesizes(app: str) -> None:
    assembly = runpy.run_path(str(ROOT / app))["app"].synth()
    types = {it["Type"] for stack in assembly.stacks for it in stack.template["Resources"].values()}
    assert {"Custom::EvidentlyProject", "Custom::EvidentlyStartLaunch", "AWS::ApiGatewayV2::Api"} <= types
