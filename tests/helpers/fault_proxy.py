"""An HTTP proxy between a stack and its Evidently API: it records each call, and passes it on or injects a fault.

It passes requests on unchanged, so that their signatures stay valid; a request that is throttled never gets to the API.
"""

import http.client
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Call = str  # the last segment of the path, such as `start` or `cancel`; for GetLaunch, the launch's name


class FaultAction(Enum):
    """What the proxy does with a request."""

    PASS = auto()
    THROTTLE = auto()
    LOSE_RESPONSE = auto()  # the API serves the request; the connection closes without its response
    RESPOND_AS_WEBSITE = auto()
    RESPOND_LATE = auto()  # the API serves the request; its response comes after the caller's time-out
    KILL_CALLER = auto()  # the API serves the request; the function that called it is killed


Plan = Callable[[Call, int], FaultAction]  # from a call, and its number among the equal ones, to the action


def every_call(action: FaultAction) -> Plan:
    """Return a plan with one action for every call."""
    return lambda _call, _nth: action


def first_call(call: Call, action: FaultAction) -> Plan:
    """Return a plan with an action for the first of these calls; every other call passes."""
    return nth_call(call, 1, action)


def nth_call(call: Call, number: int, action: FaultAction) -> Plan:
    """Return a plan with an action for the nth of these calls; every other call passes."""
    return lambda called, nth: action if (called, nth) == (call, number) else FaultAction.PASS


def at_most(per_second: int) -> Plan:
    """Return a plan that throttles whatever exceeds a number of calls in any second."""
    passed: deque[float] = deque(maxlen=per_second)

    def decide(_call: Call, _nth: int) -> FaultAction:
        now = time.monotonic()
        if len(passed) == per_second and now - passed[0] < 1:
            return FaultAction.THROTTLE
        passed.append(now)
        return FaultAction.PASS

    return decide


def throttle_for(seconds: float) -> Plan:
    """Return a plan that throttles every call for some seconds after the first one."""
    calls: list[float] = []

    def decide(_call: Call, _nth: int) -> FaultAction:
        calls.append(time.monotonic())
        return FaultAction.THROTTLE if calls[-1] - calls[0] < seconds else FaultAction.PASS

    return decide


@dataclass(slots=True)
class FaultProxy:
    """A running proxy, and the calls that it saw.

    Args:
        port: The port it listens on.
        plan: The action for each call.
        upstream_port: The port of the API.
        kill: Kills the function that calls.
        calls: Every call so far.
        passed: Those that passed.

    """

    port: int
    plan: Plan
    upstream_port: int
    kill: Callable[[], None]
    calls: list[Call] = field(default_factory=list)
    passed: list[Call] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def decide(self, call: Call) -> FaultAction:
        """Record a call, and return the plan's action for it."""
        with self._lock:
            self.calls.append(call)
            action = self.plan(call, self.calls.count(call))
            if action is FaultAction.PASS:
                self.passed.append(call)
            return action


@contextmanager
def fault_proxy(upstream_port: int, plan: Plan, kill: Callable[[], None] = lambda: None) -> Iterator[FaultProxy]:
    """Run a proxy in front of a local AWS for the length of the block."""
    proxy = FaultProxy(port=0, plan=plan, upstream_port=upstream_port, kill=kill)

    class Handler(_Handler):
        proxy_of_this_server = proxy

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        proxy.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    proxy_of_this_server: FaultProxy

    def _serve(self) -> None:
        proxy = self.proxy_of_this_server
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        match proxy.decide(self.path.rsplit("/", 1)[-1]):
            case FaultAction.PASS:
                self._respond(*self._forward(proxy.upstream_port, body))
            case FaultAction.LOSE_RESPONSE:
                self._forward(proxy.upstream_port, body)
                self.close_connection = True
            case FaultAction.RESPOND_LATE:
                self._forward(proxy.upstream_port, body)
                while self.rfile.read(1):  # until the caller hangs up
                    pass
                self.close_connection = True
            case FaultAction.KILL_CALLER:
                self._forward(proxy.upstream_port, body)
                proxy.kill()
                self.close_connection = True
            case FaultAction.THROTTLE:
                refusal = {"message": "Rate exceeded", "serviceCode": "evidently"}
                self._respond(429, {"x-amzn-errortype": "ThrottlingException"}, json.dumps(refusal).encode())
            case FaultAction.RESPOND_AS_WEBSITE:
                self._respond(404, {"content-type": "text/html"}, b"<html><body>Not here</body></html>")

    do_GET = do_POST = do_DELETE = do_PATCH = _serve  # noqa: N815 - http.server's names

    def _forward(self, port: int, body: bytes) -> tuple[int, dict[str, str], bytes]:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as upstream:
            upstream.request(self.command, self.path, body, dict(self.headers.items()))
            response = upstream.getresponse()
            return response.status, dict(response.getheaders()), response.read()

    def _respond(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            # http.server writes date and server itself; the others describe the connection to the API, not this one.
            if name.lower() not in {"content-length", "connection", "transfer-encoding", "date", "server"}:
                self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
