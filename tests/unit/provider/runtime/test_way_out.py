"""The proxy and the TLS context of a response: those that botocore would use."""

import json
import ssl
from base64 import b64encode
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from botocore.httpsession import ProxyConfiguration, create_urllib3_context
from botocore.utils import get_environ_proxies

from evidently_provider.runtime.way_out import Proxy, proxy_for, trusting_context
from helpers.scripted_server import SELF_SIGNED

P: Final = "http://proxy.corp:3128"
URLS: Final = [
    "https://cloudformation-custom-resource-response-eunorth1.s3.eu-north-1.amazonaws.com/key?X-Amz-Signature=1",
    "https://S3.Amazonaws.com/key",
    "https://s3.amazonaws.com:8443/key",
    "https://127.0.0.1:9/key",
    "https://10.1.2.3/key",
    "https://[fd00::1]/key",
    "https://[fd00::1]:8443/key",
    "https://localhost/key",
]
ENVIRONMENTS: Final[list[dict[str, str]]] = [
    {},
    {"HTTPS_PROXY": P},
    {"https_proxy": P},
    {"Https_Proxy": P},
    {"HTTPS_PROXY": "http://upper:1", "https_proxy": "http://lower:2"},
    {"HTTPS_PROXY": P, "https_proxy": ""},
    {"HTTPS_PROXY": ""},
    {"HTTP_PROXY": P},
    {"ALL_PROXY": P},
    {"all_proxy": P, "HTTPS_PROXY": "http://other:1"},
    {"HTTPS_PROXY": "proxy.corp:3128"},
    {"HTTPS_PROXY": "//proxy.corp:3128"},
    {"HTTPS_PROXY": "http://proxy.corp"},
    {"HTTPS_PROXY": "https://proxy.corp"},
    {"HTTPS_PROXY": "https://proxy.corp:8443/"},
    {"HTTPS_PROXY": "http://PROXY.corp:3128"},
    {"HTTPS_PROXY": "http://[fd00::2]:3128"},
    {"HTTPS_PROXY": "http://user:word@proxy.corp:3128"},
    {"HTTPS_PROXY": "user:word@proxy.corp:3128"},
    {"HTTPS_PROXY": "http://us%40er:w%3Ao%2Frd@proxy.corp:3128"},
    {"HTTPS_PROXY": "http://user@proxy.corp:3128"},
    {"HTTPS_PROXY": "http://user:@proxy.corp:3128"},
    {"HTTPS_PROXY": "http://:word@proxy.corp:3128"},
    {"HTTPS_PROXY": "http://us@er:w@rd@proxy.corp:3128"},
    {"HTTPS_PROXY": P, "REQUEST_METHOD": "GET"},
    *[
        {"HTTPS_PROXY": P, name: value}
        for name in ("NO_PROXY", "no_proxy")
        for value in (
            "",
            "*",
            "*, example.com",
            "amazonaws.com",
            ".amazonaws.com",
            "*.amazonaws.com",
            "mazonaws.com",
            "AMAZONAWS.COM",
            " s3.amazonaws.com , example.com",
            "s3.amazonaws.com:8443",
            "amazonaws.com:8443",
            "s3.amazonaws.com:443",
            "s3.eu-north-1.amazonaws.com",
            "example.com,,",
            "10.1.2.3",
            "10.0.0.0/8",
            "10.1",
            "127.0.0.1",
            "127.0.0.1:9",
            "localhost",
            "::1",
            "fd00::1",
            "[fd00::1]",
            "[fd00::1]:8443",
            "s3.amazonaws.com;example.com",
        )
    ],
    {"HTTPS_PROXY": P, "NO_PROXY": "amazonaws.com", "no_proxy": "example.com"},
    {"HTTPS_PROXY": P, "NO_PROXY": "amazonaws.com", "no_proxy": ""},
]
UNUSABLE: Final = [
    "http://",
    "http://:3128",
    "http://[fd00::1",
    "http://proxy:port",
    "http://user:w#rd@proxy:1",
    "http:x",
    "http://user:w\udce9rd@proxy:1",
]


@pytest.fixture(autouse=True)
def _without_the_machines_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)


def botocores(url: str) -> Proxy | None:
    configuration = ProxyConfiguration(get_environ_proxies(url))
    found = configuration.proxy_url_for(url)
    if found is None:
        return None
    parts = urlsplit(found)
    authorization = configuration.proxy_headers_for(found).get("Proxy-Authorization", "")
    has_tls = parts.scheme == "https"
    return Proxy(parts.hostname or "", parts.port or (443 if has_tls else 80), has_tls, authorization)


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=json.dumps)
def test_a_response_has_the_proxy_that_a_call_to_the_same_host_would_have(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert {url: proxy_for(url) for url in URLS} == {url: botocores(url) for url in URLS}


def test_the_table_has_urls_with_and_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for environment in ENVIRONMENTS:
        with monkeypatch.context() as patched:
            for name, value in environment.items():
                patched.setenv(name, value)
            found += [proxy_for(url) is None for url in URLS]

    assert 80 < sum(found) < len(found) - 80


@pytest.mark.parametrize("setting", UNUSABLE)
def test_a_setting_that_names_no_proxy_is_none(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", setting)

    assert proxy_for(URLS[0]) is None


def test_a_password_that_is_not_ascii_reaches_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://us%C3%A9r:wörd@proxy:1")

    found = proxy_for(URLS[0])

    assert found is not None
    assert found.authorization == f"Basic {b64encode('usér:wörd'.encode()).decode()}"
    assert "Basic" not in repr(found), "no log may show it"


OURS: Final = {"((('commonName', 'test of cdk-evidently'),),)"}


def subjects(context: ssl.SSLContext) -> set[str]:
    return {str(each["subject"]) for each in context.get_ca_certs()}


@pytest.mark.parametrize(
    ("environment", "added"),
    [
        ({}, set()),
        ({"AWS_CA_BUNDLE": str(SELF_SIGNED)}, OURS),
        ({"REQUESTS_CA_BUNDLE": str(SELF_SIGNED)}, OURS),
        ({"AWS_CA_BUNDLE": "", "REQUESTS_CA_BUNDLE": str(SELF_SIGNED)}, OURS),
        ({"AWS_CA_BUNDLE": __file__, "REQUESTS_CA_BUNDLE": str(SELF_SIGNED)}, set()),
        ({"AWS_CA_BUNDLE": "/nowhere/ca.pem"}, set()),
        ({"AWS_CA_BUNDLE": "  "}, set()),
        ({"AWS_CA_BUNDLE": str(Path(__file__).parent)}, set()),
    ],
    ids=str,
)
def test_a_bundle_adds_to_the_systems_cas_and_a_broken_one_adds_nothing(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], added: set[str]
) -> None:
    systems = subjects(ssl.create_default_context())
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    context = trusting_context()

    assert subjects(context) - systems == added
    assert subjects(context) >= systems
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_a_ca_that_botocore_takes_is_not_refused_for_its_form() -> None:
    # Since Python 3.13, ssl.create_default_context() refuses a CA without a key identifier.
    assert trusting_context().verify_flags == create_urllib3_context().verify_flags
