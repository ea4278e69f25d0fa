"""An HTTP server between a stack and its Evidently API: notes each call, and lets it pass, or be throttled or lost.

It hands requests on as they are, so that signatures hold; a request that is not to pass never reaches the API.
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

Call = str  # the last segment of a path says what is called: `start`, `cancel`; or the launch's name for GetLaunch


class Verdict(Enum):
    """What becomes of a request."""

    PASS = auto()
    THROTTLE = auto()
    LOSE_THE_ANSWER = auto()  # the API does what it is asked, and nobody hears of it
    ANSWER_AS_A_WEBSITE = auto()
    ANSWER_LATE = auto()  # the API does what it is asked, and answers when nobody waits any more
    KILL_THE_CALLER = auto()  # the API does what it is asked, and the function that asked is gone


Plan = Callable[[Call, int], Verdict]


def everything(verdict: Verdict) -> Plan:
    """A plan that treats all calls alike."""
    return lambda _call, _nth: verdict


def the_first(call: Call, verdict: Verdict) -> Plan:
    """A plan that lets everything pass but the first of these calls."""
    return lambda called, nth: verdict if (called, nth) == (call, 1) else Verdict.PASS


def at_most(per_second: int) -> Plan:
    """A plan that throttles what is more than so many calls in any second."""
    passed: deque[float] = deque(maxlen=per_second)

    def decide(_call: Call, _nth: int) -> Verdict:
        now = time.monotonic()
        if len(passed) == per_second and now - passed[0] < 1:
            return Verdict.THROTTLE
        passed.append(now)
        return Verdict.PASS

    return decide


def throttle_for(seconds: float) -> Plan:
    """A plan that throttles everything for so long, from the first call on."""
    began: list[float] = []

    def decide(_call: Call, _nth: int) -> Verdict:
        began.append(time.monotonic())
        return Verdict.THROTTLE if began[-1] - began[0] < seconds else Verdict.PASS

    return decide


@dataclass(slots=True)
class Gatekeeper:
    """Where it listens, and what it saw.

    Args:
        port: Its port.
        plan: What becomes of each call.
        upstream_port: Where what passes goes.
        kill: Ends the function that calls.
        calls: What came so far.
        passed: What of that got through.

    """

    port: int
    plan: Plan
    upstream_port: int
    kill: Callable[[], None]
    calls: list[Call] = field(default_factory=list)
    passed: list[Call] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, call: Call) -> Verdict:
        """Decide on a call, and remember it."""
        with self._lock:
            self.calls.append(call)
            verdict = self.plan(call, self.calls.count(call))
            if verdict is Verdict.PASS:
                self.passed.append(call)
            return verdict


@contextmanager
def gatekeeper(upstream_port: int, plan: Plan, kill: Callable[[], None] = lambda: None) -> Iterator[Gatekeeper]:
    """A gatekeeper before a local AWS, for as long as the block runs."""
    keeper = Gatekeeper(port=0, plan=plan, upstream_port=upstream_port, kill=kill)

    class Handler(_Handler):
        keeper_of_this_server = keeper

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        keeper.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield keeper
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    keeper_of_this_server: Gatekeeper

    def _serve(self) -> None:
        keeper = self.keeper_of_this_server
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        match keeper.note(self.path.rsplit("/", 1)[-1]):
            case Verdict.PASS:
                self._answer(*self._forward(keeper.upstream_port, body))
            case Verdict.LOSE_THE_ANSWER:
                self._forward(keeper.upstream_port, body)
                self.close_connection = True
            case Verdict.ANSWER_LATE:
                self._forward(keeper.upstream_port, body)
                while self.rfile.read(1):  # until the caller has hung up
                    pass
                self.close_connection = True
            case Verdict.KILL_THE_CALLER:
                self._forward(keeper.upstream_port, body)
                keeper.kill()
                self.close_connection = True
            case Verdict.THROTTLE:
                refusal = {"message": "Rate exceeded", "serviceCode": "evidently"}
                self._answer(429, {"x-amzn-errortype": "ThrottlingException"}, json.dumps(refusal).encode())
            case Verdict.ANSWER_AS_A_WEBSITE:
                self._answer(404, {"content-type": "text/html"}, b"<html><body>Not here</body></html>")

    do_GET = do_POST = do_DELETE = do_PATCH = _serve  # noqa: N815 - http.server's names

    def _forward(self, port: int, body: bytes) -> tuple[int, dict[str, str], bytes]:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as upstream:
            upstream.request(self.command, self.path, body, dict(self.headers.items()))
            answer = upstream.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in {"content-length", "connection", "transfer-encoding", "date", "server"}:
                self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
