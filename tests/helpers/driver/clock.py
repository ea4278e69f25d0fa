"""The driver's clock, which is real time plus a lead, and the event loop that moves it ahead.

Everything in the driver is a coroutine on one loop, which runs in the test's own thread while the test waits. When
nothing is ready to run and every running invocation sleeps, the clock moves to the next due time: a wait of a minute
takes no time, and everything happens in the same order each time. While an invocation is busy, time is real.

Sandboxes read the same clock from a page of memory, shared as a file.
"""

import asyncio
import heapq
import mmap
import selectors
import struct
import time
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

T = TypeVar("T")

_PAGE: Final = struct.Struct("=qq")
_NANOSECONDS: Final = 1_000_000_000
_STUCK_SECONDS: Final = 60.0  # of real time; only a failing test waits so long


class Sleeper(Protocol):
    """A sandbox, to the clock: it is busy, or waits until a time."""

    @property
    def busy(self) -> bool: ...
    @property
    def due(self) -> int | None: ...  # on the monotonic clock
    def tick(self) -> None: ...


class Clock:
    """The time of the driver, and through the page of its sandboxes."""

    def __init__(self, page: Path) -> None:
        self.page = page
        page.write_bytes(bytes(_PAGE.size))
        with page.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _PAGE.size)
        self._ahead = 0
        self._epoch = time.time_ns() - time.monotonic_ns()
        self._sleeps: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = 0
        self.sleepers: set[Sleeper] = set()
        self._publish()

    @property
    def now(self) -> float:
        """Seconds since 1970."""
        return (self.monotonic_ns() + self._epoch) / _NANOSECONDS

    def monotonic_ns(self) -> int:
        """Return the monotonic time."""
        return time.monotonic_ns() + self._ahead

    async def sleep(self, seconds: float) -> None:
        """Sleep for that many seconds."""
        done = asyncio.get_running_loop().create_future()
        self._numbers += 1
        heapq.heappush(self._sleeps, (self.monotonic_ns() + int(seconds * _NANOSECONDS), self._numbers, done))
        await done

    async def within(self, seconds: float, *ends: Awaitable[object]) -> bool:
        """Wait until one of these ends; return False if none does within that many seconds."""
        late = asyncio.ensure_future(self.sleep(seconds))
        tasks = [asyncio.ensure_future(each) for each in ends]
        try:
            await asyncio.wait([late, *tasks], return_when=asyncio.FIRST_COMPLETED)
            return any(task.done() for task in tasks)
        finally:
            for task in (late, *(task for task, end in zip(tasks, ends, strict=True) if task is not end)):
                task.cancel()

    def turn(self) -> float | None:
        """Wake what is due; if nothing is busy, first move the clock to the next due time.

        Returns:
            Seconds to wait: 0 if something continues, None if nothing is due.

        """
        due = self._next()
        if due is None:
            return None
        ahead = due - self.monotonic_ns()
        if ahead > 0:
            if any(each.busy for each in self.sleepers):
                return ahead / _NANOSECONDS
            self._ahead += ahead
            self._publish()
        self._fire()
        return 0

    def close(self) -> None:
        """Unmap the page."""
        self._shared.close()

    def _next(self) -> int | None:
        while self._sleeps and self._sleeps[0][2].done():
            heapq.heappop(self._sleeps)
        dues = [each.due for each in self.sleepers]
        return min((due for due in [*dues, *(it[0] for it in self._sleeps[:1])] if due is not None), default=None)

    def _fire(self) -> None:
        now = self.monotonic_ns()
        while self._sleeps and self._sleeps[0][0] <= now:
            done = heapq.heappop(self._sleeps)[2]
            if not done.done():
                done.set_result(None)
        for each in self.sleepers:
            if each.due is not None and each.due <= now:
                each.tick()

    def _publish(self) -> None:
        _PAGE.pack_into(self._shared, 0, self._ahead, self._epoch)


class Loop:
    """The event loop; it runs while a test waits."""

    def __init__(self, clock: Clock) -> None:
        self._selector = _Selector(clock)
        self.asyncio = asyncio.SelectorEventLoop(self._selector)
        self.errors: list[BaseException] = []
        self.asyncio.set_exception_handler(self._remember)

    def until(self, predicate: Callable[[], bool]) -> bool:
        """Run until a predicate holds and nothing is ready to run; return False after a minute of real time."""
        guard = self.asyncio.call_later(_STUCK_SECONDS, self.asyncio.stop)
        self._selector.is_over = lambda: bool(predicate() or self.errors)
        try:
            self.asyncio.run_forever()
        finally:
            guard.cancel()
        if self.errors:
            raise self.errors.pop(0)
        return predicate()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine; return its result."""
        task = self.asyncio.create_task(coroutine)
        if not self.until(task.done):
            task.cancel()
            raise TimeoutError(f"{coroutine!r} does not end")
        return task.result()

    def close(self) -> None:
        """End the loop and all that runs in it."""
        tasks = asyncio.all_tasks(self.asyncio)
        for task in tasks:
            task.cancel()
        self.until(lambda: all(task.done() for task in tasks))
        self.asyncio.close()

    def _remember(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.errors.append(context.get("exception") or RuntimeError(context["message"]))


class _Selector(selectors.DefaultSelector):
    """The loop's selector: the only place where the loop waits."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.is_over: Callable[[], bool] = bool

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if self.is_over():
            asyncio.get_running_loop().stop()
            return []
        until = self._clock.turn()
        if until == 0:
            return []
        return super().select(min((each for each in (timeout, until) if each is not None), default=None))
