"""Synthesizes in the tests' own process: the first synth warms jsii up, each other takes a moment."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from aws_cdk import App, Stack, Validations
from cdk_nag import AwsSolutionsChecks
from constructs import Construct

from cdk_evidently import EvidentlyEndpoint, StartLaunch

URL: Final = "https://evidently.example.com"
START_LAUNCH: Final = "Custom::EvidentlyStartLaunch"

Resources = Mapping[str, Mapping[str, Any]]


def new_stack(name: str = "Release", app: App | None = None) -> Stack:
    """Return a stack, in an app of its own unless one is given."""
    return Stack(app or App(), name)


def start_launch(scope: Construct, name: str = "Start", **arguments: Any) -> StartLaunch:
    """Return a StartLaunch of a launch `upsell`, at an endpoint given by URL, unless told otherwise."""
    arguments = {"project": "petfood", "launch": "upsell"} | arguments
    if "provider" not in arguments:
        arguments = {"endpoint": EvidentlyEndpoint.from_url(URL)} | arguments
    return StartLaunch(scope, name, **arguments)


def synthesized(stack: Stack) -> dict[str, Any]:
    """Return the stack's template as it is now; the app is synthesized anew."""
    root = stack.node.root
    assert isinstance(root, App)
    assembly = root.synth(force=True)
    if stack.nested:
        text = Path(assembly.directory, stack.template_file).read_text(encoding="utf-8")
        template: dict[str, Any] = json.loads(text)
        return template
    found: dict[str, Any] = assembly.get_stack_by_name(stack.stack_name).template
    return found


def resources(stack: Stack, kind: str | None = None) -> Resources:
    """Return the stack's resources by their logical ids, all or those of one type."""
    found: Resources = synthesized(stack)["Resources"]
    return {name: it for name, it in found.items() if kind in {None, it["Type"]}}


def only(stack: Stack, kind: str) -> tuple[str, Mapping[str, Any]]:
    """Return the logical id and the content of the one resource of a type."""
    ((name, resource),) = resources(stack, kind).items()
    return name, resource


def statements(stack: Stack, role: str | None = None) -> dict[str, Any]:
    """Return the statements of the stack's one role with inline policies (or of the one named), by Sid."""
    roles = [it for name, it in resources(stack, "AWS::IAM::Role").items() if role is None or name.startswith(role)]
    ((policy,),) = [it["Properties"]["Policies"] for it in roles]
    return {it["Sid"]: it for it in policy["PolicyDocument"]["Statement"]}


def flat(value: Any) -> str:
    """Return a resolved text with `<Ref>` and `<Resource.Attribute>` in the place of references."""
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        delimiter, parts = value["Fn::Join"]
        return str(delimiter).join(flat(part) for part in parts)
    if "Ref" in value:
        return f"<{value['Ref']}>"
    if "Fn::GetAtt" in value:
        return f"<{'.'.join(value['Fn::GetAtt'])}>"
    return json.dumps(value)


def metadata(app: App, level: str) -> dict[str, list[str]]:
    """Return the annotations of a level, such as `aws:cdk:warning`, by the path of the construct that has them."""
    assembly = app.synth(force=True)
    found: dict[str, list[str]] = {}
    for stack in assembly.stacks:
        for message in stack.messages:
            if message.entry.type == level:
                found.setdefault(message.id.lstrip("/"), []).append(str(message.entry.data))
    return found


def findings(app: App) -> list[str]:
    """Return what cdk-nag's AwsSolutions and CDK's own template validation find in the app, each with its construct."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    folder = Path(app.outdir)
    try:
        app.synth()
    except RuntimeError as error:
        assert "ValidationFailed" in str(error)  # noqa: PT017, CDK raises after it has written the report
    (report,) = folder.glob("*validation-report.json")
    document = json.loads(report.read_text(encoding="utf-8"))
    return [
        f"{violation['ruleName']} {construct['constructPath']}"
        for plugin in document["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    ]
