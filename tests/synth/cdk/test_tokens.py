"""Tokens: which texts may change between deploys of one template, and which references are equal."""

import jsii
from aws_cdk import (
    Aws,
    CfnDynamicReference,
    CfnDynamicReferenceService,
    CfnMapping,
    CfnOutput,
    CfnParameter,
    CfnResource,
    CfnStack,
    CustomResource,
    Fn,
    IStableStringProducer,
    Lazy,
    NestedStack,
    ScopedAws,
    SecretValue,
    Stack,
    Token,
)
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_ssm as ssm

from cdk_evidently._cdk.tokens import described, has_unknown, may_change
from helpers.synth import app_of, new_app, new_stack


@jsii.implements(IStableStringProducer)
class Later:
    def __init__(self, text: str) -> None:
        self.text = text

    def produce(self) -> str:
        return self.text


def two_stacks() -> tuple[Stack, Stack]:
    app = new_app()
    return new_stack(app=app), new_stack("Platform", app)


def fixed_texts() -> dict[str, tuple[Stack, str]]:
    """Texts that change with the template or a resource only."""
    stack, platform = two_stacks()
    api = apigatewayv2.CfnApi(stack, "Api")
    elsewhere = apigatewayv2.CfnApi(platform, "Api")
    nested = apigatewayv2.CfnApi(NestedStack(stack, "Nested"), "Api")
    return {
        "a literal": (stack, "https://evidently.example.com"),
        "a Ref": (stack, api.ref),
        "a GetAtt": (stack, api.attr_api_endpoint),
        "a Ref of another stack": (stack, elsewhere.ref),
        "a GetAtt of a nested stack": (stack, nested.attr_api_endpoint),
        "a GetAtt written by hand": (stack, Fn.get_att("Api", "ApiEndpoint").to_string()),
        "a Ref within a text": (stack, f"https://{api.ref}.execute-api.{Aws.REGION}.{Aws.URL_SUFFIX}"),
        "a Ref in a join": (stack, Fn.join("", ["https://", api.ref])),
        "a Ref in a substitution": (stack, Fn.sub("https://${Id}.${AWS::Region}", {"Id": api.ref})),
        "an attribute in a substitution": (stack, Fn.sub("https://${Api.ApiEndpoint}/${!Literal}")),
        "a part of a GetAtt": (stack, Fn.select(1, Fn.split("//", api.attr_api_endpoint))),
        "pseudo parameters": (stack, f"https://evidently.{Aws.REGION}.{ScopedAws(stack).url_suffix}"),
        "the stack's own place": (stack, f"{stack.region}{stack.account}{stack.stack_name}{stack.stack_id}"),
        "a lazy text of a Ref": (stack, Lazy.string(Later(api.ref))),
    }


