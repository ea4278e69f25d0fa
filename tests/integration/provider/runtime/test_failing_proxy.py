"""Sending a response through a proxy that fails, refuses, or can't be."""

import json
import ssl
import traceback
from itertools import repeat
from typing import Any, Final

import pytest

import evidently_contract as contract
from evidently_provider.runtime.response import ResponseNotSentError
from helpers.behind_proxy import NOWHERE, Behind
from helpers.connect_proxy import (
    Action,
    always_to,
    connect_proxy,
    hang,
    hang_up,
    open_tunnel,
    refuse,
    say,
    say_and_hang,
)
from helpers.provider_harness import RESERVE_SECONDS, SECRET, LogLines, event
from helpers.scripted_server import OK, RESET, Reply, scripted_server, self_signed_tls

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
    assert len(proxy.tunnels) == 2
    assert len(behind.harness.clock.pauses) == 2, "an attempt past the proxy lies between"


@any_fault
def test_a_response_goes_past_a_proxy_that_fails_if_there_is_a_way(behind: Behind, fault: Action) -> None:
    behind.proxy.plan(fault)

    behind.respond(behind.authority, put_seconds=0.5)

    assert behind.statuses == ["SUCCESS"]
    assert len(behind.proxy.tunnels) == 1


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
    assert len(behind.proxy.tunnels) == 2


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
    assert len(behind.proxy.tunnels) == 2


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


@pytest.mark.parametrize("status", [302, 403, 407])
def test_a_refusal_from_behind_a_proxy_is_final_only_if_there_is_no_other_way(
    behind: Behind, log: LogLines, status: int
) -> None:
    # A proxy that reads the TLS refuses with its own page, under the certificate of its CA.
    with scripted_server(tls=self_signed_tls()) as page:
        page.plan(then=repeat(Reply(status)))
        behind.proxy.upstream = always_to(page.url)

        behind.respond(behind.authority)
        assert behind.statuses == ["SUCCESS"]
        log()

        behind.respond(NOWHERE)

    (line,) = [line for line in log() if line["step"] == "response_failed"]
    assert (line["level"], line["http"]) == ("ERROR", status)


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
