"""Errors at synth: each names the argument, its value, the rule, and what to do instead."""

import re
from typing import Any

import pytest
from aws_cdk import Duration, Fn, RemovalPolicy, Token
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2

from cdk_evidently import (
    ConflictingSettingsError,
    EvidentlyEndpoint,
    EvidentlyError,
    EvidentlyProvider,
    EvidentlyService,
    InvalidArgumentError,
    Triggers,
)
from helpers.synth import URL, new_stack, resources, start_launch

ARN = "arn:aws:evidently:eu-west-1:123456789012:project/petfood"
NAME_RULE = "a name of 1 to 127 characters that match ^[-a-zA-Z0-9._]*$. Give the {0}'s name or its ARN."


@pytest.mark.parametrize("argument", ["project", "launch"])
@pytest.mark.parametrize("name", ["", "pet food", "pet/food", "café", "a" * 128, "petfood\n", "*"])
def test_a_name_that_the_api_refuses_is_an_error(argument: str, name: str) -> None:
    with pytest.raises(InvalidArgumentError) as raised:
        start_launch(new_stack(), **{argument: name})
    assert str(raised.value) == f"{argument} is {name!r}, and has to be {NAME_RULE.format(argument)}"


@pytest.mark.parametrize("argument", ["project", "launch"])
@pytest.mark.parametrize("name", ["a", "a" * 127, "A-b_c.9"])
def test_a_name_that_the_api_allows_is_accepted(argument: str, name: str) -> None:
    start_launch(new_stack(), **{argument: name})


@pytest.mark.parametrize(
    ("argument", "arn"),
    [
        ("project", f"{ARN}/launch/upsell"),
        ("project", "arn:aws:evidently:eu-west-1:123456789012:segment/petfood"),
        ("project", "arn:aws:iam::123456789012:project/petfood"),
        ("project", "arn:aws:evidently:project/petfood"),
        ("launch", ARN),
        ("launch", f"{ARN}/feature/upsell"),
        ("launch", f"{ARN}/launch/upsell/more"),
    ],
)
def test_an_arn_of_the_wrong_kind_is_an_error(argument: str, arn: str) -> None:
    with pytest.raises(InvalidArgumentError) as raised:
        start_launch(new_stack(), **{argument: arn})
    assert str(raised.value).startswith(f"{argument} is {arn!r}, and has to be the ARN of an Evidently {argument} (")
    assert str(raised.value).endswith(f"Give the {argument}'s own ARN, or its plain name.")


@pytest.mark.parametrize(("argument", "value"), [("project", f"{ARN[:-7]}"), ("launch", f"{ARN}/launch/")])
def test_an_arn_without_a_name_is_an_error(argument: str, value: str) -> None:
    with pytest.raises(InvalidArgumentError, match=f"{argument} is .* has to be a name of 1 to 127 characters"):
        start_launch(new_stack(), **{argument: value})


@pytest.mark.parametrize("argument", ["project", "launch"])
def test_a_value_that_names_no_resource_is_an_error(argument: str) -> None:
    with pytest.raises(InvalidArgumentError) as raised:
        start_launch(new_stack(), "Start", **{argument: 7})
    assert str(raised.value) == (
        f"{argument} is 7, and has to be a {argument}'s name, its ARN, or a construct for one. Give one of these."
    )


@pytest.mark.parametrize("project", ["catfood", ARN.replace("petfood", "catfood"), ARN.replace("eu-", "us-")])
def test_a_launch_arn_of_another_project_is_an_error(project: str) -> None:
    with pytest.raises(ConflictingSettingsError) as raised:
        start_launch(new_stack(), project=project, launch=f"{ARN}/launch/upsell")
    message = str(raised.value)
    assert message.startswith(f"project is {project!r}, but launch is '{ARN}/launch/upsell'")
    assert "both have to name one project. Give the launch's plain name" in message


@pytest.mark.parametrize("project", [Fn.import_value("Project"), "petfood"], ids=["token", "name"])
@pytest.mark.parametrize(
    "launch", [Fn.import_value("Launch"), f"arn:aws:{Fn.ref('AWS::Region')}:not-an-arn"], ids=["token", "partly"]
)
def test_tokens_are_not_checked_at_synth(project: str, launch: str) -> None:
    stack = new_stack()
    start_launch(stack, project=project, launch=launch)
    assert len(resources(stack)) == 4


