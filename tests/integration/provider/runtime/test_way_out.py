"""Sending a response where the environment has a proxy and a CA of its own, as the SDK's calls are sent."""

import json
import ssl
import traceback
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any, Final

import botocore.httpsession
import pytest

import evidently_contract as contract
from evidently_provider.invocation import Invocation
from evidently_provider.runtime.response import Response, ResponseNotSentError, Status
from helpers.connect_proxy import (
    Action,
    ConnectProxy,
    always_to,
    connect_proxy,
    hang,
    hang_up,
    open_tunnel,
    refuse,
    say,
    say_and_hang,
)
from helpers.launch_replies import launch_arn, shows
from helpers.provider_harness import RESERVE_SECONDS, SECRET, Harness, LogLines, event
from helpers.provider_process import run_provider
from helpers.scripted_server import OK, RESET, SELF_SIGNED, Reply, ScriptedServer, scripted_server, self_signed_tls

NOWHERE: Final = "localhost:9"  # nobody listens: a server that only a proxy can reach
NO_SDK: Final = "raise ImportError('broken')"
TUNNEL: Final = b"HTTP/1.1 200 OK\r\n\r\n"
FAULTS: Final[dict[str, Action]] = {
    "authentication": refuse(407),
    "forbidden": refuse(403),
    "bad gateway": refuse(502),
    "redirect": refuse(302),
    "closes": hang_up,
    "no HTTP": say(b"SSH-2.0-OpenSSH_9.9\r\n"),
    "endless line": say(b"HTTP/1.1 200 " + b"a" * 70_000),
    "no TLS in the tunnel": say(TUNNEL + b"HTTP/1.1 200 OK\r\n\r\n"),
    "closes the tunnel": say(TUNNEL),
    "hangs": hang,
    "hangs in its status": say_and_hang(b"HTTP/1.1 20"),
    "hangs in its headers": say_and_hang(b"HTTP/1.1 200 OK\r\nvia: squid\r\n"),
    "hangs in the tunnel": say_and_hang(TUNNEL),
}
any_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)


def done(_: Invocation) -> Response:
    return Response(Status.SUCCESS, launch_arn())


@dataclass(frozen=True, slots=True)
class Behind:
    """The response URL behind a proxy.

    Args:
        server: the server of the response URL, with a certificate of a private CA.
        proxy: the proxy of the environment; its tunnels end at that server.
        harness: the provider.

    """

    server: ScriptedServer
    proxy: ConnectProxy
    harness: Harness

    def respond(self, authority: str = NOWHERE, *, put_seconds: float = 2.0, **settings: Any) -> None:
        """Have the provider send one response to a URL with that authority."""
        url = f"https://{authority}/response?X-Amz-Signature={SECRET}"
        self.harness.invoke(event("Create"), serve=done, url=url, put_seconds=put_seconds, **settings)

    @property
    def authority(self) -> str:
        """The authority at which the server can be reached without the proxy."""
        return self.server.url.removeprefix("https://")

    @property
    def statuses(self) -> list[str]:
        return [each["Status"] for each in self.server.documents]


