"""Endpoints: the URL and the signing name in the environment of the provider's function."""

from typing import Any

from aws_cdk import Environment, Stack

from cdk_evidently import EvidentlyEndpoint, EvidentlyService
from helpers.synth import URL, flat, new_app, new_stack, resources, start_launch, statements

API_URL = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"


def environment(stack: Stack) -> dict[str, str]:
    functions = resources(stack, "AWS::Lambda::Function").values()
    (provider,) = [it["Properties"] for it in functions if it["Properties"]["Handler"].startswith("evidently_provider")]
    return {name: flat(value) for name, value in provider["Environment"]["Variables"].items()}


def test_requests_to_a_url_are_signed_for_evidently() -> None:
    stack = new_stack()
    start_launch(stack, endpoint=EvidentlyEndpoint.from_url(URL + "/"))
    assert environment(stack) == {"AWS_ENDPOINT_URL_EVIDENTLY": URL, "CDK_EVIDENTLY_SIGNING_NAME": "evidently"}


def test_awss_endpoint_is_left_to_the_sdk() -> None:
    stack = new_stack()
    start_launch(stack, endpoint=EvidentlyEndpoint.aws())
    assert environment(stack) == {"CDK_EVIDENTLY_SIGNING_NAME": "evidently"}


def test_requests_to_a_service_are_signed_for_execute_api() -> None:
    stack = new_stack()
    start_launch(stack, endpoint=EvidentlyService(stack, "Evidently").endpoint)
    (api,) = resources(stack, "AWS::ApiGatewayV2::Api")
    assert environment(stack) == {
        "AWS_ENDPOINT_URL_EVIDENTLY": f"https://<{api}>.execute-api.<AWS::Region>.<AWS::URLSuffix>",
        "CDK_EVIDENTLY_SIGNING_NAME": "execute-api",
    }


def test_an_imported_service_has_the_url_and_signing_region_of_its_region() -> None:
    stack = new_stack()
    service = EvidentlyService.from_api_id(stack, "Evidently", "a1b2c3d4e5", region="eu-west-1")
    start_launch(stack, endpoint=service.endpoint)
    assert environment(stack) == {
        "AWS_ENDPOINT_URL_EVIDENTLY": "https://a1b2c3d4e5.execute-api.eu-west-1.<AWS::URLSuffix>",
        "CDK_EVIDENTLY_SIGNING_NAME": "execute-api",
        "CDK_EVIDENTLY_SIGNING_REGION": "eu-west-1",
    }
    assert service.api_id == "a1b2c3d4e5"
    assert ":execute-api:eu-west-1:" in flat(statements(stack)["Start"]["Resource"][0])


def test_the_stacks_region_is_not_in_the_environment() -> None:
    stack = Stack(new_app(), "Release", env=Environment(account="123456789012", region="eu-west-1"))
    start_launch(stack, endpoint=EvidentlyService(stack, "Evidently").endpoint)
    assert "CDK_EVIDENTLY_SIGNING_REGION" not in environment(stack)


def test_an_execute_api_host_determines_api_id_and_region() -> None:
    endpoint = EvidentlyEndpoint.from_url(API_URL, signing_name="execute-api")
    assert (endpoint.api_id, endpoint.region) == ("a1b2c3d4e5", "eu-west-1")


def test_a_custom_domain_takes_the_api_id_from_the_argument() -> None:
    endpoint = EvidentlyEndpoint.from_url(URL, signing_name="execute-api", api_id="a1b2c3d4e5", region="eu-north-1")
    assert (endpoint.api_id, endpoint.region) == ("a1b2c3d4e5", "eu-north-1")


def test_a_gateway_url_changes_the_url_only() -> None:
    def built(gateway_url: str | None) -> tuple[dict[str, str], Any, Any]:
        stack = new_stack()
        service = EvidentlyService(stack, "Evidently", gateway_url=gateway_url)
        start_launch(stack, endpoint=service.endpoint)
        present = resources(stack)
        return environment(stack), statements(stack, "EvidentlyProvider"), sorted(it["Type"] for it in present.values())

    local = built("http://127.0.0.1:4566/_aws/execute-api/{api_id}/$default")
    real = built(None)
    found = local[0].pop("AWS_ENDPOINT_URL_EVIDENTLY")
    assert found.startswith("http://127.0.0.1:4566/_aws/execute-api/<Evidently")
    assert found.endswith(">/$default")
    real[0].pop("AWS_ENDPOINT_URL_EVIDENTLY")
    assert local[0] == real[0]
    assert local[2] == real[2]
    assert "<EvidentlyApi" in flat(local[1]["Start"]["Resource"][0])
