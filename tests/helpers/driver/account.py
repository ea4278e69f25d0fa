"""The account's Lambda: two ways to invoke a function, and the Runtime API that sandboxes ask for invocations.

A synchronous invocation gets a sandbox or is throttled. An asynchronous one waits for a sandbox; if the function
raises or its sandbox dies, Lambda retries one and two minutes later with the same request id. All functions share the
account's slots. A sandbox is frozen between invocations, and reused.
"""

import asyncio
import json
from collections.abc import Callable
from itertools import count
from typing import Any, Final
from uuid import uuid4

from helpers.driver.clock import Clock
from helpers.driver.faults import Fault, Faults
from helpers.driver.functions import End, Function, FunctionSandbox, Invocation
from helpers.driver.web import HOST, RESET, Door, HttpRequest, HttpResponse

_RETRY_AFTER_SECONDS: Final = (0.0, 60.0, 120.0)
_API: Final = "/2018-06-01/runtime/"
_ACCEPTED: Final = HttpResponse(202, b"{}")
_SLOTS: Final = 1000

# Opens a door for a sandbox to one of the driver's servers; None if its function does not call that server.
Entrance = Callable[[FunctionSandbox], Door | None]


class Lambda:
    """Lambda: all functions of the account, by ARN, as a ServiceToken names them."""

    def __init__(self, clock: Clock, log: Callable[[str], None]) -> None:
        self.slots = _SLOTS  # sandboxes that may run at the same time
        self.functions: dict[str, Function] = {}
        self.entrances: dict[int, Entrance] = {}  # by the server's port
        self._clock = clock
        self._log = log
        self._sandboxes: dict[str, FunctionSandbox] = {}
        self._numbers = count(1)
        self._in_use = 0
        self._queue: list[asyncio.Future[None]] = []
        self._door = Door(self._runtime_api)

    def put(self, function: Function) -> Function:
        """Create or update a function; its sandboxes are reused only if nothing changed."""
        found = self.functions.get(function.arn)
        if found == function and found is not None:
            return found
        if found is not None:
            self.remove(found)
        return self.functions.setdefault(function.arn, function)

    def remove(self, function: Function) -> None:
        """Delete a function; its running invocations continue."""
        del self.functions[function.arn]
        function.is_gone = True
        for sandbox in function.idle:
            sandbox.kill()

    async def invoke(self, function: Function, event: Any) -> Invocation:
        """Invoke a function and wait for its result."""
        invocation = Invocation.of(event, str(uuid4()), Faults())
        if self._in_use >= self.slots:
            invocation.end = End.THROTTLED
        else:
            await self._run(function, invocation)
        return invocation

    async def invoke_async(
        self, function: Function, event: Any, request_id: str, tries: list[Invocation], *faults: Faults
    ) -> None:
        """Invoke a function as Lambda's event queue does: up to three attempts, until one returns.

        Args:
            function: the function.
            event: the event.
            request_id: the id that Lambda gives to all attempts.
            tries: receives each attempt as it begins.
            faults: the faults of each attempt; later ones have none.

        """
        for number, pause in enumerate(_RETRY_AFTER_SECONDS):
            given = faults[number] if number < len(faults) else Faults()
            await self._clock.sleep(pause + given.queued)
            while self._in_use >= self.slots:
                free = asyncio.get_running_loop().create_future()
                self._queue.append(free)
                await free
                self._queue.remove(free)
            tries.append(Invocation.of(event, request_id, given))
            await self._run(function, tries[-1])
            if tries[-1].end is End.RETURNED:
                return

    async def reset(self) -> None:
        """End the sandboxes in use; keep the idle ones."""
        for sandbox in list(self._sandboxes.values()):
            if not sandbox.frozen or sandbox.function.is_gone:
                await sandbox.close()
        self.slots = _SLOTS
        self._queue.clear()

    async def close(self) -> None:
        """End all sandboxes and the Runtime API."""
        for sandbox in list(self._sandboxes.values()):
            await sandbox.close()
        self._door.close()

    async def _run(self, function: Function, invocation: Invocation) -> None:
        self._in_use += 1
        try:
            sandbox = self._sandbox(function)
            invocation.sandbox, sandbox.invocation = sandbox, invocation
            sandbox.done.clear()
            _set_connections(sandbox.api, invocation.plan.faults.api)
            self._log(f"{sandbox.name} is invoked ({invocation.request_id})")
            sandbox.inbox.put_nowait(invocation)
            await asyncio.wait([sandbox.ready, sandbox.died], return_when=asyncio.FIRST_COMPLETED)
            invocation.began = self._clock.now
            in_time = await self._clock.within(function.timeout, sandbox.done.wait(), sandbox.died)
            if not sandbox.done.is_set():
                sandbox.kill()
                await sandbox.died
                invocation.end = End.DIED if in_time else End.TIMED_OUT
            invocation.ended = self._clock.now
            self._log(f"{sandbox.name} {invocation.end} ({invocation.request_id})")
        finally:
            self._in_use -= 1
            waiting = [each for each in self._queue if not each.done()]
            if waiting:
                waiting[0].set_result(None)

    def _sandbox(self, function: Function) -> FunctionSandbox:
        while function.idle:
            sandbox = function.idle.pop()
            if not sandbox.killed:
                return sandbox
        name = f"{function.name}-{next(self._numbers)}"
        sandbox = FunctionSandbox(function, name, self._clock, lambda line: self._log(f"  {name} | {line}"))
        self._sandboxes[name] = sandbox
        sandbox.died.add_done_callback(lambda _: self._forget(sandbox))
        for port, entrance in self.entrances.items():
            if (door := entrance(sandbox)) is not None:
                sandbox.doors[port] = door
        sandbox.start(function.handler, function.full_environment(f"{HOST}:{self._door.port}/{name}"))
        return sandbox

    def _forget(self, sandbox: FunctionSandbox) -> None:
        del self._sandboxes[sandbox.name]
        sandbox.inbox.put_nowait(None)

    async def _runtime_api(self, request: HttpRequest) -> HttpResponse:
        name, _, path = request.target.lstrip("/").partition(_API)
        sandbox = self._sandboxes[name]
        match path.split("/"):
            case ["invocation", "next"]:
                return await self._next(sandbox)
            case ["invocation", request_id, "response" | "error" as kind]:
                invocation = sandbox.invocation
                assert invocation is not None
                assert invocation.request_id == request_id
                invocation.end = End.RETURNED if kind == "response" else End.RAISED
                invocation.result = json.loads(request.body)
        return _ACCEPTED

    async def _next(self, sandbox: FunctionSandbox) -> HttpResponse:
        if sandbox.invocation is not None and sandbox.invocation.end is not None:
            sandbox.freeze()
            sandbox.function.idle.append(sandbox)
            sandbox.done.set()
        if not sandbox.ready.done():
            sandbox.ready.set_result(None)
        sandbox.held += 1
        invocation = await sandbox.inbox.get()
        sandbox.held -= 1
        if invocation is None:
            return RESET
        sandbox.thaw()
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((self._clock.now + sandbox.function.timeout) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": sandbox.function.arn,
        }
        return HttpResponse(200, invocation.payload, headers)


def _set_connections(door: Door | None, fault: Fault) -> None:
    if door is None:
        return
    match fault:
        case Fault.UNSENT:
            door.close()
        case Fault.HANDSHAKE:
            door.refuse_handshakes()
        case Fault.STALLED:
            door.stall()
        case _:
            door.open()
