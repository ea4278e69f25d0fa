"""An HTTP API in front of the service's function, and the network with its faults.

Each sandbox connects through its own door, so the gateway knows whose request arrives and which faults it has. It reads
no header and no body. As a stand-in for another Evidently API it removes every `x-evidently-*` header, both ways.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from helpers.driver.account import Lambda
from helpers.driver.clock import Clock
from helpers.driver.faults import Fault
from helpers.driver.functions import Call, End, Function, FunctionSandbox
from helpers.driver.web import HOST, RESET, Door, HttpRequest, HttpResponse, server_tls
from helpers.evidently_api import api_event, decoded

OURS: Final = "x-evidently-"
READ_TIMEOUT_SECONDS: Final = 10.0  # the provider's


def _result(status: int, message: str) -> dict[str, Any]:
    """Return a response of API Gateway's own, in the form of a function's result."""
    headers = {"content-type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps({"message": message})}


UNAVAILABLE: Final = _result(503, "Service Unavailable")
_FAILED: Final = _result(500, "Internal Server Error")
_REPLIES: Final = {
    Fault.LOST: UNAVAILABLE,
    Fault.REFUSED: _result(429, "Too Many Requests"),
    Fault.FORBIDDEN: _result(403, "Forbidden"),
    Fault.NOT_FOUND: _result(404, "Not Found"),
}


class Gateway:
    """An Evidently API at a URL.

    Args:
        clock: the driver's clock.
        lambda_: the account's Lambda.
        function: the service.
        log: adds a line to the story.
        passes_headers: whether it passes on the ownership headers.

    """

    def __init__(
        self, clock: Clock, lambda_: Lambda, function: Function, log: Callable[[str], None], *, passes_headers: bool
    ) -> None:
        self.function = function
        self.late: list[HttpRequest] = []  # not applied yet, in the order of arrival
        self._clock = clock
        self._lambda = lambda_
        self._log = log
        self._passes_headers = passes_headers
        self._door = Door(self.apply, tls=server_tls())
        self.url = f"https://{HOST}:{self._door.port}"
        lambda_.entrances[self._door.port] = self._entrance

    async def apply(self, request: HttpRequest) -> HttpResponse:
        """Pass a request to the service; return its response."""
        path = urlsplit(request.target)
        event = api_event(
            request.method, decoded(path.path), query=path.query, headers=self._ours(request.headers), body=request.body
        )
        return self._response(await self.invoke(event))

    async def invoke(self, event: Any) -> Mapping[str, Any]:
        """Return the service's result for an event."""
        invocation = await self._lambda.invoke(self.function, event)
        if invocation.end is End.RETURNED:
            found: Mapping[str, Any] = invocation.result
            return found
        return UNAVAILABLE if invocation.end is End.THROTTLED else _FAILED

    def close(self) -> None:
        """Stop listening."""
        self._door.close()

    def _entrance(self, sandbox: FunctionSandbox) -> Door | None:
        if self.url not in sandbox.function.environment.values():
            return None
        sandbox.api = Door(lambda request: self._serve(sandbox, request), sandbox, server_tls())
        return sandbox.api

    async def _serve(self, sandbox: FunctionSandbox, request: HttpRequest) -> HttpResponse:
        """Respond to a request of a sandbox, with the faults of its invocation."""
        invocation, at, path = sandbox.invocation, self._clock.now, urlsplit(request.target).path
        assert invocation is not None
        fault = invocation.plan.fault_of(request.method, path, at)
        self._log(f"{sandbox.name} sends {request.method} {path} {f'[{fault}]' if fault else ''}")
        response = await self._with(fault, sandbox, request, invocation.plan.faults.seconds)
        invocation.calls.append(Call(at, request.method, path, fault, response.status))
        self._log(f"{sandbox.name} gets {response.status or 'a reset'} for {request.method} {path}")
        return response

    async def _with(self, fault: Fault, sandbox: FunctionSandbox, request: HttpRequest, seconds: float) -> HttpResponse:
        match fault:
            case Fault.RESET:
                return RESET
            case Fault.RESPONSE_LOST:
                await self.apply(request)
                return self._response(UNAVAILABLE)
            case Fault.RESPONSE_RESET:
                await self.apply(request)
                return RESET
            case Fault.DEATH:
                await self.apply(request)
                sandbox.kill()
                return RESET
            case Fault.LATE:
                self.late.append(request)
                await self._clock.sleep(READ_TIMEOUT_SECONDS)
                return RESET
            case Fault.SLOW:
                await self._clock.sleep(seconds)
                return await self.apply(request)
            case _:
                return self._response(_REPLIES[fault]) if fault in _REPLIES else await self.apply(request)

    def _ours(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {name: value for name, value in headers.items() if self._passes_headers or not name.startswith(OURS)}

    def _response(self, result: Mapping[str, Any]) -> HttpResponse:
        headers = {name.lower(): value for name, value in result["headers"].items()}
        return HttpResponse(result["statusCode"], result["body"].encode(), self._ours(headers))
