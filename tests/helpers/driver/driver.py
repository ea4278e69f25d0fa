"""A CloudFormation for tests, with Lambda, an HTTP API and a network that can fail.

The handlers run unchanged, each in a process under AWS's runtime client; the service's table is on the local AWS. The
driver does what the local AWS does not: requests in parallel, dated response URLs over TLS, retries and duplicates,
Deletes after failed and cancelled Creates, sandboxes that freeze and die, calls that are lost or late. It reads no
header and no physical id, so the handlers alone decide what they mean.

Everything happens on one event loop, which runs in the test's own thread while the test waits: for a response, a stack,
a time, or the predicate of `until`. When everything waits, the clock moves ahead: a minute takes no time.

A test of events sends requests, each with its faults (`faults.py` has their names):

    create = driver.send(driver.request("Create", provider, properties=start("november")), faults("response lost"))
    assert create.response().status == "FAILED"                # after some thirty seconds
    delete = driver.send(driver.request("Delete", provider, physical_id=create.response().physical_id, ...))
    driver.send(create.request).end()                          # a duplicate, now; `faults(queued=3600)`: in an hour

A test of stacks deploys synthesized templates; only their custom resources are real:

    stack = driver.stack("shop")
    assert stack.deploy(synthesized(first)) == "CREATE_COMPLETE"
    status = stack.deploy(synthesized(second), fails=SiblingFails("before", "Start"))
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert [each.purpose for each in stack.requests] == ["create Start", "update Start", "rollback update Start"]

Modules: `clock` moves the time, and `bootstrap` brings it into a `sandbox`; `web` speaks HTTP; `functions` and
`account` are Lambda; `gateway` and `faults` the API and its network; `events`, `responses` and `deliveries` the
messages; `templates`, `changes`, `provisioning` and `stacks` CloudFormation.
"""

from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import evidently_contract as contract
from helpers.driver.account import Lambda
from helpers.driver.clock import Clock, Loop
from helpers.driver.deliveries import Delivery
from helpers.driver.events import Request, new_stack_id
from helpers.driver.faults import Faults
from helpers.driver.functions import Function
from helpers.driver.gateway import Gateway
from helpers.driver.responses import ResponseUrls
from helpers.driver.stacks import Stack
from helpers.evidently_api import evidently_client

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")
SERVICE_TIMEOUT_SECONDS: Final = 29.0
PROVIDER_TIMEOUT_SECONDS: Final = 180.0


class Driver:
    """The whole of it, for one test after the other.

    Args:
        folder: where the clock's page goes.
        service: the environment of the service's function.

    """

    api: Gateway  # the Evidently API
    stand_in: Gateway  # the same without the ownership headers, as AWS's own API

    def __init__(self, folder: Path, service: Mapping[str, str]) -> None:
        self.clock = Clock(folder / "clock")
        self.loop = Loop(self.clock)
        self._lines: list[str] = []
        self._signed_at: int | None = None
        self._stacks: dict[str, str] = {}
        self._tasks: list[asyncio.Task[Any]] = []
        self.loop.run(self._open(Function("service", contract.SERVICE_HANDLER, service, SERVICE_TIMEOUT_SECONDS)))

    async def _open(self, service: Function) -> None:
        self.lambda_ = Lambda(self.clock, self.log)
        self.urls = ResponseUrls(self.clock, self.lambda_, self.log)
        self.api, self.stand_in = (
            Gateway(self.clock, self.lambda_, service, self.log, passes_headers=known) for known in (True, False)
        )

    def request(
        self,
        kind: str,
        function: Function,
        *,
        stack: str = "shop",
        requested_at: float | None = None,
        dated: bool = True,
        **members: Any,
    ) -> Request:
        """Return a request, which can be sent any number of times.

        Args:
            kind: Create, Update or Delete.
            function: the function behind the ServiceToken.
            stack: the stack's id, or a name for one that stays the same for the whole test.
            requested_at: when the response URL is signed, in seconds since 1970; by default now, and never in the same
                second as the request before.
            dated: whether the URL has that date.
            members: other members of `Request`, such as `properties` and `physical_id`.

        """
        stack_id = stack if ":" in stack else self._stacks.setdefault(stack, new_stack_id(stack))
        if requested_at is None and int(self.clock.now) == self._signed_at:
            self.wait(1)
        signed_at = int(self.clock.now if requested_at is None else requested_at) if dated else None
        self._signed_at = signed_at
        url = self.urls.sign(signed_at)
        request = Request(kind=kind, function=function, stack_id=stack_id, url=url, requested_at=signed_at, **members)
        self.urls.expect(request)
        return request

    def send(self, request: Request, *faults: Faults) -> Delivery:
        """Send a request to Lambda, or send it again; each attempt has the faults at its index."""
        return Delivery(self, request, faults)

    def stack(self, name: str) -> Stack:
        """Return a stack that does not exist yet."""
        return Stack(self, name)

    def provider(self, api: Gateway | None = None, signing_name: str = contract.SIGNING_NAME_EXECUTE_API) -> Function:
        """Return the provider's function for one of the APIs."""
        url = (api or self.api).url
        environment = {contract.ENV_ENDPOINT_URL: url, contract.ENV_SIGNING_NAME: signing_name}
        name = f"provider-{'stand-in-' if api is self.stand_in else ''}{signing_name}"
        return self.lambda_.put(Function(name, contract.PROVIDER_HANDLER, environment, PROVIDER_TIMEOUT_SECONDS))

    def evidently(self) -> Any:
        """Return a client of the API that sends no owner header, as anybody else's."""
        return evidently_client(lambda event, _: dict(self.loop.run(self.api.invoke(event))))

    def apply_late(self) -> int:
        """Apply the oldest late call; return its HTTP status, which its caller never gets."""
        gateway = self.api if self.api.late else self.stand_in
        response = self.loop.run(gateway.apply(gateway.late.pop(0)))
        self.log(f"a late call takes effect: {response.status}")
        return response.status or 0

    def spawn(self, way: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Run a coroutine while the test waits."""
        task = self.loop.asyncio.create_task(way)
        self._tasks.append(task)
        return task

    def until(self, predicate: Callable[[], bool]) -> None:
        """Wait until a predicate holds; it is checked whenever nothing is ready to run."""
        assert self.loop.until(predicate), f"nothing moves\n{self.story()}"

    def wait(self, seconds: float) -> None:
        """Wait for that many seconds, in which everything else continues."""
        self.loop.run(self.clock.sleep(seconds))

    def log(self, line: str) -> None:
        """Add a line to the story, which pytest shows for a failed test."""
        self._lines.append(f"{self.clock.now % 86400:10.3f} {line}")

    def story(self) -> str:
        """Return what has happened: requests, calls, responses and prints, each with its second of the day."""
        return "\n".join(self._lines)

    def begin(self) -> None:
        """Begin another test, with an empty story, other stacks, and nothing in flight."""
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()
        self.loop.run(self.lambda_.reset())
        self._stacks.clear()
        self._lines.clear()
        self.urls.forget()
        self.api.late.clear()
        self.stand_in.late.clear()

    def close(self) -> None:
        """End all sandboxes, servers and the loop."""
        self.loop.run(self._close())
        self.loop.close()
        self.clock.close()

    async def _close(self) -> None:
        await self.lambda_.close()
        for each in (self.api, self.stand_in, self.urls):
            each.close()
