"""The API model gives any boto3 an `evidently` client again, and has nothing but interface facts."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from botocore.exceptions import EndpointProviderError, ParamValidationError

from helpers.official_client import API_FOLDER, run_official
from helpers.rooms import MODELS

# Regions of several partitions, and one that botocore does not know.
REGIONS = ("eu-west-1", "us-east-1", "cn-north-1", "us-gov-west-1", "eu-south-9")


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> boto3.Session:
    """Return the boto3 session of a user who set AWS_DATA_PATH to the models' folder, and nothing else."""
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_EVIDENTLY", "AWS_PROFILE", "AWS_DISABLE_HOST_PREFIX_INJECTION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_DATA_PATH", str(MODELS))
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test")  # noqa: S106, no secret at all


def client_of(session: boto3.Session, region: str = "eu-west-1", **config: Any) -> Any:
    # boto3's stubs have no `evidently` any more, so the name is data for the type checker.
    options: dict[str, Any] = {"service_name": "evidently", "region_name": region, "config": Config(**config)}
    return session.client(**options)


def test_a_current_boto3_has_the_whole_client_again(session: boto3.Session) -> None:
    client = client_of(session)
    methods = client.meta.method_to_api_mapping
    assert len(methods) == 38
    assert sum(client.can_paginate(method) for method in methods) == 6
    assert client.meta.service_model.signing_name == "evidently"


def test_boto3_has_no_evidently_client_without_the_model() -> None:
    """The reason for the shipped model: when this fails, the SDK has Evidently again."""
    assert "evidently" not in boto3.Session().get_available_services()


def test_the_endpoints_are_those_of_the_official_client(session: boto3.Session) -> None:
    """Compare URLs of requests: `client.meta.endpoint_url` comes from botocore's legacy routing, not from the rules."""
    official = run_official(f"""
import json, botocore.session
class Sent(Exception): pass
def stop(request, **_):
    raise Sent(request.url)
def url(region):
    client = botocore.session.Session().create_client("evidently", region_name=region)
    client.meta.events.register("before-send.evidently", stop)
    try:
        client.list_projects()
    except Sent as sent:
        return sent.args[0]
print(json.dumps([url(region) for region in {REGIONS!r}]))""")
    ours = [sent(client_of(session, region)).url for region in REGIONS]
    assert ours == json.loads(official)
    assert ours[0] == "https://evidently.eu-west-1.amazonaws.com/projects"
    assert ours[2] == "https://evidently.cn-north-1.amazonaws.com.cn/projects"


@pytest.mark.parametrize("variant", ["fips", "dual-stack"])
def test_an_unsupported_endpoint_is_an_error_that_says_what_to_do(session: boto3.Session, variant: str) -> None:
    option = f"use_{variant.replace('-', '')}_endpoint"
    config: dict[str, Any] = {option: True}
    with pytest.raises(EndpointProviderError, match=rf"(?i)no {variant} endpoint.*or turn {option} off\.") as raised:
        client_of(session, **config).list_projects()
    assert "configure an endpoint URL" in str(raised.value)


def test_the_endpoint_can_be_set_from_outside(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_EVIDENTLY", "http://127.0.0.1:4566/base")
    assert client_of(session).meta.endpoint_url == "http://127.0.0.1:4566/base"
    assert sent(client_of(session)).url == "http://127.0.0.1:4566/base/projects"


class Sent(Exception):  # noqa: N818, a signal, not an error
    """Stops a request before it is sent; its one argument is the request."""


def stop(request: AWSPreparedRequest, **_: object) -> None:
    raise Sent(request)


def sent(client: Any, operation: str = "list_projects", **arguments: str) -> AWSPreparedRequest:
    """Return the request that a client would send."""
    client.meta.events.register("before-send.evidently", stop)
    with pytest.raises(Sent) as raised:
        getattr(client, operation)(**arguments)
    request: AWSPreparedRequest = raised.value.args[0]
    return request


@pytest.mark.parametrize(
    ("operation", "arguments", "host"),
    [
        (
            "evaluate_feature",
            {"feature": "upsell", "entityId": "u1"},
            "dataplane.evidently.eu-west-1.amazonaws.com",
        ),
        ("get_feature", {"feature": "upsell"}, "evidently.eu-west-1.amazonaws.com"),
    ],
)
def test_only_the_data_plane_has_a_separate_host(
    session: boto3.Session, operation: str, arguments: dict[str, str], host: str
) -> None:
    assert urlsplit(sent(client_of(session), operation, project="petfood", **arguments).url).netloc == host


def test_the_client_checks_what_the_model_says(session: boto3.Session) -> None:
    with pytest.raises(ParamValidationError, match='Missing required parameter in input: "launch"'):
        client_of(session).start_launch(project="petfood")
    with pytest.raises(ParamValidationError, match="valid min length: 1"):
        client_of(session).start_launch(project="petfood", launch="")


def strings_of(node: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield every string of a JSON document, with its key."""
    match node:
        case dict():
            for key, value in node.items():
                yield from strings_of(value, key)
        case list():
            for value in node:
                yield from strings_of(value, name)
        case str():
            yield name, node


@pytest.mark.parametrize("name", ["service-2", "paginators-1"])
def test_no_documentation_text_is_in_the_model(name: str) -> None:
    """Facts are single words, numbers and patterns; only the service's name has spaces."""
    document = json.loads((MODELS / API_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    strings = list(strings_of(document))
    assert strings
    assert {key for key, value in strings if " " in value and key != "pattern"} <= {"serviceFullName"}
    assert not {key for key, _ in strings} & {"documentation", "deprecatedMessage"}


def test_the_folder_has_the_model_and_nothing_else() -> None:
    names = ("service-2.json", "paginators-1.json", "endpoint-rule-set-1.json")
    files = {path.relative_to(MODELS).as_posix() for path in MODELS.rglob("*") if path.is_file()}
    assert files == {(API_FOLDER / name).as_posix() for name in names}
