"""Requests that can't be sent, and those that are lost behind a proxy: which of them may have had an effect."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import repeat
from typing import Any

import pytest

import evidently_contract as contract
from helpers.launch_replies import (
    launch_arn,
)
from helpers.provider_harness import MADE_UP, NOT_STARTED, NOW, Harness, event
from helpers.scripted_server import SELF_SIGNED, Reply, scripted_server, self_signed_tls

_NO_PROXIES = {
    "no proxy": "http://",
    "no proxy's port": "http://127.0.0.1:port",
    "no proxy's name": "http://proxy..corp:1",
    "no password's bytes": "http://user:wörd@127.0.0.1:9",
}
OURS, OLD, UNKNOWN = launch_arn(), launch_arn("october"), f"{launch_arn()}#failed:{NOW}"


@contextmanager
def listening(serve: Callable[[socket.socket], object]) -> Iterator[int]:
    """Run a server with a function for each connection; yield its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):  # the listener is closed
                while True:
                    connection = listener.accept()[0]
                    with connection, suppress(OSError):
                        serve(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def _reset(connection: socket.socket) -> None:
    connection.recv(1)  # the first byte of the client's hello
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _speak_no_tls(connection: socket.socket) -> None:
    connection.recv(1)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")


def _alert(connection: socket.socket) -> None:
    connection.recv(1)
    connection.sendall(b"\x15\x03\x03\x00\x02\x02\x28")  # fatal: handshake_failure


@pytest.fixture(
    params=[
        "nobody listens",
        "reset",
        "no TLS",
        "handshake refused",
        "untrusted",
        "no CA bundle",
        "no CA in the bundle",
        "proxy refuses",
        "proxy untrusted",
        "no proxy",
        "no proxy's port",
        "no proxy's name",
        "no password's bytes",
        "no name",
    ]
)
def unsendable(request: pytest.FixtureRequest, harness: Harness, monkeypatch: pytest.MonkeyPatch) -> Iterator[Harness]:
    """The provider, with an API to which no request can be sent."""
    serve = {"reset": _reset, "no TLS": _speak_no_tls, "handshake refused": _alert}.get(request.param)
    url = "https://evidently.invalid"
    if serve is not None:
        with listening(serve) as port:
            monkeypatch.setenv(contract.ENV_ENDPOINT_URL, f"https://127.0.0.1:{port}")
            yield harness
        return
    match request.param:
        case "no CA bundle" | "no CA in the bundle":
            with scripted_server(tls=self_signed_tls()) as api:
                monkeypatch.setenv(contract.ENV_ENDPOINT_URL, api.url)
                monkeypatch.setenv("AWS_CA_BUNDLE", "/nowhere/ca.pem" if request.param == "no CA bundle" else __file__)
                yield harness
                assert api.received == []
        case "no proxy" | "no proxy's port" | "no proxy's name" | "no password's bytes":
            monkeypatch.setenv(contract.ENV_ENDPOINT_URL, url)
            monkeypatch.setenv("HTTPS_PROXY", _NO_PROXIES[request.param])
            yield harness
        case "proxy untrusted":
            with scripted_server(tls=self_signed_tls()) as proxy:
                monkeypatch.setenv(contract.ENV_ENDPOINT_URL, url)
                monkeypatch.setenv("HTTPS_PROXY", proxy.url)
                yield harness
                assert proxy.received == []
        case "nobody listens":
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                monkeypatch.setenv(contract.ENV_ENDPOINT_URL, f"http://127.0.0.1:{free.getsockname()[1]}")
                yield harness
        case "untrusted":
            with scripted_server(tls=self_signed_tls()) as api:
                monkeypatch.setenv(contract.ENV_ENDPOINT_URL, api.url)
                yield harness
                assert api.received == []
        case "proxy refuses":
            with scripted_server() as proxy:
                proxy.plan(then=repeat(Reply(403)))
                monkeypatch.setenv(contract.ENV_ENDPOINT_URL, url)
                monkeypatch.setenv("HTTPS_PROXY", proxy.url)
                yield harness
                assert {each.method for each in proxy.received} == {"CONNECT"}
        case "no name":
            monkeypatch.setenv(contract.ENV_ENDPOINT_URL, url)
            monkeypatch.setattr(socket, "getaddrinfo", _resolver(socket.getaddrinfo))
            yield harness


def _resolver(resolve: Callable[..., Any]) -> Callable[..., Any]:
    """Return a resolver that knows this machine only."""

    def resolve_loopback(host: Any, *arguments: Any, **options: Any) -> Any:
        if host != "127.0.0.1":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return resolve(host, *arguments, **options)

    return resolve_loopback


def test_if_no_request_can_be_sent_nothing_was_started_and_the_rollback_succeeds(unsendable: Harness) -> None:
    created = unsendable.send(event("Create"))
    assert (created["Status"], created["PhysicalResourceId"]) == ("FAILED", NOT_STARTED)
    assert "does not respond" in created["Reason"]

    assert unsendable.send(event("Delete", NOT_STARTED))["Status"] == "SUCCESS"
    assert unsendable.send(event("Delete", MADE_UP))["Status"] == "SUCCESS"
    # This Delete was not sent either, which proves nothing about the Create.
    assert unsendable.send(event("Delete", OURS))["Status"] == "FAILED"


def _reset_in_the_tunnel(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    with self_signed_tls().wrap_socket(connection, server_side=True) as tunnel:
        tunnel.recv(65536)
        tunnel.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_a_request_that_is_lost_behind_a_proxy_is_an_unknown_outcome(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    # urllib3 1.26, which botocore supports too, raises the same error for a proxy out of reach.
    with listening(_reset_in_the_tunnel) as port:
        monkeypatch.setenv(contract.ENV_ENDPOINT_URL, "https://localhost:9")
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("AWS_CA_BUNDLE", str(SELF_SIGNED))
        response = harness.send(event("Create"))

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", UNKNOWN)
