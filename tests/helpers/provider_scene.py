"""The provider between two scripted servers: the Evidently API it calls, and the response URL it answers to."""

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from evidently_provider.handler import Settings, handle
from evidently_service.routing import route
from helpers.fake_clock import FakeClock
from helpers.scripted_server import Received, ScriptedServer

EVENTS: Final = Path(__file__).parents[1] / "unit" / "provider" / "events"
STACK_ID: Final = "arn:aws:cloudformation:eu-north-1:123456789012:stack/shop/0a1b2c3d-0000-11ee-8000-0242ac110002"
LOGICAL_ID: Final = "StartUpsell"
REQUEST_ID: Final = "11111111-2222-4333-8444-555555555555"
STARTER: Final = hashlib.sha256(f"{STACK_ID}|{LOGICAL_ID}".encode()).hexdigest()
SECRET: Final = "canary-a2b9"  # noqa: S105 - stands for what must not be logged
MARKER: Final = f"not-started:{REQUEST_ID}"


@dataclass(frozen=True, slots=True)
class Context:
    """Lambda's context, as far as the provider looks at it.

    Args:
        remaining: Seconds that the function may still run.
    """

    remaining: float = 180.0

    def get_remaining_time_in_millis(self) -> int:
        """How long the function may still run."""
        return int(self.remaining * 1000)


def event(request_type: str, physical_id: str = "", **properties: Any) -> dict[str, Any]:
    """An event of CloudFormation's, but for its response URL; a property that is None is left out."""
    all_properties = {
        "ServiceToken": "arn:aws:lambda:eu-north-1:123456789012:function:provider",
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
        "ResourceProperties": {name: value for name, value in all_properties.items() if value is not None},
        **({"PhysicalResourceId": physical_id} if physical_id else {}),
    }


def golden(name: str) -> dict[str, Any]:
    """An event that CloudFormation once sent."""
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True, slots=True)
class Called:
    """A call of the API."""

    operation: str
    launch: str
    request: Received

    @classmethod
    def of(cls, request: Received) -> "Called":
        """The call that a request is."""
        found = route(request.method, request.path.partition("?")[0])
        return cls(found.operation.name, found.labels.get("launch", ""), request)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a test of the provider has in its hands.

    Args:
        api: Stands for the Evidently API.
        cloudformation: Stands for the response URL.
        clock: The provider's time.
    """

    api: ScriptedServer
    cloudformation: ScriptedServer
    clock: FakeClock

    def send(self, asked: Mapping[str, Any], *, remaining: float = 180.0, **settings: Any) -> dict[str, Any]:
        """The one answer to an event."""
        self.deliver(asked, remaining=remaining, **settings)
        assert len(self.cloudformation.received) == 1, "exactly one answer"
        answer: dict[str, Any] = self.cloudformation.documents[0]
        self.cloudformation.received.clear()
        return answer

    def deliver(self, asked: Mapping[str, Any], *, remaining: float = 180.0, url: str = "", **settings: Any) -> None:
        """Hand an event to the provider, whose answer goes wherever it goes."""
        url = url or f"{self.cloudformation.url}/answers?X-Amz-Signature={SECRET}"
        self.deliver_as_it_is({**asked, "ResponseURL": url}, remaining=remaining, **settings)

    def deliver_as_it_is(self, asked: Mapping[str, Any], *, remaining: float = 180.0, **settings: Any) -> None:
        """Hand anything to the provider."""
        handle(asked, Context(remaining), Settings(clock=self.clock.clock, **settings))

    @property
    def calls(self) -> list[str]:
        """The API's operations that were called, in order."""
        return [call.operation for call in self.called]

    @property
    def called(self) -> list[Called]:
        """The calls of the API, in order."""
        return [Called.of(request) for request in self.api.received]


def let_the_work_end() -> None:
    """Wait for work that went on after its answer."""
    for thread in threading.enumerate():
        if thread.name == "work":
            thread.join(10)
            assert not thread.is_alive()


LogLines = Callable[[], list[dict[str, Any]]]
