"""Values that synth does not know, and the targets of tokens in a text as far as synth knows them."""

import json
import re
from collections.abc import Container, Mapping
from math import isfinite
from typing import Any, Final, TypeAlias

import jsii
from aws_cdk import (
    CfnDynamicReference,
    CfnElement,
    CfnParameter,
    CfnResource,
    DefaultTokenResolver,
    IFragmentConcatenator,
    IPostProcessor,
    IResolvable,
    IResolveContext,
    Reference,
    Stack,
    StringConcat,
    Token,
    Tokenization,
)
from constructs import IConstruct

Described: TypeAlias = str | int | float | bool | list["Described"] | dict[str, "Described"] | None

_PARAMETER: Final = "Parameter"
_DYNAMIC: Final = "{{resolve:"
_LIST: Final = "#{Token["  # begins the one item of a list token
# Begins what StringParameter.value_from_lookup returns until the CDK CLI has looked the value up: a first synth that
# fails would keep it from doing so. No construct can ask CDK whether a context value is missing. The dummies of all
# other lookups look like the ids and ARNs that they stand for; one of ContextProvider.get_value is the caller's choice.
_DUMMY: Final = "dummy-value-for-"
# Tokens of a text, a list, and a number that Python formatted into a text, where CDK finds it; its own pattern.
_TOKEN: Final = rf"\$\{{Token\[|{re.escape(_LIST)}|-1\.\d{{10,16}}e\+289"
_IN_TEXT: Final = re.compile(_TOKEN)
_AT_DEPLOY: Final = re.compile(f"{_TOKEN}|{re.escape(_DYNAMIC)}")
_UNKNOWN: Final = re.compile(f"{_AT_DEPLOY.pattern}|{_DUMMY}")
_PSEUDO: Final = "AWS::"
_VARIABLE: Final = re.compile(r"\$\{([^!}][^}]*)\}")

# Functions whose value depends on their arguments alone. Any other function may read a value that is not in its
# arguments: from an export, a map, a condition or a transform.
_PURE: Final = ("Fn::Base64", "Fn::Join", "Fn::Select", "Fn::Split")

# Resources whose attributes repeat a value from elsewhere: the value may change while the reference stays.
_REPEATING: Final = ("AWS::CloudFormation::CustomResource", "AWS::CloudFormation::Stack", "AWS::SSM::Parameter")
_CUSTOM: Final = "Custom::"
_OUTPUT: Final = "Outputs."  # begins the attributes of a nested stack that repeat its outputs


def has_unknown(value: object) -> bool:
    """Whether synth does not know a part of the value, so that no rule can judge it yet.

    Unknown is what only the deploy knows, and what a lookup has not found yet.
    """
    return _has(value, _UNKNOWN)


def is_known_at_deploy(value: object) -> bool:
    """Whether a part of the value is known only at the deploy: a token of any kind, or a literal dynamic reference."""
    return _has(value, _AT_DEPLOY)


def is_looked_up(text: str) -> bool:
    """Whether a part of the text is to be looked up before a later synth, in which it is known."""
    return _DUMMY in text


def is_list_token(text: str) -> bool:
    """Whether this is the one item of a list whose length is known only at the deploy."""
    return _LIST in text


def names_dynamic_reference(text: str) -> bool:
    """Whether a text contains a dynamic reference, literally or as a token."""
    tokens = Tokenization.reverse_string(text).tokens if Token.is_unresolved(text) else []
    return _DYNAMIC in text or any(isinstance(token, CfnDynamicReference) for token in tokens)


def json_text(scope: IConstruct, value: Any) -> str:
    """Return a value as JSON; it may have tokens of every kind, which Python's own json can't write."""
    return Stack.of(scope).to_json_string(value) if is_known_at_deploy(value) else json.dumps(value, ensure_ascii=False)


def described(scope: IConstruct, value: str | None) -> Described:
    """Return a text as the template has it, with each reference replaced by a description of its target.

    The result is the same in every stack and at every time of a synth. A resolved text is not: CDK turns a reference
    to another stack into an import, or a parameter, once it prepares the app.
    """
    if value is None or not _IN_TEXT.search(value):
        return value
    found: Described = Tokenization.resolve(value, scope=scope, resolver=_Describing(), preparing=False)
    return found


