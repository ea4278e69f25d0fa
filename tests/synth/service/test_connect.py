"""`service.connect`: what it adds to a function, and which functions it refuses."""

from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, CfnParameter, Environment, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk.cloud_assembly_schema import Manifest

from cdk_evidently import ConflictingSettingsError, EvidentlyService, InvalidArgumentError
from helpers.synth import flat, new_app, new_stack, only, resources

INLINE = lambda_.Code.from_inline("def handler(event, context): pass")


def shop(stack: Stack, name: str = "Shop", **settings: Any) -> lambda_.Function:
    given: dict[str, Any] = {"runtime": lambda_.Runtime.PYTHON_3_14, "handler": "index.handler", "code": INLINE}
    return lambda_.Function(stack, name, **given | settings)


def imported(stack: Stack, **settings: Any) -> Any:
    return EvidentlyService.from_api_id(stack, "Evidently", "abc", **settings)


def test_a_connected_function_gets_the_layer_the_environment_and_the_grant() -> None:
    stack = new_stack()
    EvidentlyService(stack, "Evidently").connect(shop(stack))
    layer, _ = only(stack, "AWS::Lambda::LayerVersion")
    (properties,) = [
        it["Properties"] for it in resources(stack, "AWS::Lambda::Function").values() if "Layers" in it["Properties"]
    ]
    api, _ = only(stack, "AWS::ApiGatewayV2::Api")
    assert properties["Layers"] == [{"Ref": layer}]
    variables = properties["Environment"]["Variables"]
    assert flat(variables.pop("AWS_ENDPOINT_URL_EVIDENTLY")) == (
        f"https://<{api}>.execute-api.<AWS::Region>.<AWS::URLSuffix>"
    )
    assert variables == {
        "AWS_DATA_PATH": "/opt/signing/execute-api:/opt/models",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
    }
    _, policy = only(stack, "AWS::IAM::Policy")
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert [flat(it).partition("/$default/")[2] for it in statement["Resource"]] == [
        "POST/projects/*/evaluations",
        "POST/projects/*/evaluations/*",
        "POST/events/projects/*",
    ]


def test_the_layer_has_the_model_and_the_signing_rules_and_no_handler(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path), builtin_cloud_formation_validation=False)
    stack = new_stack(app=app)
    imported(stack).connect(shop(stack))
    app.synth()
    (manifest,) = tmp_path.glob("*.assets.json")
    files = Manifest.load_asset_manifest(str(manifest)).files or {}
    (folder,) = [tmp_path / str(it.source.path) for it in files.values() if str(it.source.path).startswith("asset.")]
    assert {str(it.relative_to(folder)) for it in folder.rglob("*") if it.is_file()} == {
        "models/evidently/2021-02-01/service-2.json",
        "models/evidently/2021-02-01/paginators-1.json",
        "models/evidently/2021-02-01/endpoint-rule-set-1.json",
        "signing/execute-api/evidently/2021-02-01/endpoint-rule-set-1.json",
    }


def test_all_functions_of_a_stack_share_a_layer() -> None:
    stack = new_stack()
    service = imported(stack)
    service.connect(shop(stack, "First"))
    service.connect(shop(stack, "Second"))
    EvidentlyService(stack, "Another").connect(shop(stack, "Third"))
    assert len(resources(stack, "AWS::Lambda::LayerVersion")) == 1


def test_a_function_keeps_its_own_environment() -> None:
    stack = new_stack()
    imported(stack).connect(shop(stack, environment={"SHOP": "petfood"}))
    assert only(stack, "AWS::Lambda::Function")[1]["Properties"]["Environment"]["Variables"]["SHOP"] == "petfood"


@pytest.mark.parametrize(
    "variable", ["AWS_DATA_PATH", "AWS_ENDPOINT_URL_EVIDENTLY", "AWS_DISABLE_HOST_PREFIX_INJECTION"]
)
def test_an_existing_variable_is_an_error(variable: str) -> None:
    stack = new_stack()
    function = shop(stack, environment={variable: "mine"})
    with pytest.raises(ConflictingSettingsError, match=f"'Release/Shop' has {variable} in its environment"):
        imported(stack).connect(function)
    assert not resources(stack, "AWS::Lambda::LayerVersion")


def test_a_second_connect_is_an_error() -> None:
    stack = new_stack()
    service, function = imported(stack), shop(stack)
    service.connect(function)
    with pytest.raises(ConflictingSettingsError, match="connect a function once only"):
        service.connect(function)


def test_a_function_in_another_language_is_an_error_with_a_way_out() -> None:
    stack = new_stack()
    code = lambda_.Code.from_inline("exports.handler = async () => {}")
    function = shop(stack, runtime=lambda_.Runtime.NODEJS_22_X, code=code)
    with pytest.raises(InvalidArgumentError, match=r"Release/Shop on nodejs22\.x.* in Python.* docs/use-it\.md"):
        imported(stack).connect(function)


@pytest.mark.parametrize("it", ["my-function", None])
def test_a_value_that_is_not_a_function_is_an_error(it: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"function is .* has to be a Function\. Give the Lambda function"):
        imported(new_stack()).connect(it)


def test_a_function_of_another_region_is_an_error() -> None:
    stack = Stack(new_app(), "Release", env=Environment(region="eu-west-1"))
    with pytest.raises(
        ConflictingSettingsError, match="region 'eu-north-1' and function 'Release/Shop' in 'eu-west-1'"
    ):
        imported(stack, region="eu-north-1").connect(shop(stack))


def test_a_region_that_is_not_known_yet_is_not_judged() -> None:
    stack = Stack(new_app(), "Shop", env=Environment(account="111111111111", region="eu-west-1"))
    imported(stack, region=CfnParameter(stack, "Region").value_as_string).connect(shop(stack))
    (properties,) = (it["Properties"] for it in resources(stack, "AWS::Lambda::Function").values())
    assert "<Region>" in flat(properties["Environment"]["Variables"]["AWS_ENDPOINT_URL_EVIDENTLY"])
