"""The provider between two scripted servers: the Evidently API that it calls, and the response URL."""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import evidently_contract as contract
from evidently_provider.handler import Settings, handle
from evidently_service.http.routing import route
from helpers.fake_clock import FakeClock
from helpers.scripted_server import Received, ScriptedServer

EVENTS: Final = Path(__file__).parents[1] / "integration" / "provider" / "events"
STACK_ID: Final = "arn:aws:cloudformation:eu-north-1:123456789012:stack/shop/0a1b2c3d-0000-11ee-8000-0242ac110002"
FUNCTION_ARN: Final = "arn:aws:lambda:eu-north-1:123456789012:function:provider"
LOGICAL_ID: Final = "StartUpsell"
REQUEST_ID: Final = "11111111-2222-4333-8444-555555555555"
SECRET: Final = "canary-a2b9"  # noqa: S105 - stands for what must not be logged
NOW: Final = 1_637_368_600  # when CloudFormation signs the requests of a test, by default
NOT_STARTED: Final = f"not-started:{NOW}"
MADE_UP: Final = "shop-StartUpsell-1A2B3C4D5E6F7"
RESERVE_SECONDS: Final = 15  # of the function's time, for the response
_MEMBER: Final = re.compile(r'([a-z-]+)=(?:"([^"]*)"|@?([a-z0-9-]+))')
_PAST_THE_DEADLINE: Final = 170  # of a function with 180 seconds


@dataclass(frozen=True, slots=True)
class Context:
    """Lambda's context, with the members that the provider reads.

    Args:
        remaining: seconds that the function may still run.
        invoked_function_arn: the function's ARN.

    """

    remaining: float = 180.0
    invoked_function_arn: str = FUNCTION_ARN

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds that the function may still run."""
        return int(self.remaining * 1000)


def event(
    request_type: str, physical_id: str = "", *, old: Mapping[str, Any] | None = None, **properties: Any
) -> dict[str, Any]:
    """Return an event of a StartLaunch, without its response URL.

    Args:
        request_type: Create, Update or Delete.
        physical_id: PhysicalResourceId.
        old: old properties of an Update that differ from the new ones.
        properties: properties that differ from those of a launch `november`; None leaves one out.

    """
    given = {
        "ServiceToken": FUNCTION_ARN,
        "SchemaVersion": "1",
        "Project": "petfood",
        "Launch": "november",
        "OnDelete": "CANCEL",
        "TimeoutSeconds": "120",
        "Triggers": SECRET,
        **properties,
    }
    return {
        "RequestType": request_type,
        "RequestId": REQUEST_ID,
        "StackId": STACK_ID,
        "LogicalResourceId": LOGICAL_ID,
        "ResourceType": "Custom::EvidentlyStartLaunch",
        "ResourceProperties": {name: value for name, value in given.items() if value is not None},
        **({"PhysicalResourceId": physical_id} if physical_id else {}),
        **({} if old is None else {"OldResourceProperties": {**given, **old}}),
    }


def golden(name: str) -> dict[str, Any]:
    """Return a golden event, as CloudFormation sent it."""
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def presigned(url: str, at: int | None) -> str:
    """Return a URL as CloudFormation signs it, with or without a date."""
    signed = f"X-Amz-Date={datetime.fromtimestamp(at, UTC):%Y%m%dT%H%M%SZ}&" if at is not None else ""
    return f"{url}/response?{signed}X-Amz-Signature={SECRET}"


@dataclass(frozen=True, slots=True)
class Called:
    """A call of the API.

    Args:
        operation: such as StartLaunch.
        launch: the launch's name, "" for an operation on another resource.
        request: the request.

    """

    operation: str
    launch: str
    request: Received

    @classmethod
    def of(cls, request: Received) -> "Called":
        """Return the call that a request makes."""
        found = route(request.method, request.path.partition("?")[0])
        return cls(found.operation.name, found.labels.get("launch", ""), request)

    @property
    def owner(self) -> dict[str, str]:
        """Members of the owner header, without quotes and at signs."""
        header = self.request.headers.get(contract.OWNER_HEADER, "")
        return {name: text or bare for name, text, bare in _MEMBER.findall(header)}


@dataclass(frozen=True, slots=True)
class Harness:
    """The provider between its servers, for a test.

    Args:
        api: the Evidently API.
        cloudformation: the response URL.
        clock: the provider's time.

    """

    api: ScriptedServer
    cloudformation: ScriptedServer
    clock: FakeClock

    def send(
        self, given: Mapping[str, Any], *, at: int | None = NOW, remaining: float = 180.0, **settings: Any
    ) -> dict[str, Any]:
        """Invoke the provider; return its single response."""
        self.invoke(given, at=at, remaining=remaining, **settings)
        assert len(self.cloudformation.received) == 1, "exactly one response"
        response: dict[str, Any] = self.cloudformation.documents[0]
        self.cloudformation.received.clear()
        return response

    def invoke(
        self,
        given: Mapping[str, Any],
        *,
        at: int | None = NOW,
        url: str = "",
        remaining: float = 180.0,
        **settings: Any,
    ) -> None:
        """Invoke the provider with an event and a response URL."""
        url = url or presigned(self.cloudformation.url, at)
        self.invoke_unchanged({**given, "ResponseURL": url}, remaining=remaining, **settings)

    def invoke_unchanged(self, given: Mapping[str, Any], *, remaining: float = 180.0, **settings: Any) -> None:
        """Invoke the provider with any event."""
        handle(given, Context(remaining), Settings(clock=self.clock.clock, **settings))

    @property
    def calls(self) -> list[str]:
        """Operations of the API that the provider called, in order."""
        return [call.operation for call in self.called]

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """Calls that change something: operation, launch, and the action in the owner header."""
        return [(call.operation, call.launch, call.owner["action"]) for call in self.called if call.owner]

    @property
    def called(self) -> list[Called]:
        """Calls of the API, in order."""
        return [Called.of(request) for request in self.api.received]

    @contextmanager
    def hanging(self, seconds: float = _PAST_THE_DEADLINE) -> Iterator[Callable[[], None]]:
        """Yield a function that hangs past the deadline; at the block's end, end it and wait for the worker."""
        over = threading.Event()

        def hang() -> None:
            self.clock.seconds += seconds
            over.wait(10)

        try:
            yield hang
        finally:
            over.set()
            join_workers()


def join_workers() -> None:
    """Wait for the workers that outlive their responses."""
    for thread in threading.enumerate():
        if thread.name == "worker":
            thread.join(10)
            assert not thread.is_alive()


LogLines = Callable[[], list[dict[str, Any]]]