def targets(scope: IConstruct, value: Any) -> list[IConstruct]:
    """Return the constructs to which the tokens in a value refer."""
    found: list[IConstruct] = []
    Tokenization.resolve(value, scope=scope, resolver=_Collecting(found), preparing=False)
    return found


def may_change(value: Described) -> bool:
    """Whether a text may change between deploys of one template.

    Args:
        value: the text as `described` returns it.

    """
    match value:
        case str():
            return _DYNAMIC in value
        case list():
            return any(may_change(item) for item in value)
        case dict():
            return any(_function_may_change(name, argument) for name, argument in value.items())
    return False


def stack_key(stack: Stack) -> list[str]:
    """Return a stack's identity in its account: its name, for a nested stack the name of its root and the ids below."""
    nested_in = stack.nested_stack_parent
    return [*stack_key(nested_in), stack.node.id] if nested_in else [stack.stack_name]


def _has(value: object, pattern: re.Pattern[str]) -> bool:
    match value:
        case str():
            return pattern.search(value) is not None
        case float():
            return isfinite(value) and Token.is_unresolved(value)  # an infinite one ends jsii's process
        case Mapping():
            return any(_has(key, pattern) or _has(item, pattern) for key, item in value.items())
        case list() | tuple():
            return any(_has(item, pattern) for item in value)
    return hasattr(value, "resolve") and hasattr(value, "to_string")  # an IResolvable; jsii has no check of interfaces


def _function_may_change(name: str, argument: Described) -> bool:
    match name, argument:
        case "Reference", {"to": str(kind)}:
            return kind in {_PARAMETER, *_REPEATING} or kind.startswith(_CUSTOM)
        case "Ref", str(target):  # a raw intrinsic, which may name a parameter
            return not target.startswith(_PSEUDO)
        case "Fn::GetAtt", [_, str(attribute)]:  # written by hand too
            return attribute.startswith(_OUTPUT)
        case "Fn::Sub", [str(template), dict(variables)]:
            return may_change(list(variables.values())) or _names_what_may_change(template, variables)
        case "Fn::Sub", str(template):
            return _names_what_may_change(template, ())
    return name not in _PURE or may_change(argument)


def _names_what_may_change(template: str, variables: Container[str]) -> bool:
    names = [name for name in _VARIABLE.findall(template) if name not in variables]
    return _DYNAMIC in template or any(
        f".{_OUTPUT}" in name if "." in name else not name.startswith(_PSEUDO) for name in names
    )


def _reference(reference: Reference) -> Described:
    target = reference.target
    stack = Stack.of(target)
    match target:
        case CfnParameter():
            kind = _PARAMETER
        case CfnResource():
            kind = target.cfn_resource_type
        case _:  # a pseudo parameter's target is its stack
            kind = ""
    name = str(stack.resolve(target.logical_id)) if isinstance(target, CfnElement) else ""
    return {"Reference": {"to": kind, "of": [*stack_key(stack), name, reference.display_name]}}


class _Describing(DefaultTokenResolver):
    def __init__(self) -> None:
        super().__init__(_Joining())

    def resolve_token(self, t: IResolvable, context: IResolveContext, post_processor: IPostProcessor) -> Any:
        """Describe a reference, and resolve every other token as usual."""
        return _reference(t) if isinstance(t, Reference) else super().resolve_token(t, context, post_processor)


class _Collecting(DefaultTokenResolver):
    def __init__(self, found: list[IConstruct]) -> None:
        super().__init__(StringConcat())
        self._found = found

    def resolve_token(self, t: IResolvable, context: IResolveContext, post_processor: IPostProcessor) -> Any:
        """Collect a reference's target, and resolve every other token as usual."""
        if isinstance(t, Reference):
            self._found.append(t.target)
            return ""
        return super().resolve_token(t, context, post_processor)


@jsii.implements(IFragmentConcatenator)
class _Joining:
    def join(self, left: Any, right: Any) -> Any:
        """Join two sides of which at least one is a description and no text."""
        parts = left["Fn::Join"][1] if isinstance(left, dict) and "Fn::Join" in left else [left]
        return {"Fn::Join": ["", [*parts, right]]}
