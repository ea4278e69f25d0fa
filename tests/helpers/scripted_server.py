"""An HTTP server on loopback that responds from a script, and records the requests.

It stands for the Evidently API or for CloudFormation's response URL: a real socket, so that resets, stalls and odd
responses are real too.
"""

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from pathlib import Path
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Received:
    """A request as the server received it."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """One line of a script.

    Args:
        status: HTTP status; None resets the connection instead.
        body: body of the response.
        headers: headers of the response; names in lower case.
        before: called after the request arrives, before the response.

    """

    status: int | None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], object] = bool


SELF_SIGNED: Final = Path(__file__).parent / "tls" / "self-signed.pem"  # for 127.0.0.1; nothing trusts it
RESET: Final = Reply(None)
OK: Final = Reply(200)
_NOTHING_SCRIPTED: Final = Reply(418, b"nothing more was scripted")


@dataclass(slots=True)
class ScriptedServer:
    """A server, its script, and the requests that it received.

    Args:
        respond: returns the reply to a request.
        received: the requests, in order.
        url: its URL.
        headers: default headers of every reply.

    """

    respond: Callable[[Received], Reply]
    received: list[Received] = field(default_factory=list)
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def plan(self, *replies: Reply, then: Iterable[Reply] = ()) -> None:
        """Respond with these replies, one after the other; `then` may be endless."""
        script = chain(replies, then)
        self.respond = lambda _: next(script, _NOTHING_SCRIPTED)

    def next(self, request: Received) -> Reply:
        """Record a request, and return the reply."""
        with self._lock:
            self.received.append(request)
        return self.respond(request)

    @property
    def documents(self) -> list[Any]:
        """The JSON bodies of all requests, in order."""
        return [json.loads(request.body) for request in self.received]


def self_signed_tls() -> ssl.SSLContext:
    """Return a TLS context with a certificate that no client trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(SELF_SIGNED)
    return context


@contextmanager
def scripted_server(*replies: Reply, tls: ssl.SSLContext | None = None) -> Iterator[ScriptedServer]:
    """Run a server while the block runs, with TLS if there is a context."""
    server = ScriptedServer(lambda _: _NOTHING_SCRIPTED)
    server.plan(*replies)

    class Handler(_Handler):
        scripted = server

    with _Server(("127.0.0.1", 0), Handler) as http:
        if tls is not None:
            http.socket = tls.wrap_socket(http.socket, server_side=True)
        server.url = f"{'https' if tls else 'http'}://127.0.0.1:{http.server_address[1]}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a client that hangs must not block the test

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing: tests close connections on purpose."""


class _Handler(BaseHTTPRequestHandler):
    scripted: ScriptedServer  # Headers and body are two packets; Nagle's algorithm would delay the second by 40 ms.
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.scripted.next(Received(self.command, self.path, headers, body))
        reply.before()
        if reply.status is None:
            # A linger time of 0 makes close() reset the connection.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        self.send_response(reply.status)
        for name, value in {
            **self.scripted.headers,
            "content-length": str(len(reply.body)),
            **reply.headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_CONNECT = _serve  # noqa: N815 - http.server's names

    def log_message(self, *_: Any) -> None:
        """Print nothing."""
