"""A CloudFormation of our own for tests, with Lambda, an HTTP API and a network that can fail.

The handlers run in it unchanged, in processes of their own under AWS's runtime client; the service's table is on the
local AWS. What that is too kind to do happens here: requests in parallel, dated response URLs over TLS, retries and
duplicates, Deletes after failed and cancelled Creates, sandboxes that freeze and die, calls that are lost or come late.
The driver looks at no header and no physical id: what the handlers make of it is theirs.

Nothing happens while the test does something else. Everything that the driver does is on one event loop, which runs in
the test's own thread whenever the test waits: for a response, a stack, a time, or whatever `until` is given. When
nobody has anything left to do but wait, the clock moves to what comes next: a minute takes none.

A test of events sends requests, and says what becomes of each (the words are in `faults.py`):

    create = driver.send(driver.request("Create", provider, properties=start("november")), faults("answer lost"))
    assert create.response().status == "FAILED"                # which passes some thirty seconds
    delete = driver.send(driver.request("Delete", provider, physical_id=create.response().physical_id, ...))
    driver.send(create.request).end()                          # a duplicate, now; `faults(queued=3600)`: in an hour

A test of stacks deploys synthesized templates, whose custom resources are real and whose other resources are not:

    stack = driver.stack("shop")
    assert stack.deploy(synthesized(first)) == "CREATE_COMPLETE"
    status = stack.deploy(synthesized(second), fails=SiblingFails("before", "Start"))
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert [each.purpose for each in stack.requests] == ["create Start", "update Start", "rollback update Start"]

Which module is what: `clock` moves the time, `bootstrap` brings it into a `sandbox`; `web` speaks HTTP; `functions` and
`account` are Lambda, `gateway` and `faults` the API and its network; `events`, `responses` and `deliveries` what passes
between; `templates`, `changes`, `provisioning` and `stacks` are CloudFormation.
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
    """All of it.

    Args:
        folder: where the page of the clock may be.
        service: the environment of the service's function.

    """

    api: Gateway  # the Evidently API
    stand_in: Gateway  # the same, but it knows none of our headers

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
        """Make a request, which can be sent any number of times.

        Args:
            kind: Create, Update or Delete.
            function: the function that gets it.
            stack: the stack's id, or a name for one that stays the same for the whole test.
            requested_at: when the response URL is signed, in seconds since 1970; by default now, and never in the same
                second as the request before.
            dated: whether the URL says so.
            members: of `Request`: `properties`, `physical_id` and so on.

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
        """Send a request to Lambda, the first time or once more; each try has the faults at its place."""
        return Delivery(self, request, faults)

    def stack(self, name: str) -> Stack:
        """A stack that is not there yet."""
        return Stack(self, name)

    def provider(self, api: Gateway | None = None, signing_name: str = contract.SIGNING_NAME_EXECUTE_API) -> Function:
        """The provider's function, which calls one of the APIs."""
        url = (api or self.api).url
        environment = {contract.ENV_ENDPOINT_URL: url, contract.ENV_SIGNING_NAME: signing_name}
        name = f"provider-{'stand-in-' if api is self.stand_in else ''}{signing_name}"
        return self.lambda_.put(Function(name, contract.PROVIDER_HANDLER, environment, PROVIDER_TIMEOUT_SECONDS))

    def evidently(self) -> Any:
        """A client of the API, for other hands; it sends no header of ours."""
        return evidently_client(lambda event, _: dict(self.loop.run(self.api.invoke(event))))

    def apply_late(self) -> int:
        """Let the oldest call that was late take effect; the status that nobody gets."""
        gateway = self.api if self.api.late else self.stand_in
        response = self.loop.run(gateway.apply(gateway.late.pop(0)))
        self.log(f"a late call takes effect: {response.status}")
        return response.status or 0

    def spawn(self, way: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Let something go on whenever the test waits."""
        task = self.loop.asyncio.create_task(way)
        self._tasks.append(task)
        return task

    def until(self, predicate: Callable[[], bool]) -> None:
        """Wait until something is so; it is looked at whenever nothing is ready to go on."""
        assert self.loop.until(predicate), f"nothing moves\n{self.story()}"

    def wait(self, seconds: float) -> None:
        """Let time pass, and whatever happens in it."""
        self.loop.run(self.clock.sleep(seconds))

    def log(self, line: str) -> None:
        """Add a line to the story."""
        self._lines.append(f"{self.clock.now % 86400:10.3f} {line}")

    def story(self) -> str:
        """What has happened: requests, calls, responses, and what sandboxes print, each with its second of the day."""
        return "\n".join(self._lines)

    def begin(self) -> None:
        """Begin another test: a new story, other stacks, and nothing that is still on its way."""
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
        """End everything."""
        self.loop.run(self._close())
        self.loop.close()
        self.clock.close()

    async def _close(self) -> None:
        await self.lambda_.close()
        for each in (self.api, self.stand_in, self.urls):
            each.close()
