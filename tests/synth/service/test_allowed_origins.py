"""`EvidentlyService(allowed_origins=[…])`: CORS, the route for preflights, and which values are not origins."""

from typing import Any

import pytest
from aws_cdk import CfnParameter, Fn, Stack

from cdk_evidently import EvidentlyService, InvalidArgumentError
from cdk_evidently._common.api_model import routes
from helpers.synth import new_stack, only, resources

SHOP = "https://shop.example.com"


def stack_with(*origins: str) -> Stack:
    stack = new_stack()
    EvidentlyService(stack, "Evidently", allowed_origins=origins)
    return stack


def cors(stack: Stack) -> Any:
    return only(stack, "AWS::ApiGatewayV2::Api")[1]["Properties"].get("CorsConfiguration")


def route_keys(stack: Stack) -> dict[str, str]:
    found = [it["Properties"] for it in resources(stack, "AWS::ApiGatewayV2::Route").values()]
    return {it["RouteKey"]: it["AuthorizationType"] for it in found}


def test_without_origins_there_is_no_cors_and_no_route_without_a_signature() -> None:
    stack = stack_with()
    assert cors(stack) is None
    assert route_keys(stack) == {"ANY /{proxy+}": "AWS_IAM"}


def test_a_preflight_alone_needs_no_signature() -> None:
    stack = stack_with(SHOP)
    assert route_keys(stack) == {"ANY /{proxy+}": "AWS_IAM", "OPTIONS /{proxy+}": "NONE"}
    routed = resources(stack, "AWS::ApiGatewayV2::Route").values()
    assert len({str(it["Properties"]["Target"]) for it in routed}) == 1


def test_the_api_allows_the_origins_and_every_method_of_the_model() -> None:
    found = cors(stack_with(SHOP, "http://localhost:5173"))
    assert found["AllowOrigins"] == [SHOP, "http://localhost:5173"]
    assert set(found["AllowMethods"]) == {it.method for it in routes()}
    assert "AllowCredentials" not in found, "a signature is no cookie"
    assert found["MaxAge"] == 7200


def test_a_page_may_send_what_clients_sign_and_read_what_clients_read() -> None:
    found = cors(stack_with(SHOP))
    assert {"authorization", "content-type", "x-amz-date", "x-amz-security-token"} <= set(found["AllowHeaders"])
    assert {"x-amz-content-sha256", "x-amz-user-agent", "amz-sdk-invocation-id", "amz-sdk-request"} <= set(
        found["AllowHeaders"]
    )
    assert "*" not in found["AllowHeaders"], "it does not cover authorization (Fetch, CORS-preflight fetch)"
    assert set(found["ExposeHeaders"]) == {"apigw-requestid", "date", "x-amzn-errortype", "x-amzn-requestid"}


@pytest.mark.parametrize(
    "origin",
    [
        SHOP,
        "https://shop.example.com:8443",
        "https://intranet",
        "https://xn--caf-dma.example",
        "https://192.0.2.7",
        "https://[2001:db8::7]:8443",
        "http://localhost",
        "http://localhost:3000",
        "http://app.localhost:3000",
        "http://127.0.0.1:3000",
        "http://[::1]:3000",
        "*",
    ],
)
def test_an_origin_is_in_the_template_as_it_is_given(origin: str) -> None:
    assert cors(stack_with(origin))["AllowOrigins"] == [origin]


@pytest.mark.parametrize(
    ("origin", "way_out"),
    [
        ("https://shop.example.com/", f"Write it as {SHOP}"),
        ("https://shop.example.com/app?x=1#y", f"Write it as {SHOP}"),
        ("https://anna:secret@shop.example.com", f"Write it as {SHOP}"),
        ("https://Shop.Example.com", f"Write it as {SHOP}"),
        ("https://shop.example.com:443", f"Write it as {SHOP}"),
        (" https://shop.example.com", f"Write it as {SHOP}"),
        ("https://shop.example.com\n", f"Write it as {SHOP}"),
        ("http://shop.example.com", f"Write it as {SHOP}"),
        ("shop.example.com", f"Write it as {SHOP}"),
        ("https://café.example", "Write it as https://xn--caf-dma.example"),
        ("https://straße.example", "Name each origin"),  # not strasse.example, which may be somebody else's
        ("http://[0:0:0:0:0:0:0:1]:3000", "Write it as http://[::1]:3000"),
        ("localhost:3000", "Write it as http://localhost:3000"),
        ("http://localhost:80", "Write it as http://localhost"),
        ("null", "Name each origin"),
        ("", "Name each origin"),
        ("https://", "Name each origin"),
        ("https://*.example.com", "Name each origin"),
        ("https://*", "Name each origin"),
        ("https://shop.example.com:0", "Name each origin"),
        ("https://shop.example.com:port", "Name each origin"),
        ("https://a.example, https://b.example", "Name each origin"),
        ("capacitor://localhost", "Name each origin"),
        ("file:///srv/shop.html", "Name each origin"),
    ],
)
def test_a_value_that_no_browser_sends_as_its_origin_is_an_error_that_names_the_way(origin: str, way_out: str) -> None:
    with pytest.raises(InvalidArgumentError) as raised:
        stack_with(SHOP, origin)
    assert "allowed_origins[1] is " in str(raised.value)
    assert f". {way_out}" in str(raised.value)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("wrong", [SHOP, None, 7, {SHOP}])
def test_origins_that_are_no_list_are_an_error(wrong: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"allowed_origins is .* a list of origins"):
        EvidentlyService(new_stack(), "Evidently", allowed_origins=wrong)


def test_an_item_that_is_no_text_is_an_error() -> None:
    numbers: Any = [7]
    with pytest.raises(InvalidArgumentError, match=r"allowed_origins\[0\] is 7"):
        EvidentlyService(new_stack(), "Evidently", allowed_origins=numbers)


def test_any_origin_beside_a_named_one_is_an_error() -> None:
    with pytest.raises(InvalidArgumentError, match=r"'\*' alone"):
        stack_with(SHOP, "*")


def test_an_origin_is_allowed_once() -> None:
    assert cors(stack_with(SHOP, SHOP))["AllowOrigins"] == [SHOP]


def test_origins_that_synth_does_not_know_pass() -> None:
    stack = new_stack()
    host = CfnParameter(stack, "Host").value_as_string
    EvidentlyService(stack, "Evidently", allowed_origins=[f"https://{host}", Fn.import_value("Origin")])
    assert cors(stack)["AllowOrigins"] == [
        {"Fn::Join": ["", ["https://", {"Ref": "Host"}]]},
        {"Fn::ImportValue": "Origin"},
    ]


def test_a_list_that_synth_does_not_know_passes() -> None:
    stack = new_stack()
    origins = CfnParameter(stack, "Origins", type="CommaDelimitedList").value_as_list
    EvidentlyService(stack, "Evidently", allowed_origins=origins)
    assert cors(stack)["AllowOrigins"] == {"Ref": "Origins"}
