"""The way out for the function's own requests: the proxy and the CA bundle that the environment names, as for the SDK.

The SDK's calls obey HTTPS_PROXY, NO_PROXY, AWS_CA_BUNDLE and REQUESTS_CA_BUNDLE; what must get out without the SDK
obeys them here. No peer goes unverified, neither server nor proxy, whatever a setting says.
"""

import http.client
import io
import os
import socket
import ssl
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urlsplit

_CA_BUNDLES: Final = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE")  # the first that is set counts
_RECORD_BYTES: Final = 16384  # the longest of TLS


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy that opens tunnels.

    Args:
        host: its name or address.
        port: its port.
        has_tls: whether the way to the proxy itself is TLS, too.
        authorization: the Proxy-Authorization header, "" for none.

    """

    host: str
    port: int
    has_tls: bool
    authorization: str = field(repr=False)


def proxy_for(url: str) -> Proxy | None:
    """Return the environment's proxy for an https URL; None without one, or if the setting is no URL of a proxy."""
    if not any(name.lower() == "https_proxy" for name in os.environ):
        return None
    # botocore asks the same two functions. Their module takes 4 ms to import, and only a proxy needs it.
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415

    setting = getproxies().get("https", "")
    if not setting or proxy_bypass(urlsplit(url).netloc):
        return None
    if not setting.startswith(("http:", "https:")):
        setting = f"http://{setting.removeprefix('//')}"
    try:
        parts = urlsplit(setting)
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname:
        return None
    has_tls = parts.scheme == "https"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    try:
        credentials = b64encode(f"{user}:{password}".encode()).decode()
    except UnicodeEncodeError:  # bytes of the environment that are no text
        return None
    return Proxy(
        host=parts.hostname,
        port=(443 if has_tls else 80) if port is None else port,
        has_tls=has_tls,
        authorization=f"Basic {credentials}" if user and password else "",
    )


def trusting_context() -> ssl.SSLContext:
    """Return the TLS context for servers and proxies: it trusts the system's CAs and those of the environment's bundle.

    To botocore, the bundle replaces the system's CAs. But it may have no other CA than the API's, or not exist, and the
    response has to arrive all the same; the peer is verified either way.
    """
    # Not create_default_context(): since Python 3.13 it refuses CAs that botocore takes, such as those of many proxies.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    bundle = next(filter(None, map(os.environ.get, _CA_BUNDLES)), None)
    if bundle:
        with suppress(OSError):
            context.load_verify_locations(bundle)
    return context


def connect(
    host: str, port: int, context: ssl.SSLContext | None, proxy: Proxy | None, left: Callable[[], float]
) -> Any:
    """Return a socket to a server, or what http.client can use as one.

    Args:
        host: the server's name or address.
        port: its port.
        context: the TLS context; None for plain http.
        proxy: the proxy to go through.
        left: returns the seconds that remain for all of this; what then remains is the socket's time-out.

    Raises:
        OSError, HTTPException, ValueError: there is no connection.

    """
    found: Any = _tcp(proxy.host, proxy.port, left) if proxy else _tcp(host, port, left)
    try:
        if proxy:
            if proxy.has_tls:
                found = _tls(found, context or trusting_context(), proxy.host, left)
            _open_tunnel(found, proxy, host, port, left)
        if context:
            found = _tls(found, context, host, left)
        found.settimeout(left())
    except BaseException:
        found.close()
        raise
    return found


def _tcp(host: str, port: int, left: Callable[[], float]) -> socket.socket:
    """Connect to the first address that accepts; unlike socket.create_connection, with one time-out for all of them."""
    failure: OSError = TimeoutError()
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        found = socket.socket(family, kind, protocol)
        try:
            found.settimeout(left())
            found.connect(address)
            # A request's headers and its body are two packets; Nagle's algorithm would delay the second.
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            found.close()
            failure = error
        else:
            return found
    raise failure


def _open_tunnel(found: Any, proxy: Proxy, host: str, port: int, left: Callable[[], float]) -> None:
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    headers = {"Host": authority, **({"Proxy-Authorization": proxy.authorization} if proxy.authorization else {})}
    found.settimeout(left())
    connection = http.client.HTTPConnection(proxy.host, proxy.port)
    connection.sock = found
    connection.request("CONNECT", authority, headers=headers)
    found.settimeout(left())
    # Not getresponse(), which would close the connection.
    response = http.client.HTTPResponse(found, method="CONNECT")
    response.begin()
    if response.status != http.client.OK:
        raise ConnectionError(f"the proxy returned {response.status}")


def _tls(found: Any, context: ssl.SSLContext, host: str, left: Callable[[], float]) -> Any:
    found.settimeout(left())
    if isinstance(found, ssl.SSLSocket):
        return _TlsInTls(found, context, host)
    return context.wrap_socket(found, server_hostname=host)


class _TlsInTls:
    """TLS within the TLS of a proxy, which the sockets of `ssl` can't do; as much of a socket as http.client needs."""

    def __init__(self, outer: ssl.SSLSocket, context: ssl.SSLContext, host: str) -> None:
        self._outer = outer
        self._received, self._to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._inner = context.wrap_bio(self._received, self._to_send, server_hostname=host)
        self._run(self._inner.do_handshake)

    def _run(self, step: Callable[..., Any], *arguments: Any) -> Any:
        """Run a step of the inner TLS; move bytes while it needs some."""
        while True:
            try:
                result = step(*arguments)
            except ssl.SSLWantReadError:
                self._flush()
                self._receive()
            else:
                self._flush()
                return result

    def _flush(self) -> None:
        self._outer.sendall(self._to_send.read())

    def _receive(self) -> None:
        received = self._outer.recv(_RECORD_BYTES)
        if received:
            self._received.write(received)
        else:
            self._received.write_eof()

    def settimeout(self, seconds: float) -> None:
        self._outer.settimeout(seconds)

    def sendall(self, content: bytes) -> None:
        rest = memoryview(content)
        while rest:
            rest = rest[self._run(self._inner.write, rest) :]

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(lambda buffer: self._run(self._inner.read, len(buffer), buffer)))

    def close(self) -> None:
        self._outer.close()


class _Reader(io.RawIOBase):
    """What a response reads from; as with a socket, it outlives the connection, which http.client closes first."""

    def __init__(self, read: Callable[[Any], int]) -> None:
        self._read = read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._read(buffer)
