"""The API model gives any boto3 an `evidently` client again, and holds nothing but interface facts."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from botocore.exceptions import ParamValidationError

from helpers.official_client import API_FOLDER, run_official
from helpers.rooms import MODELS

# The partitions' own suffixes, and a region that no list of regions knows.
REGIONS = ("eu-west-1", "us-east-1", "cn-north-1", "us-gov-west-1", "eu-south-9")
VARIANTS: tuple[dict[str, bool], ...] = ({}, {"use_dualstack_endpoint": True}, {"use_fips_endpoint": True})


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> boto3.Session:
    """A boto3 session as a user has it who set AWS_DATA_PATH to the models' folder, and nothing else."""
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_EVIDENTLY", "AWS_PROFILE", "AWS_DISABLE_HOST_PREFIX_INJECTION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_DATA_PATH", str(MODELS))
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test")  # noqa: S106, no secret at all


def client_of(session: boto3.Session, region: str = "eu-west-1", **config: Any) -> Any:
    # Plain boto3 has no `evidently` any more, so its stubs have none either: the name goes in as data.
    options: dict[str, Any] = {"service_name": "evidently", "region_name": region, "config": Config(**config)}
    return session.client(**options)


def test_a_current_boto3_has_the_whole_client_again(session: boto3.Session) -> None:
    client = client_of(session)
    methods = client.meta.method_to_api_mapping
    assert len(methods) == 38
    assert sum(client.can_paginate(method) for method in methods) == 6
    assert client.meta.service_model.signing_name == "evidently"


def test_without_the_model_there_is_no_such_client() -> None:
    """What this project answers to; the day this fails, the SDK has Evidently again."""
    assert "evidently" not in boto3.Session().get_available_services()


def test_the_endpoints_are_those_of_the_official_client(session: boto3.Session) -> None:
    """Including the suffixes of other partitions: the reason why no endpoint rule set is shipped."""
    official = run_official(f"""
import json, botocore.session
from botocore.config import Config
session = botocore.session.Session()
clients = [
    session.create_client("evidently", region_name=region, config=Config(**variant))
    for region in {REGIONS!r} for variant in {VARIANTS!r}
]
print(json.dumps([client.meta.endpoint_url for client in clients]))""")
    ours = [client_of(session, region, **variant).meta.endpoint_url for region in REGIONS for variant in VARIANTS]
    assert ours == json.loads(official)
    assert ours[0] == "https://evidently.eu-west-1.amazonaws.com"


def test_the_endpoint_can_be_set_from_outside(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_EVIDENTLY", "http://127.0.0.1:4566/base")
    assert client_of(session).meta.endpoint_url == "http://127.0.0.1:4566/base"


class Sent(Exception):  # noqa: N818, a signal, not an error
    """Stops a request just before it would go out; its one argument is the URL."""


def stop(request: AWSPreparedRequest, **_: object) -> None:
    raise Sent(request.url)


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
def test_only_the_data_plane_has_a_host_of_its_own(
    session: boto3.Session, operation: str, arguments: dict[str, str], host: str
) -> None:
    client = client_of(session)
    client.meta.events.register("before-send.evidently", stop)
    with pytest.raises(Sent) as sent:
        getattr(client, operation)(project="petfood", **arguments)
    assert urlsplit(sent.value.args[0]).netloc == host


def test_the_client_checks_what_the_model_says(session: boto3.Session) -> None:
    with pytest.raises(ParamValidationError, match='Missing required parameter in input: "launch"'):
        client_of(session).start_launch(project="petfood")
    with pytest.raises(ParamValidationError, match="valid min length: 1"):
        client_of(session).start_launch(project="petfood", launch="")


def strings_of(node: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every string of a JSON document, with the key under which it stands."""
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
    """Facts are single words, numbers and patterns; the one sentence-like string is the service's own name."""
    document = json.loads((MODELS / API_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    strings = list(strings_of(document))
    assert strings
    assert {key for key, value in strings if " " in value and key != "pattern"} <= {"serviceFullName"}
    assert not {key for key, _ in strings} & {"documentation", "deprecatedMessage"}


def test_the_folder_holds_the_model_and_nothing_else() -> None:
    files = {path.relative_to(MODELS).as_posix() for path in MODELS.rglob("*") if path.is_file()}
    assert files == {(API_FOLDER / name).as_posix() for name in ("service-2.json", "paginators-1.json")}
