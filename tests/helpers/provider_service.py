"""The real Evidently API for the provider: the service, on a real table, behind the harness's socket."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from helpers.evidently_api import api_event, decoded, lambda_context
from helpers.in_process_aws import dynamodb_in_process
from helpers.managed_events import named
from helpers.provider_harness import NOW, Harness
from helpers.scripted_server import RESET, Received, Reply
from helpers.service import Service
from helpers.service_table import make_table

_SECONDS_BETWEEN_REQUESTS: Final = 60


@dataclass(slots=True)
class Served:
    """The harness's provider and a new, empty service. Each request of CloudFormation comes a minute after the last.

    Args:
        harness: the provider between its servers.
        service: the Evidently API that it calls.
        evidently: another client of the API, without an owner.
        now: when CloudFormation signed the last request, in seconds since 1970.

    """

    harness: Harness
    service: Service
    evidently: Any = field(init=False)
    now: int = NOW
    _last: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.evidently = self.service.client()
        self.harness.api.headers = {}
        self.harness.api.respond = self.respond

    @classmethod
    def on(cls, harness: Harness) -> "Served":
        """Return both, with a new table."""
        dynamodb = dynamodb_in_process()
        return cls(harness, Service(dynamodb, make_table(dynamodb)))

    def send(self, given: Mapping[str, Any], *, again: bool = False) -> dict[str, Any]:
        """Return the response to an event; `again` delivers the last one a second time.

        An Update without OldResourceProperties gets those of the last successful request for its resource.
        """
        of = (given["StackId"], given["LogicalResourceId"])
        if given["RequestType"] == "Update":
            given = {"OldResourceProperties": self._last.get(of, {}), **given}
        if not again:
            self.now += _SECONDS_BETWEEN_REQUESTS
            self.service.now = self.now * 1000
            self.harness.clock.wall = self.now
        response = self.harness.send(given, at=self.now)
        if response["Status"] == "SUCCESS":
            self._last[of] = given["ResourceProperties"]
        return response

    def respond(self, request: Received) -> Reply:
        """Return the service's response to a request."""
        return respond(self.service, request)

    @contextmanager
    def losing_responses(self, *methods: str, times: int = 1000) -> Iterator[None]:
        """Lose the first responses to requests of these methods; the API carries the requests out."""
        left = iter(range(times))

        def lose(request: Received) -> Reply:
            reply = self.respond(request)
            return RESET if request.method in methods and next(left, None) is not None else reply

        self.harness.api.respond = lose
        try:
            yield
        finally:
            self.harness.api.respond = self.respond

    def shown(self, kind: str, name: str = "") -> dict[str, Any]:
        """Return a managed resource's document."""
        get = getattr(self.evidently, f"get_{kind.lower()}")
        found: dict[str, Any] = get(**named(kind, name))[kind.lower()]
        return found

    def exists(self, kind: str, name: str = "") -> bool:
        """Whether a managed resource exists."""
        try:
            self.shown(kind, name)
        except self.evidently.exceptions.ResourceNotFoundException:
            return False
        return True

    def status(self, launch: str = "november") -> str:
        """Return the status of a launch, "" if it does not exist."""
        return str(self.shown("Launch", launch)["status"]) if self.exists("Launch", launch) else ""


def respond(service: Service, request: Received) -> Reply:
    """Return the service's response to a request."""
    path, _, query = request.path.partition("?")
    given = api_event(request.method, decoded(path), query=query, headers=request.headers, body=request.body)
    found = service.handler(given, lambda_context())
    return Reply(found["statusCode"], found["body"].encode(), found["headers"])
