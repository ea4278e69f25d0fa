"""Stacks and their templates, synthesized in the tests' process: jsii's start costs seconds, a synth a moment."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from aws_cdk import App, Stack, Stage, Validations
from aws_cdk.cx_api import CloudAssembly
from cdk_nag import AwsSolutionsChecks
from constructs import Construct, IConstruct

from cdk_evidently import EvidentlyEndpoint, StartLaunch

URL: Final = "https://evidently.example.com"
START_LAUNCH: Final = "Custom::EvidentlyStartLaunch"
_WITHOUT_COPIES: Final = "aws:cdk:disable-asset-staging"

Resources = Mapping[str, Mapping[str, Any]]


def new_app(*, context: Mapping[str, Any] | None = None, validated: bool = False) -> App:
    """Return an app that synthesizes the same templates as `App()` in a fraction of the time.

    It copies no asset (the hash is that of the source either way), writes no tree.json, and has CDK validate its
    templates only if a test asks for the findings: that starts a WebAssembly engine of two seconds in each process.
    """
    return App(
        builtin_cloud_formation_validation=validated,
        context={**(context or {}), _WITHOUT_COPIES: True},
        tree_metadata=False,
    )


def new_stack(name: str = "Release", app: Stage | None = None) -> Stack:
    """Return a stack in an app or another stage, by default in a new app."""
    return Stack(app or new_app(), name)


def app_of(construct: IConstruct) -> App:
    """Return the app of a construct."""
    root = construct.node.root
    assert isinstance(root, App)
    return root


def start_launch(scope: Construct, name: str = "Start", **arguments: Any) -> StartLaunch:
    """Return a StartLaunch, by default of the launch `upsell` at an endpoint with a URL."""
    arguments = {"project": "petfood", "launch": "upsell"} | arguments
    if "provider" not in arguments:
        arguments = {"endpoint": EvidentlyEndpoint.from_url(URL)} | arguments
    return StartLaunch(scope, name, **arguments)


def synthesized(stack: Stack) -> dict[str, Any]:
    """Return the stack's template; the first question synthesizes the app, and all further ones read the same files.

    So a test builds a stack, and then asks. CDK raises if a construct was added after the first question; call
    `resynthesized` where a second synth is the claim.
    """
    return _template(app_of(stack).synth(), stack)


def resynthesized(stack: Stack) -> dict[str, Any]:
    """Synthesize the app again and return the stack's template."""
    return _template(app_of(stack).synth(force=True), stack)


def _template(assembly: CloudAssembly, stack: Stack) -> dict[str, Any]:
    template: dict[str, Any] = json.loads(Path(assembly.directory, stack.template_file).read_text(encoding="utf-8"))
    return template


def resources(stack: Stack, kind: str | None = None) -> Resources:
    """Return the stack's resources, all or those of one type, by their logical ids."""
    found: Resources = synthesized(stack)["Resources"]
    return {name: it for name, it in found.items() if kind in {None, it["Type"]}}


def only(stack: Stack, kind: str) -> tuple[str, Mapping[str, Any]]:
    """Return the logical id and the definition of the only resource of a type."""
    ((name, resource),) = resources(stack, kind).items()
    return name, resource


def statements(stack: Stack, role: str | None = None) -> dict[str, Any]:
    """Return the statements of the stack's only role, or of the role with this prefix, by Sid."""
    roles = [it for name, it in resources(stack, "AWS::IAM::Role").items() if role is None or name.startswith(role)]
    ((policy,),) = [it["Properties"]["Policies"] for it in roles]
    return {it["Sid"]: it for it in policy["PolicyDocument"]["Statement"]}


def flat(value: Any) -> str:
    """Return a resolved text with `<Ref>` and `<Resource.Attribute>` in place of references."""
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
    """Return the annotations of a level, such as `aws:cdk:warning`, by the paths of their constructs."""
    assembly = app.synth()
    found: dict[str, list[str]] = {}
    for stack in assembly.stacks:
        for message in stack.messages:
            if message.entry.type == level:
                found.setdefault(message.id.lstrip("/"), []).append(str(message.entry.data))
    return found


def findings(app: App) -> list[str]:
    """Return the findings of cdk-nag's AwsSolutions and of CDK's template validation, each with its construct.

    Without annotations: a recommended flag adds them to the report, and those of this library are intended.
    """
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    folder = Path(app.outdir)
    try:
        app.synth()
    except RuntimeError as error:
        assert "ValidationFailed" in str(error)  # noqa: PT017, CDK raises after it wrote the report
    (report,) = folder.glob("*validation-report.json")
    document = json.loads(report.read_text(encoding="utf-8"))
    return [
        f"{violation['ruleName']} {construct['constructPath']}"
        for plugin in document["pluginReports"]
        for violation in plugin["violations"]
        if not violation["ruleName"].startswith("Annotation::")
        for construct in violation["violatingConstructs"]
    ]
