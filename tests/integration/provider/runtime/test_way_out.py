"""Sending a response where the environment has a proxy and a CA bundle, as the SDK's calls are sent."""

import json
import ssl
from base64 import b64encode
from pathlib import Path
from typing import Final

import botocore.httpsession
import pytest

import evidently_contract as contract
from evidently_provider.runtime.response import ResponseNotSentError
from helpers.behind_proxy import NOWHERE, Behind, done
from helpers.connect_proxy import (
    always_to,
    connect_proxy,
)
from helpers.launch_replies import shows
from helpers.provider_harness import SECRET, Harness, event
from helpers.provider_process import run_provider
from helpers.scripted_server import OK, SELF_SIGNED, scripted_server, self_signed_tls

NO_SDK: Final = "raise ImportError('broken')"


@pytest.mark.parametrize("bundle", ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
@pytest.mark.parametrize("proxy", ["HTTPS_PROXY", "https_proxy"])
def test_a_response_goes_through_the_proxy_to_a_server_that_the_bundle_trusts(
    behind: Behind, monkeypatch: pytest.MonkeyPatch, proxy: str, bundle: str
) -> None:
    for name in ("HTTPS_PROXY", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name)
    monkeypatch.setenv(proxy, behind.proxy.url)
    monkeypatch.setenv(bundle, str(SELF_SIGNED))

    behind.respond()

    assert behind.statuses == ["SUCCESS"]
    (put,) = behind.server.received
    assert (put.method, put.path) == ("PUT", f"/response?X-Amz-Signature={SECRET}")
    assert (put.headers["host"], put.headers["content-type"]) == (NOWHERE, "")
    (tunnel,) = behind.proxy.tunnels
    assert (tunnel.authority, tunnel.headers["host"]) == (NOWHERE, NOWHERE)
    assert "proxy-authorization" not in tunnel.headers


def test_a_response_goes_through_a_proxy_that_speaks_tls_itself(
    behind: Behind, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect_proxy(always_to(behind.server.url), tls=self_signed_tls()) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        behind.respond()

    assert behind.statuses == ["SUCCESS"]
    assert [each.authority for each in proxy.tunnels] == [NOWHERE]


@pytest.mark.parametrize("tls", [None, self_signed_tls()], ids=["http", "https"])
def test_the_proxy_gets_its_password_and_the_server_does_not(
    behind: Behind, monkeypatch: pytest.MonkeyPatch, tls: ssl.SSLContext | None
) -> None:
    with connect_proxy(always_to(behind.server.url), tls=tls) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("://", "://us%40er:w%2Frd@"))
        behind.respond()

    assert [each.headers["proxy-authorization"] for each in proxy.tunnels] == [
        f"Basic {b64encode(b'us@er:w/rd').decode()}"
    ]
    assert [each for each in behind.server.received if "proxy-authorization" in each.headers] == []
    assert behind.statuses == ["SUCCESS"]


def test_no_password_goes_to_a_proxy_with_an_untrusted_certificate(
    behind: Behind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_CA_BUNDLE")
    with connect_proxy(always_to(behind.server.url), tls=self_signed_tls()) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("://", "://user:word@"))
        with pytest.raises(ResponseNotSentError):
            behind.respond(remaining=5)

    assert proxy.tunnels == []
    assert behind.server.received == []


def test_a_response_goes_past_the_proxy_to_a_host_of_no_proxy(behind: Behind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "example.com,127.0.0.1")

    behind.respond(behind.authority)

    assert behind.statuses == ["SUCCESS"]
    assert behind.proxy.tunnels == []


def test_a_response_over_plain_http_stays_on_this_machine(behind: Behind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", behind.proxy.url)

    assert behind.harness.send(event("Create"), serve=done)["Status"] == "SUCCESS"

    assert behind.proxy.tunnels == []


def test_a_call_over_plain_http_stays_on_this_machine(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    harness.api.plan(shows("RUNNING"))
    with scripted_server() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)

        assert harness.send(event("Create"))["Status"] == "SUCCESS"

    assert proxy.received == []


@pytest.mark.parametrize("bundle", ["/nowhere/ca.pem", "", " ", __file__, botocore.httpsession.DEFAULT_CA_BUNDLE])
def test_a_bundle_without_the_ca_of_the_server_does_not_take_the_systems_place(
    behind: Behind, monkeypatch: pytest.MonkeyPatch, bundle: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(SELF_SIGNED))
    monkeypatch.setenv("AWS_CA_BUNDLE", bundle)

    behind.respond()

    assert behind.statuses == ["SUCCESS"]


@pytest.mark.parametrize("bundle", ["/nowhere/ca.pem", __file__, botocore.httpsession.DEFAULT_CA_BUNDLE])
def test_a_broken_bundle_lets_no_response_go_to_an_unverified_server(
    behind: Behind, monkeypatch: pytest.MonkeyPatch, bundle: str
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", bundle)

    for authority in (NOWHERE, behind.authority):
        with pytest.raises(ResponseNotSentError):
            behind.respond(authority, remaining=8)

    assert behind.server.received == []


def test_the_response_arrives_through_a_proxy_without_the_sdk(behind: Behind, tmp_path: Path) -> None:
    for module in ("botocore", "boto3"):
        (tmp_path / f"{module}.py").write_text(NO_SDK, encoding="utf-8")

    exit_status, _, _ = run_provider([{**event("Create"), "ResponseURL": f"https://{NOWHERE}/response"}], tmp_path)

    assert exit_status == 0
    assert behind.statuses == ["FAILED"]
    assert [each.authority for each in behind.proxy.tunnels] == [NOWHERE]


def test_the_launch_is_started_through_the_same_proxy_as_the_response(
    behind: Behind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(contract.ENV_ENDPOINT_URL, f"https://{NOWHERE}")
    running = shows("RUNNING")
    behind.server.headers = behind.harness.api.headers
    behind.server.plan(running, OK)

    behind.harness.invoke(event("Create"), url=f"https://{NOWHERE}/response")

    assert [each.method for each in behind.server.received] == ["POST", "PUT"]
    assert json.loads(behind.server.received[1].body)["Status"] == "SUCCESS"
    assert [each.authority for each in behind.proxy.tunnels] == [NOWHERE, NOWHERE]
