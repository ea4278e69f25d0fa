"""What a sandbox runs before AWS's runtime client: from here on its time is the driver's.

`python -P bootstrap.py HANDLER`, with the driver's clock page, control socket and doors in the environment. Nothing of
the project is imported here, and the handlers are not touched: `time.time`, `time.monotonic` and `time.sleep` are
replaced before anything else can import them, and so is the lock on which a `threading.Condition` waits, which is what
`threading.Event.wait` comes down to.

A thread that waits blocks on a real lock. The driver hears of each change in how many threads are busy, and when the
next of those that wait is due; it moves the clock and sends a tick, on which those that are due go on. A thread that is
woken by another one counts as busy before it runs: so the driver never takes a sandbox for idle that is not. Sockets
stay real; a connection to an address that has a door goes to this sandbox's own door, by which the driver knows who
calls. A thread that waits for a plain lock counts as busy: so a queue that is written in C is replaced by its twin in
Python, and `join` waits for a condition.

`datetime` keeps the machine's time: it dates signatures, which the local AWS checks.
"""

import _thread
import mmap
import os
import signal
import socket
import struct
import sys
import threading
import time
from contextlib import suppress
from importlib import import_module
from typing import Any, Final

_PAGE: Final = struct.Struct("=qq")  # nanoseconds: what the driver's clock is ahead; and 1970 to the clock's zero
_NANOSECONDS: Final = 1_000_000_000
_real_monotonic_ns: Final = time.monotonic_ns
_real_lock: Final = _thread.allocate_lock


class Clock:
    """The driver's clock, and who in this process waits for it."""

    def __init__(self, page: str, control: socket.socket) -> None:
        with open(page, "rb") as file:  # noqa: PTH123 - pathlib is not needed for anything else
            self._page = mmap.mmap(file.fileno(), _PAGE.size, access=mmap.ACCESS_READ)
        self._control = control
        self._ticks = 0
        self._waiting: set[Waiter] = set()
        self._mutex = _real_lock()

    def monotonic_ns(self) -> int:
        """The driver's clock."""
        return _real_monotonic_ns() + int(_PAGE.unpack(self._page)[0])

    def time_ns(self) -> int:
        """The same since 1970."""
        ahead, epoch = _PAGE.unpack(self._page)
        return _real_monotonic_ns() + int(ahead) + int(epoch)

    def wait(self, waiter: "Waiter", seconds: float | None) -> bool:
        """Wait for a waiter's lock; False if the time was over first."""
        with self._mutex:
            if waiter.lock.acquire(blocking=False):
                return True
            waiter.due = None if seconds is None else self.monotonic_ns() + int(seconds * _NANOSECONDS)
            waiter.woken = False
            self._waiting.add(waiter)
            self._report()
        waiter.lock.acquire()
        return waiter.woken

    def wake(self, waiter: "Waiter") -> None:
        """Let a waiter go on; it is busy from now on."""
        with self._mutex:
            waiter.woken = True
            self._waiting.discard(waiter)
            if waiter.lock.locked():  # a tick may have let it go on already
                waiter.lock.release()
            self._report()

    def report(self) -> None:
        """Tell the driver how things are."""
        with self._mutex:
            self._report()

    def listen(self) -> None:
        """Let those go on that are due, at each tick; end with the driver."""
        with suppress(OSError):
            while self._control.recv(1):
                with self._mutex:
                    self._ticks += 1
                    now = self.monotonic_ns()
                    for waiter in [it for it in self._waiting if it.due is not None and it.due <= now]:
                        self._waiting.remove(waiter)
                        waiter.lock.release()
                    self._report()
        os.kill(os.getpid(), signal.SIGKILL)

    def _report(self) -> None:
        busy = threading.active_count() - len(self._waiting)
        due = min((it.due for it in self._waiting if it.due is not None), default=-1)
        self._control.sendall(f"{self._ticks} {busy} {due}\n".encode())


class Waiter:
    """The lock on which a Condition's waiter waits: taken at once, then waited for until somebody releases it."""

    def __init__(self) -> None:
        self.lock = _real_lock()
        self.due: int | None = None
        self.woken = False

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:  # noqa: FBT001, FBT002 - a lock's signature
        """Take it, or wait for it."""
        if not blocking or not self.lock.locked():
            return self.lock.acquire(blocking=False)
        return CLOCK.wait(self, None if timeout < 0 else timeout)

    def release(self) -> None:
        """Let the one who waits go on."""
        CLOCK.wake(self)


def _sleep(seconds: float) -> None:
    waiter = Waiter()
    waiter.acquire()
    CLOCK.wait(waiter, seconds)


def _connecting(doors: dict[tuple[str, int], tuple[str, int]]) -> Any:
    connect = socket.socket.connect

    def through_door(self: socket.socket, address: Any) -> None:
        connect(self, doors.get(address, address))

    return through_door


class _Ends:
    """The ends of threads, for those who wait for them."""

    def __init__(self) -> None:
        self._ended = threading.Condition()
        self._run = vars(threading.Thread)["_bootstrap_inner"]
        self._join = threading.Thread.join

    def run(self, thread: threading.Thread) -> None:
        try:
            self._run(thread)
        finally:
            with self._ended:
                self._ended.notify_all()
            CLOCK.report()

    def join(self, thread: threading.Thread, timeout: float | None = None) -> None:
        with self._ended:
            has_ended = self._ended.wait_for(lambda: thread not in threading.enumerate(), timeout)
        if has_ended:
            self._join(thread)


CLOCK: Final = Clock(os.environ.pop("DRIVER_CLOCK"), socket.socket(fileno=int(os.environ.pop("DRIVER_CONTROL"))))


def main() -> None:
    """Take over the time, then be Lambda."""
    doors = {}
    for pair in os.environ.pop("DRIVER_DOORS").split():
        (host, port), (_, door) = (address.split(":") for address in pair.split("="))
        doors[host, int(port)] = (host, int(door))
    replaced = {
        "monotonic": lambda: CLOCK.monotonic_ns() / _NANOSECONDS,
        "monotonic_ns": CLOCK.monotonic_ns,
        "time": lambda: CLOCK.time_ns() / _NANOSECONDS,
        "time_ns": CLOCK.time_ns,
        "sleep": _sleep,
    }
    vars(time).update(replaced)
    vars(threading).update(_allocate_lock=Waiter, _time=replaced["monotonic"])
    queue = vars(import_module("queue"))  # not before: it imports what it finds in `time`
    queue.update(SimpleQueue=queue["_PySimpleQueue"])
    ends = _Ends()
    type.__setattr__(threading.Thread, "_bootstrap_inner", lambda thread: ends.run(thread))  # noqa: PLW0108 - it is to be bound
    type.__setattr__(threading.Thread, "join", lambda thread, timeout=None: ends.join(thread, timeout))
    type.__setattr__(socket.socket, "connect", _connecting(doors))
    _thread.start_new_thread(CLOCK.listen, ())
    import_module("awslambdaric.__main__").main(sys.argv)


if __name__ == "__main__":
    main()