@pytest.mark.parametrize(
    ("timeout", "shown"),
    [
        (Duration.seconds(0), "'0 seconds'"),
        (Duration.seconds(781), "'781 seconds'"),
        (Duration.hours(1), "'3600 seconds'"),
        (Duration.millis(1500), "'1.5 seconds'"),
        (Duration.seconds(Token.as_number({"Ref": "Timeout"})), "'a token'"),
    ],
)
def test_a_timeout_out_of_range_is_an_error(timeout: Duration, shown: str) -> None:
    with pytest.raises(InvalidArgumentError) as raised:
        start_launch(new_stack(), timeout=timeout)
    assert str(raised.value).startswith(
        f"timeout is {shown}, and has to be whole seconds from 1 to 780, known at synth. Give such a Duration"
    )


def test_cdk_itself_refuses_a_negative_timeout() -> None:
    with pytest.raises(RuntimeError, match="cannot be negative"):
        Duration.seconds(-1)


@pytest.mark.parametrize("seconds", [1, 780])
def test_the_limits_of_a_timeout_are_allowed(seconds: int) -> None:
    stack = new_stack()
    start_launch(stack, timeout=Duration.seconds(seconds))
    (function,) = resources(stack, "AWS::Lambda::Function").values()
    assert function["Properties"]["Timeout"] == seconds + 60


def test_an_unknown_on_delete_is_an_error() -> None:
    with pytest.raises(InvalidArgumentError) as raised:
        start_launch(new_stack(), on_delete="STOP")
    assert str(raised.value) == (
        "on_delete is 'STOP', and has to be one of CANCEL, COMPLETE, KEEP_RUNNING. Use a member of OnDelete."
    )


@pytest.mark.parametrize(
    ("argument", "value", "kind"),
    [
        ("endpoint", "https://evidently.example.com", "an EvidentlyEndpoint. Give EvidentlyEndpoint.from_url(…), or"),
        ("triggers", {"version": 1}, "a Triggers. Give Triggers.of(…), or"),
        ("timeout", 120, "a Duration. Give Duration.seconds(…)."),
    ],
)
def test_an_argument_of_the_wrong_type_is_an_error(argument: str, value: Any, kind: str) -> None:
    with pytest.raises(InvalidArgumentError) as raised:
        start_launch(new_stack(), "Start", **{argument: value})
    assert str(raised.value).startswith(f"{argument} is {value!r}, and has to be {kind}")


def test_an_endpoint_beside_a_provider_is_an_error() -> None:
    stack = new_stack()
    provider = EvidentlyProvider(stack, "Provider", endpoint=EvidentlyEndpoint.from_url(URL))
    with pytest.raises(ConflictingSettingsError) as raised:
        start_launch(stack, provider=provider, endpoint=EvidentlyEndpoint.from_url("https://other.example.com"))
    assert str(raised.value) == (
        "endpoint is 'https://other.example.com' and provider is 'Release/Provider', which has its own endpoint: "
        "give only one. Give the endpoint to the EvidentlyProvider, or leave provider out."
    )


@pytest.mark.parametrize("setting", ["vpc_subnets", "security_groups"])
def test_vpc_settings_without_a_vpc_are_an_error(setting: str) -> None:
    settings: dict[str, Any] = {"vpc_subnets": ec2.SubnetSelection(), "security_groups": []}
    with pytest.raises(ConflictingSettingsError, match=r"but vpc is None. Give the vpc, or leave the two out\."):
        EvidentlyProvider(new_stack(), "Provider", **{setting: settings[setting]})


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("http://evidently.example.com", "https, because plain http is for loopback addresses only"),
        ("http://10.0.0.1", "https, because plain http is for loopback addresses only"),
        ("http://127.0.0.1.example.com", "https, because plain http is for loopback addresses only"),
        ("evidently.example.com", "a URL such as https://evidently.example.com"),
        ("ftp://evidently.example.com", "a URL such as https://evidently.example.com"),
        ("https://", "a URL such as https://evidently.example.com"),
        ("https://host:port", "a URL such as https://evidently.example.com"),
        ("https://[::1", "a URL such as https://evidently.example.com"),
        ("https://evidently.example.com?stage=1", "a base URL: no user, query or fragment"),
        ("https://evidently.example.com#top", "a base URL: no user, query or fragment"),
        ("https://evidently.example.com ", "a URL such as https://evidently.example.com"),
        ("https://evidently.example.com/flags\n", "a URL such as https://evidently.example.com"),
        (
            "https://evidently.example.com/../flags",
            "a base URL whose path is of names of letters, digits and -._~$, none of dots alone",
        ),
        (
            "https://evidently.example.com/flags/.",
            "a base URL whose path is of names of letters, digits and -._~$, none of dots alone",
        ),
        (
            "https://evidently.example.com//flags",
            "a base URL whose path is of names of letters, digits and -._~$, none of dots alone",
        ),
        (
            "https://evidently.example.com/my%20flags",
            "a base URL whose path is of names of letters, digits and -._~$, none of dots alone",
        ),
        (
            "https://evidently.example.com/{stage}",
            "a base URL whose path is of names of letters, digits and -._~$, none of dots alone",
        ),
        (
            "https://evidently.example.com/flaggør",
            "a base URL whose path is of names of letters, digits and -._~$, none of dots alone",
        ),
    ],
)
def test_an_invalid_endpoint_url_is_an_error(url: str, rule: str) -> None:
    with pytest.raises(InvalidArgumentError) as raised:
        EvidentlyEndpoint.from_url(url)
    assert str(raised.value).startswith(f"url is {url!r}, and has to be {rule}. ")


