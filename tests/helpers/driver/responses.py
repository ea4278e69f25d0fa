"""The response URL: S3 behind TLS, with a presigned path for each request.

Each sandbox has its own door, which assigns a response to its invocation: the URL alone is the same for all duplicates
of a request.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from helpers.driver.account import Lambda
from helpers.driver.clock import Clock
from helpers.driver.events import ContractError, Request
from helpers.driver.functions import FunctionSandbox
from helpers.driver.web import HOST, Door, HttpRequest, HttpResponse, server_tls
from helpers.evidently_api import REGION

EXPIRES_SECONDS: Final = 7200
_ACCEPTED: Final = HttpResponse(200)
_DENIED: Final = HttpResponse(403, b"<Error><Code>AccessDenied</Code></Error>", {"content-type": "application/xml"})
_UNAVAILABLE: Final = HttpResponse(503, b"<Error><Code>SlowDown</Code></Error>", {"content-type": "application/xml"})


class ResponseUrls:
    """The server of all response URLs.

    Args:
        clock: the driver's clock.
        lambda_: the account's Lambda.
        log: adds a line to the story.

    """

    def __init__(self, clock: Clock, lambda_: Lambda, log: Callable[[str], None]) -> None:
        self.violations: list[str] = []
        self._requests: dict[str, Request] = {}
        self._clock = clock
        self._log = log
        self._door = Door(self._without_sandbox, tls=server_tls())
        self._authority = f"{HOST}:{self._door.port}"
        lambda_.entrances[self._door.port] = self._entrance

    def sign(self, requested_at: int | None) -> str:
        """Return a presigned URL, with the date if there is one."""
        query = {"X-Amz-Algorithm": "AWS4-HMAC-SHA256"}
        if requested_at is not None:
            moment = datetime.fromtimestamp(requested_at, UTC)
            query["X-Amz-Date"] = moment.strftime("%Y%m%dT%H%M%SZ")
            query["X-Amz-Credential"] = f"AKIDEXAMPLE/{moment:%Y%m%d}/{REGION}/s3/aws4_request"
        query |= {
            "X-Amz-SignedHeaders": "host",
            "X-Amz-Expires": str(EXPIRES_SECONDS),
            "X-Amz-Signature": uuid4().hex * 2,
        }
        path = f"/cloudformation-custom-resource-response-{REGION.replace('-', '')}/{uuid4()}"
        return f"https://{self._authority}{path}?{urlencode(query)}"

    def expect(self, request: Request) -> None:
        """Accept responses to a request from now on."""
        self._requests[_target(request.url)] = request

    def forget(self) -> None:
        """Accept no response to the requests so far."""
        self._requests.clear()
        self.violations.clear()

    def close(self) -> None:
        """Stop listening."""
        self._door.close()

    def _entrance(self, sandbox: FunctionSandbox) -> Door:
        return Door(lambda request: self._put(sandbox, request), sandbox, server_tls())

    async def _without_sandbox(self, _: HttpRequest) -> HttpResponse:
        return _DENIED

    async def _put(self, sandbox: FunctionSandbox, put: HttpRequest) -> HttpResponse:
        request, invocation, now = self._requests.get(put.target), sandbox.invocation, self._clock.now
        if put.method != "PUT" or put.headers.get("content-type") or request is None or invocation is None:
            return self._refuse(f"{sandbox.name}: {put.method} with content type {put.headers.get('content-type')!r}")
        if invocation.plan.faults.responses_lost:
            return _UNAVAILABLE
        if request.requested_at is not None and now > request.requested_at + EXPIRES_SECONDS:
            self._log(f"{sandbox.name} responds when the URL has expired")
            return _DENIED
        try:
            response = request.response_in(put.body, now)
        except (ContractError, ValueError) as error:
            return self._refuse(f"{sandbox.name}: {error}")
        self._log(f"{sandbox.name} responds {response.status} {response.physical_id} {response.reason}")
        invocation.responses.append(response)
        request.responses.append(response)
        request.responded.set()
        return _ACCEPTED

    def _refuse(self, what: str) -> HttpResponse:
        self._log(f"CONTRACT VIOLATED by {what}")
        self.violations.append(what)
        return _DENIED


def _target(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"
