"""An HTTP proxy on loopback that opens tunnels, and records which; or does something else with a connection."""

import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain, repeat
from typing import Any, Final

_AT_ONCE: Final = 65536


@dataclass(frozen=True, slots=True)
class Tunnel:
    """A tunnel that a client asked for.

    Args:
        authority: host and port.
        headers: headers of the request; names in lower case.

    """

    authority: str
    headers: Mapping[str, str]


Action = Callable[["_Handler"], object]  # what the proxy does with one request


@dataclass(slots=True)
class ConnectProxy:
    """A running proxy.

    Args:
        upstream: returns the port on loopback at which the tunnel to an authority ends.
        url: its URL.
        tunnels: the tunnels that clients asked for, in order.

    """

    upstream: Callable[[str], int]
    url: str = ""
    tunnels: list[Tunnel] = field(default_factory=list)
    script: Iterator[Action] = field(default_factory=lambda: repeat(open_tunnel))

    def plan(self, *actions: Action, then: Iterable[Action] = ()) -> None:
        """Do this with the next requests; `then` may be endless."""
        self.script = chain(actions, then)


def open_tunnel(handler: "_Handler") -> None:
    """Open the tunnel, and carry bytes until one of the ends closes."""
    with socket.create_connection(("127.0.0.1", handler.proxy.upstream(handler.path))) as server:
        handler.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        _carry(handler.connection, server)


def refuse(status: int) -> Action:
    """Return the action that refuses with an HTTP status."""

    def act(handler: "_Handler") -> None:
        handler.send_response(status)
        handler.send_header("proxy-authenticate", "Basic realm=proxy")
        handler.send_header("content-length", "0")
        handler.end_headers()

    return act


def hang_up(_: "_Handler") -> None:
    """Close the connection without a word."""


def say(text: bytes) -> Action:
    """Return the action that sends some bytes and closes the connection."""
    return lambda handler: handler.wfile.write(text)


def hang(handler: "_Handler") -> None:
    """Send nothing until the client closes the connection."""
    handler.connection.recv(1)


def say_and_hang(text: bytes) -> Action:
    """Return the action that sends some bytes, and nothing more until the client closes the connection."""

    def act(handler: "_Handler") -> None:
        handler.wfile.write(text)
        hang(handler)

    return act


def always_to(url: str) -> Callable[[str], int]:
    """Return the function for tunnels that all end at a server on loopback, whatever they are for."""
    return lambda _: int(url.rsplit(":", 1)[1])


@contextmanager
def connect_proxy(upstream: Callable[[str], int], *, tls: ssl.SSLContext | None = None) -> Iterator[ConnectProxy]:
    """Run a proxy while the block runs, with TLS if there is a context.

    Args:
        upstream: returns the port on loopback at which the tunnel to an authority ends.
        tls: the TLS context for the way to the proxy.

    """
    proxy = ConnectProxy(upstream)

    class Handler(_Handler):
        pass

    Handler.proxy = proxy
    with _Server(("127.0.0.1", 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        proxy.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()


def _carry(client: Any, server: socket.socket) -> None:
    other = {client: server, server: client}
    with suppress(OSError):
        while True:
            is_buffered = isinstance(client, ssl.SSLSocket) and client.pending()
            for each in [client] if is_buffered else select.select([client, server], [], [])[0]:
                received = each.recv(_AT_ONCE)
                if not received:
                    return
                other[each].sendall(received)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a client that hangs must not block the test

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing: tests close connections on purpose."""


class _Handler(BaseHTTPRequestHandler):
    proxy: ConnectProxy
    disable_nagle_algorithm = True

    def do_CONNECT(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.proxy.tunnels.append(Tunnel(self.path, headers))
        next(self.proxy.script, hang_up)(self)
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Print nothing."""