def test_a_password_in_a_url_is_not_repeated_in_the_error() -> None:
    with pytest.raises(InvalidArgumentError, match="no user, query or fragment") as raised:
        EvidentlyEndpoint.from_url("https://me:secret@evidently.example.com")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8080",
        "http://id.execute-api.localhost",
        "http://127.0.0.1:4566/x",
        "http://127.1.2.3",
        "http://[::1]:1",
    ],
)
def test_plain_http_to_loopback_is_allowed(url: str) -> None:
    assert EvidentlyEndpoint.from_url(url).url == url


@pytest.mark.parametrize("path", ["/evidently", "/flags/v1", "/$default", "/projects", "/a.b/c-d_e~f"])
@pytest.mark.parametrize("end", ["", "/", "//"])
def test_a_base_path_is_allowed_but_for_the_slashes_at_its_end(path: str, end: str) -> None:
    given = EvidentlyEndpoint.from_url(f"{URL}{path}{end}", signing_name="execute-api", api_id="abc")
    assert given.url == f"{URL}{path}"


def test_a_path_in_the_url_of_an_http_api_is_an_error() -> None:
    url = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod"
    with pytest.raises(InvalidArgumentError) as raised:
        EvidentlyEndpoint.from_url(url, signing_name="execute-api")
    assert str(raised.value).startswith(f"url is {url!r}, and has to be an HTTP API's URL without a path: ")


def test_an_unknown_signing_name_is_an_error() -> None:
    with pytest.raises(
        InvalidArgumentError, match="signing_name is 'lambda', and has to be 'evidently' or 'execute-api'"
    ):
        EvidentlyEndpoint.from_url(URL, signing_name="lambda")


def test_execute_api_without_an_api_id_is_an_error() -> None:
    with pytest.raises(InvalidArgumentError) as raised:
        EvidentlyEndpoint.from_url(URL, signing_name="execute-api")
    assert re.match(r"api_id is None, and has to be given .* Give the HTTP API's id, or use", str(raised.value))


@pytest.mark.parametrize(
    ("gateway_url", "rule"),
    [
        ("http://127.0.0.1:4566/x", "a URL with {api_id} in place of the API's id"),
        ("http://example.com/{api_id}", "https, because plain http is for loopback addresses only"),
        (
            "https://example.com/../{api_id}",
            "a base URL whose path is of names of letters, digits and -._~$, none of dots alone",
        ),
    ],
)
def test_an_invalid_gateway_url_is_an_error(gateway_url: str, rule: str) -> None:
    with pytest.raises(InvalidArgumentError, match=re.escape(f"and has to be {rule}")) as raised:
        EvidentlyService(new_stack(), "Evidently", gateway_url=gateway_url)
    assert str(raised.value).startswith(f"gateway_url is {gateway_url!r}, ")


def test_a_removal_policy_for_an_existing_table_is_an_error() -> None:
    stack = new_stack()
    table = dynamodb.Table.from_table_name(stack, "Table", "mine")
    with pytest.raises(ConflictingSettingsError, match=r"removal_policy is DESTROY and table is 'Release/Table'"):
        EvidentlyService(stack, "Evidently", table=table, removal_policy=RemovalPolicy.DESTROY)


def test_triggers_without_values_are_an_error() -> None:
    with pytest.raises(
        InvalidArgumentError, match=r"triggers is \{\}, and has to be a mapping with at least one value\. Name what"
    ):
        Triggers.of({})


def test_a_trigger_value_of_the_wrong_type_is_an_error() -> None:
    values: dict[str, Any] = {"files": ["a", "b"]}
    with pytest.raises(InvalidArgumentError) as raised:
        Triggers.of(values)
    assert str(raised.value) == (
        "triggers['files'] is ['a', 'b'], and has to be a text, number, boolean or token. Give json.dumps(…) of it."
    )


def test_every_error_is_an_evidently_error() -> None:
    with pytest.raises(EvidentlyError):
        start_launch(new_stack(), launch="not a name")