def moving_texts() -> dict[str, tuple[Stack, str]]:
    """Texts that may change at the next deploy of the same template."""
    stack, platform = two_stacks()
    parameter = CfnParameter(stack, "Url")
    text = parameter.value_as_string
    listed = CfnParameter(stack, "Urls", type="CommaDelimitedList").value_as_list
    mapping = CfnMapping(stack, "Map", mapping={"eu-west-1": {"url": "https://evidently.example.com"}})
    given = ssm.StringParameter.from_string_parameter_attributes
    nested = CfnStack(stack, "Nested", template_url="https://s3.example.com/template")
    return {
        "a parameter": (stack, text),
        "a number parameter within a text": (
            stack,
            f"https://a.example.com:{CfnParameter(stack, 'Port', type='Number').value_as_number}",
        ),
        "a parameter of another stack": (platform, text),
        "a parameter of the parent": (NestedStack(stack, "Child"), text),
        "a parameter within a text": (stack, f"https://{text}.example.com"),
        "a parameter after a Ref": (stack, f"https://{CfnResource(stack, 'Api', type='A::B::C').ref}.{text}"),
        "a parameter in a join": (stack, Fn.join("", ["https://", text])),
        "a parameter in a join in a select": (stack, Fn.select(0, Fn.split(",", Fn.join(",", [text, "b"])))),
        "a parameter in a substitution": (stack, Fn.sub("https://${Host}", {"Host": text})),
        "a parameter in base 64": (stack, Fn.base64(text)),
        "one of a parameter's values": (stack, Fn.select(0, listed)),
        "a Ref written by hand": (stack, Token.as_string({"Ref": "Url"})),
        "a name in a substitution": (stack, Fn.sub("https://${Url}.${AWS::Region}")),
        "a lazy text of a parameter": (stack, Lazy.string(Later(text))),
        "an SSM parameter's value": (stack, ssm.StringParameter.value_for_string_parameter(stack, "/evidently/url")),
        "an SSM parameter's version": (stack, given(stack, "V", parameter_name="/url", version=3).string_value),
        "an SSM parameter of the app": (stack, ssm.StringParameter(stack, "Made", string_value="a").string_value),
        "a dynamic reference": (stack, CfnDynamicReference(CfnDynamicReferenceService.SSM, "/url").to_string()),
        "a dynamic reference written out": (stack, "https://{{resolve:ssm:/evidently/host}}/base"),
        "a secret": (stack, SecretValue.secrets_manager("url").unsafe_unwrap()),
        "an import": (stack, Fn.import_value("EvidentlyUrl")),
        "an output's import": (stack, CfnOutput(platform, "Out", value="a", export_name="Out").import_value),
        "a map": (stack, mapping.find_in_map(Aws.REGION, "url")),
        "a map by name": (stack, Fn.find_in_map("Map", "eu-west-1", "url")),
        "a condition": (stack, Fn.condition_if("Beta", "https://a.example.com", "https://b.example.com").to_string()),
        "a transform": (stack, Fn.transform("AWS::Include", {"Location": "s3://bucket/url"}).to_string()),
        "a zone": (stack, Fn.select(0, Fn.get_azs())),
        "what a custom resource returns": (
            stack,
            CustomResource(stack, "Look", service_token=text, resource_type="Custom::Look").get_att_string("Url"),
        ),
        "what one without a type returns": (stack, CustomResource(stack, "It", service_token=text).get_att_string("U")),
        "an output of a template elsewhere": (stack, nested.get_att("Outputs.Url").to_string()),
        "such an output, written by hand": (stack, Fn.get_att("Elsewhere", "Outputs.Url").to_string()),
        "such an output in a substitution": (stack, Fn.sub("https://${Elsewhere.Outputs.Url}")),
    }


def test_texts_that_the_template_determines_may_not_change() -> None:
    moving = [kind for kind, (stack, text) in fixed_texts().items() if may_change(described(stack, text))]
    assert moving == []


def test_texts_that_the_deploy_determines_may_change() -> None:
    fixed = [kind for kind, (stack, text) in moving_texts().items() if not may_change(described(stack, text))]
    assert fixed == []


def test_texts_that_the_deploy_determines_are_not_checked_as_urls() -> None:
    assert [kind for kind, (_, text) in moving_texts().items() if not has_unknown(text)] == []


def test_equal_references_of_two_stacks_have_different_descriptions() -> None:
    stack, platform = two_stacks()
    texts = [Fn.join("", ["https://", apigatewayv2.CfnApi(it, "Api").ref]) for it in (stack, platform)]
    assert described(stack, texts[0]) != described(stack, texts[1])
    assert stack.resolve(texts[0]) == stack.resolve(texts[1])


def test_a_cross_stack_reference_has_the_same_description_after_synth() -> None:
    stack, platform = two_stacks()
    text = f"https://{apigatewayv2.CfnApi(platform, 'Api').ref}"
    before = described(stack, text)
    CfnOutput(stack, "Url", value=text)
    app_of(stack).synth()
    assert "Fn::ImportValue" in str(stack.resolve(text))
    assert described(stack, text) == before
