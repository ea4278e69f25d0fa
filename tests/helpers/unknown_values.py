"""Every kind of value that CDK hands out in the place of one that comes later."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import jsii
from aws_cdk import (
    Aws,
    CfnCondition,
    CfnDynamicReference,
    CfnDynamicReferenceService,
    CfnParameter,
    Environment,
    Fn,
    IStableStringProducer,
    Lazy,
    SecretValue,
    Stack,
    Token,
    Tokenization,
)
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_ssm as ssm

from cdk_evidently._cdk.lazy import lazy_number
from helpers.synth import app_of

# Lookups need both.
PLACE: Final = Environment(account="111111111111", region="eu-west-1")
_PLATFORM: Final = "Platform"


def parameter(stack: Stack, name: str = "Later", **arguments: Any) -> CfnParameter:
    return CfnParameter(stack, name, **arguments)


def lookup(stack: Stack) -> str:
    """Return what `value_from_lookup` returns in the first synth."""
    return ssm.StringParameter.value_from_lookup(stack, "/evidently/later")


@jsii.implements(IStableStringProducer)
class _Text:
    def __init__(self, text: str) -> None:
        self.text = text

    def produce(self) -> str:
        return self.text


def _of_another_stack(stack: Stack) -> str:
    app = app_of(stack)
    found = app.node.try_find_child(_PLATFORM)
    platform = found if isinstance(found, Stack) else Stack(app, _PLATFORM, env=PLACE)
    api = platform.node.try_find_child("Api") or apigatewayv2.CfnApi(platform, "Api")
    assert isinstance(api, apigatewayv2.CfnApi)
    return api.attr_api_endpoint


def _if(stack: Stack) -> Any:
    CfnCondition(stack, "Beta", expression=Fn.condition_equals(Aws.REGION, "eu-west-1"))
    return Fn.condition_if("Beta", "a", "b")


LOOKUPS: Final[Mapping[str, Callable[[Stack], Any]]] = {
    "a lookup": lookup,
    "a lookup in a text": lambda stack: f"a-{lookup(stack)}",
}

TEXTS: Final[Mapping[str, Callable[[Stack], Any]]] = {
    "a parameter": lambda stack: parameter(stack).value_as_string,
    "a parameter in a text": lambda stack: f"a-{parameter(stack).value_as_string}",
    "one of a parameter's values": lambda stack: Fn.select(
        0, parameter(stack, type="CommaDelimitedList").value_as_list
    ),
    "a number in a text": lambda stack: (
        f"a-{Tokenization.stringify_number(parameter(stack, type='Number').value_as_number)}"
    ),
    "a number as Python writes it": lambda stack: f"a-{parameter(stack, type='Number').value_as_number}",
    "an SSM parameter": lambda stack: ssm.StringParameter.value_for_string_parameter(stack, "/evidently/later"),
    "an import": lambda _: Fn.import_value("Later"),
    "a condition": lambda stack: _if(stack).to_string(),
    "a lazy text": lambda _: Lazy.string(_Text("later")),
    "a lazy text of a parameter": lambda stack: Lazy.string(_Text(parameter(stack).value_as_string)),
    "a secret": lambda _: SecretValue.secrets_manager("later").unsafe_unwrap(),
    "a dynamic reference": lambda _: CfnDynamicReference(CfnDynamicReferenceService.SSM, "/a/project/b").to_string(),
    "a dynamic reference written out": lambda _: "{{resolve:ssm:/a/project/feature/launch/segment/b}}",
    "a pseudo parameter": lambda _: Aws.STACK_NAME,
    "an attribute of another stack": _of_another_stack,
}

NUMBERS: Final[Mapping[str, Callable[[Stack], Any]]] = {
    "a number parameter": lambda stack: parameter(stack, type="Number").value_as_number,
    "a number from a text": lambda stack: Token.as_number(parameter(stack).value_as_string),
    "a lazy number": lambda _: lazy_number(lambda: 7),
    "a number by a condition": lambda stack: Token.as_number(_if(stack)),
}

RESOLVABLES: Final[Mapping[str, Callable[[Stack], Any]]] = {
    "a resolvable condition": _if,
    "any resolvable": lambda stack: Token.as_any(parameter(stack).value_as_string),
}


def is_at(place: object, value: object) -> bool:
    """Whether a part of a template has all references and texts of a resolved value."""
    text = json.dumps(place, sort_keys=True)
    return all((it if isinstance(it, str) else json.dumps(it, sort_keys=True)) in text for it in _parts(value))


def _parts(value: Any) -> Iterator[object]:
    match value:
        case {"Fn::Join": ["", [*parts]]}:
            for part in parts:
                yield from _parts(part)
        case _:
            yield value if isinstance(value, (str, dict)) else str(value)