@pytest.fixture
def behind(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> Iterator[Behind]:
    with scripted_server(tls=self_signed_tls()) as server, connect_proxy(always_to(server.url)) as proxy:
        server.plan(then=repeat(OK))
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("AWS_CA_BUNDLE", str(SELF_SIGNED))
        yield Behind(server, proxy, harness)


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
    (tunnel,) = behind.proxy.asked
    assert (tunnel.authority, tunnel.headers["host"]) == (NOWHERE, NOWHERE)
    assert "proxy-authorization" not in tunnel.headers


def test_a_response_goes_through_a_proxy_that_speaks_tls_itself(
    behind: Behind, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect_proxy(always_to(behind.server.url), tls=self_signed_tls()) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        behind.respond()

    assert behind.statuses == ["SUCCESS"]
    assert [each.authority for each in proxy.asked] == [NOWHERE]


@pytest.mark.parametrize("tls", [None, self_signed_tls()], ids=["http", "https"])
def test_the_proxy_gets_its_password_and_the_server_does_not(
    behind: Behind, monkeypatch: pytest.MonkeyPatch, tls: ssl.SSLContext | None
) -> None:
    with connect_proxy(always_to(behind.server.url), tls=tls) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("://", "://us%40er:w%2Frd@"))
        behind.respond()

    assert [each.headers["proxy-authorization"] for each in proxy.asked] == [
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

    assert proxy.asked == []
    assert behind.server.received == []


def test_a_response_goes_past_the_proxy_to_a_host_of_no_proxy(behind: Behind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "example.com,127.0.0.1")

    behind.respond(behind.authority)

    assert behind.statuses == ["SUCCESS"]
    assert behind.proxy.asked == []


def test_a_response_over_plain_http_stays_on_this_machine(behind: Behind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", behind.proxy.url)

    assert behind.harness.send(event("Create"), serve=done)["Status"] == "SUCCESS"

    assert behind.proxy.asked == []


def test_a_call_over_plain_http_stays_on_this_machine(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    harness.api.plan(shows("RUNNING"))
    with scripted_server() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)

        assert harness.send(event("Create"))["Status"] == "SUCCESS"

    assert proxy.received == []


@pytest.mark.parametrize("tls", [None, self_signed_tls()], ids=["http", "https"])
@any_fault
def test_a_response_is_sent_again_when_a_proxy_fails(
    behind: Behind, monkeypatch: pytest.MonkeyPatch, fault: Action, tls: ssl.SSLContext | None
) -> None:
    with connect_proxy(always_to(behind.server.url), tls=tls) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        proxy.plan(fault, open_tunnel)
        behind.respond(put_seconds=0.5)

    assert behind.statuses == ["SUCCESS"]
    assert len(proxy.asked) == 2
    assert len(behind.harness.clock.pauses) == 2, "an attempt past the proxy lies between"


@any_fault
def test_a_response_goes_past_a_proxy_that_fails_if_there_is_a_way(behind: Behind, fault: Action) -> None:
    behind.proxy.plan(fault)

    behind.respond(behind.authority, put_seconds=0.5)

    assert behind.statuses == ["SUCCESS"]
    assert len(behind.proxy.asked) == 1


@any_fault
def test_a_proxy_that_always_fails_takes_no_more_than_the_time_for_the_response(behind: Behind, fault: Action) -> None:
    behind.proxy.plan(then=repeat(fault))
    began = behind.harness.clock.seconds

    with pytest.raises(ResponseNotSentError):
        behind.respond(put_seconds=0.05)

    assert behind.statuses == []
    assert 170 < behind.harness.clock.seconds - began < 180


def test_a_response_whose_outcome_is_lost_in_the_proxy_is_sent_again_as_it_was(behind: Behind) -> None:
    behind.server.plan(RESET, RESET, OK)

    behind.respond(behind.authority)

    assert len(behind.server.received) == 3
    assert len({put.body for put in behind.server.received}) == 1
    assert len(behind.proxy.asked) == 2


def test_a_response_at_the_deadline_survives_a_proxy_that_hangs_once(behind: Behind) -> None:
    def hang_for_the_whole_attempt(handler: Any) -> None:
        behind.harness.clock.seconds += 10
        hang_up(handler)

    behind.proxy.plan(hang_for_the_whole_attempt, open_tunnel)

    behind.respond(put_seconds=10.0, remaining=RESERVE_SECONDS)

    assert behind.statuses == ["SUCCESS"]


def test_an_attempt_is_over_after_its_time_whatever_step_was_slow(behind: Behind) -> None:
    def open_late(handler: Any) -> None:
        behind.harness.clock.seconds += 2.5
        open_tunnel(handler)

    behind.proxy.plan(open_late, open_tunnel)

    behind.respond(put_seconds=2.0)

    assert behind.statuses == ["SUCCESS"]
    assert len(behind.proxy.asked) == 2


@pytest.mark.parametrize(
    "setting",
    [
        "http://",
        "http://[::1",
        "http://proxy:port",
        "http://proxy..corp:1",
        "http://127.0.0.1:9",
        f"http://{'a' * 64}:1",
    ],
)
def test_a_response_goes_past_a_proxy_that_can_not_be(
    behind: Behind, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", setting)

    behind.respond(behind.authority)

    assert behind.statuses == ["SUCCESS"]


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


@pytest.mark.parametrize("status", [302, 403, 407])
def test_a_refusal_from_behind_a_proxy_is_final_only_if_there_is_no_other_way(
    behind: Behind, log: LogLines, status: int
) -> None:
    # A proxy that reads the TLS refuses with a page of its own, under the certificate of its CA.
    with scripted_server(tls=self_signed_tls()) as page:
        page.plan(then=repeat(Reply(status)))
        behind.proxy.upstream = always_to(page.url)

        behind.respond(behind.authority)
        assert behind.statuses == ["SUCCESS"]
        log()

        behind.respond(NOWHERE)

    (line,) = [line for line in log() if line["step"] == "response_failed"]
    assert (line["level"], line["http"]) == ("ERROR", status)


def test_the_response_arrives_through_a_proxy_without_the_sdk(behind: Behind, tmp_path: Path) -> None:
    for module in ("botocore", "boto3"):
        (tmp_path / f"{module}.py").write_text(NO_SDK, encoding="utf-8")

    exit_status, _, _ = run_provider([{**event("Create"), "ResponseURL": f"https://{NOWHERE}/response"}], tmp_path)

    assert exit_status == 0
    assert behind.statuses == ["FAILED"]
    assert [each.authority for each in behind.proxy.asked] == [NOWHERE]


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
    assert [each.authority for each in behind.proxy.asked] == [NOWHERE, NOWHERE]


@any_fault
def test_neither_the_proxys_password_nor_the_presigned_url_is_logged(
    behind: Behind, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], fault: Action
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", behind.proxy.url.replace("://", f"://user:{SECRET}@"))
    monkeypatch.setenv(contract.ENV_ENDPOINT_URL, f"https://{NOWHERE}")
    behind.proxy.plan(then=repeat(fault))

    with pytest.raises(ResponseNotSentError) as raised:
        behind.harness.invoke(
            event("Create"),
            url=f"https://{NOWHERE}/response?X-Amz-Signature={SECRET}",
            put_seconds=0.05,
            read_seconds=0.05,
            connect_seconds=0.05,
        )

    assert SECRET not in "".join(capfd.readouterr())
    assert SECRET not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize("form", ["http://user:{}#@127.0.0.1:9", "http://user:{}@[::1", "http://user:{}@proxy..corp:1"])
def test_a_proxy_url_that_can_not_be_is_not_repeated(
    behind: Behind, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], form: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", form.format(SECRET))
    monkeypatch.setenv(contract.ENV_ENDPOINT_URL, f"https://{NOWHERE}")

    behind.harness.invoke(event("Create"), url=f"https://{behind.authority}/response")

    (response,) = behind.server.documents
    assert response["Status"] == "FAILED"
    assert SECRET not in json.dumps(response) + "".join(capfd.readouterr())
