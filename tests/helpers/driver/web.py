"""HTTP/1.1 on the driver's loop: the part that botocore, awslambdaric and http.client use, with or without TLS.

A door is a listener for one caller, so that a server knows who calls.
"""

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Final, Protocol

HOST: Final = "127.0.0.1"
CERTIFICATE: Final = Path(__file__).resolve().parents[1] / "tls" / "self-signed.pem"  # for 127.0.0.1, its own CA


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A response; status None resets the connection instead."""

    status: int | None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Caller(Protocol):
    """The caller behind a door; `held` counts its requests without a response yet."""

    held: int


RESET: Final = HttpResponse(None)
Respond = Callable[[HttpRequest], Awaitable[HttpResponse]]


@cache
def server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


@cache
def _refusing_tls() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)  # without a certificate, so that every handshake ends with an alert


class Door:
    """A listener on a port, for one caller or for all, with or without TLS."""

    def __init__(self, respond: Respond, caller: Caller | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._respond = respond
        self._caller = caller
        self._tls = tls
        self._loop = asyncio.get_running_loop()
        self._connections: set[asyncio.Task[None]] = set()
        self._idle: set[asyncio.Task[None]] = set()
        self._passable = asyncio.Event()
        self._socket = _listener(0)
        self.port: int = self._socket.getsockname()[1]
        self._listen(tls)

    def open(self) -> None:
        """Accept connections; stalled ones continue."""
        self._listen(self._tls)

    def close(self) -> None:
        """Refuse connections."""
        self._end_idle()
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
        self._socket.close()

    def refuse_handshakes(self) -> None:
        """Accept connections, but end each TLS handshake with an alert."""
        self._listen(_refusing_tls())
        self._end_idle()

    def stall(self) -> None:
        """Accept connections, and send nothing until `open` is called."""
        self.open()
        self._end_idle()
        self._passable.clear()

    def _listen(self, tls: ssl.SSLContext | None) -> None:
        if self._socket.fileno() < 0:
            self._socket = _listener(self.port)
        self._passable.set()
        self._loop.add_reader(self._socket, self._accept, tls)

    def _end_idle(self) -> None:
        for task in self._idle:
            task.cancel()

    def _accept(self, tls: ssl.SSLContext | None) -> None:
        connection, _ = self._socket.accept()
        connection.settimeout(0)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        task = self._loop.create_task(self._serve(connection, tls))
        self._connections.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._connections.discard(task)
        self._idle.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._loop.call_exception_handler({"message": str(error), "exception": error})

    async def _serve(self, connection: socket.socket, tls: ssl.SSLContext | None) -> None:
        task, writer = asyncio.current_task(), None
        assert task is not None
        try:
            with self._held():
                await self._passable.wait()
            reader, writer = await _streams(connection, tls)
            while True:
                self._idle.add(task)
                request = await _read(reader)
                self._idle.discard(task)
                with self._held():
                    response = await self._respond(request)
                if response.status is None:
                    # A linger time of 0 makes close() reset the connection.
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
                writer.write(_written(response))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the caller closed the connection, or refused the certificate
        finally:
            if writer is not None:
                writer.transport.abort()
            connection.close()

    @contextmanager
    def _held(self) -> Iterator[None]:
        if self._caller is not None:
            self._caller.held += 1
        try:
            yield
        finally:
            if self._caller is not None:
                self._caller.held -= 1


def _listener(port: int) -> socket.socket:
    listener = socket.create_server((HOST, port))
    listener.settimeout(0)
    return listener


async def _streams(
    connection: socket.socket, tls: ssl.SSLContext | None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    transport, _ = await loop.connect_accepted_socket(lambda: protocol, connection, ssl=tls)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def _read(reader: asyncio.StreamReader) -> HttpRequest:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").rstrip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return HttpRequest(method, target, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


def _written(response: HttpResponse) -> bytes:
    status = response.status or 0
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    lines += [f"content-length: {len(response.body)}", "", ""]
    return "\r\n".join(lines).encode() + response.body
