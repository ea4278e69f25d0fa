"""Acknowledges findings of linters that don't apply to our resources, without a dependency on the linters.

cdk-nag 3 reads the acknowledgements that aws-cdk-lib keeps as construct metadata; cfn-lint reads a resource's own.
"""

import json
from typing import Any, Final

from aws_cdk import Acknowledgment, CfnResource, Stack, Validations
from constructs import Construct

_RULE: Final = "AwsSolutions-IAM5"
_DYNAMIC: Final = "{{resolve:"


def acknowledge_wildcard(scope: Construct, resource: str, reason: str) -> None:
    """Acknowledge, within the scope, the wildcard in an IAM resource.

    The finding's id contains the resource as cdk-nag prints it: call this once references between stacks are final.
    """
    text = printed(Stack.of(scope).resolve(resource))
    # cdk-nag prints a dynamic reference as `{{resolve:…>>`, and CDK refuses an id with unbalanced braces.
    if _DYNAMIC not in text:
        Validations.of(scope).acknowledge(Acknowledgment(id=f"{_RULE}[Resource::{text}]", reason=reason))


def ignore_cfn_lint(resource: CfnResource, rule: str) -> None:
    """Make cfn-lint ignore one of its rules for the resource."""
    resource.add_metadata("cfn-lint", {"config": {"ignore_checks": [rule]}})


def printed(value: Any) -> str:
    """Return a resolved text as cdk-nag prints it: `<LogicalId>`, `<LogicalId.Attribute>`, joins concatenated."""
    match value:
        case str():
            return value.replace("${", "<").replace("}", ">")
        case {"Fn::Join": [str(delimiter), [*parts]]}:
            return delimiter.join(printed(part) for part in parts)
        case {"Ref": name}:
            return f"<{printed(name)}>"
        case {"Fn::GetAtt": [resource, attribute]}:
            return f"<{printed(resource)}.{printed(attribute)}>"
        case {"Fn::ImportValue": text} | {"Fn::Sub": text}:
            return printed(text)
        case _:
            return json.dumps(value, separators=(",", ":"))
