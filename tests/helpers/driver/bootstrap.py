"""The entry point of a sandbox: replaces its clock with the driver's, then runs AWS's runtime client.

`python -P bootstrap.py HANDLER`, with the driver's clock page, control socket and doors in the environment. This module
imports nothing of the project and leaves the handlers alone. It replaces `time.time`, `time.monotonic` and `time.sleep`
before anything else can import them, and the lock on which `threading.Condition` waits, and with it
`threading.Event.wait`.

A waiting thread blocks on a real lock. The sandbox reports to the driver how many threads are busy and when the next
waiting one is due; the driver moves the clock and sends a tick, and the due threads continue. A woken thread counts as
busy before it runs, so the driver never takes a busy sandbox for idle. Sockets stay real: a connection to an address
with a door goes to this sandbox's own door, which tells the driver who calls. A thread that waits for a plain lock
counts as busy, so Python's own queue replaces the one written in C, and `join` waits for a condition.

`datetime` keeps the machine's time, because it dates signatures, which the local AWS checks.
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

_PAGE: Final = struct.Struct("=qq")  # in nanoseconds: the lead of the driver's clock; its zero since 1970
_NANOSECONDS: Final = 1_000_000_000
_real_monotonic_ns: Final = time.monotonic_ns
_real_lock: Final = _thread.allocate_lock


class Clock:
    """The driver's clock, and the threads of this process that wait for it."""

    def __init__(self, page: str, control: socket.socket) -> None:
        with open(page, "rb") as file:  # noqa: PTH123 - pathlib is not needed for anything else
            self._page = mmap.mmap(file.fileno(), _PAGE.size, access=mmap.ACCESS_READ)
        self._control = control
        self._ticks = 0
        self._waiting: set[Waiter] = set()
        self._mutex = _real_lock()

    def monotonic_ns(self) -> int:
        """Return the driver's monotonic time."""
        return _real_monotonic_ns() + int(_PAGE.unpack(self._page)[0])

    def time_ns(self) -> int:
        """Return the driver's time since 1970."""
        ahead, epoch = _PAGE.unpack(self._page)
        return _real_monotonic_ns() + int(ahead) + int(epoch)

    def wait(self, waiter: "Waiter", seconds: float | None) -> bool:
        """Wait for a waiter's lock; return False if the time-out comes first."""
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
        """Wake a waiter; it counts as busy from now on."""
        with self._mutex:
            waiter.woken = True
            self._waiting.discard(waiter)
            if waiter.lock.locked():  # a tick may have woken it already
                waiter.lock.release()
            self._report()

    def report(self) -> None:
        """Report busy threads and the next due time to the driver."""
        with self._mutex:
            self._report()

    def listen(self) -> None:
        """Wake the due threads at each tick; end this process when the driver ends."""
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
    """The lock of a Condition's waiter: acquired at once, then waited for until another thread releases it."""

    def __init__(self) -> None:
        self.lock = _real_lock()
        self.due: int | None = None
        self.woken = False

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:  # noqa: FBT001, FBT002 - a lock's signature
        """Acquire the lock, or wait for it on the driver's clock."""
        if not blocking or not self.lock.locked():
            return self.lock.acquire(blocking=False)
        return CLOCK.wait(self, None if timeout < 0 else timeout)

    def release(self) -> None:
        """Wake the thread that waits."""
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
    """The ends of threads, for `join`."""

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
    """Replace the clock, then run AWS's runtime client."""
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
    queue = vars(import_module("queue"))  # only now: it copies functions of `time` when imported
    queue.update(SimpleQueue=queue["_PySimpleQueue"])
    ends = _Ends()
    type.__setattr__(threading.Thread, "_bootstrap_inner", lambda thread: ends.run(thread))  # noqa: PLW0108 - must bind `thread`
    type.__setattr__(threading.Thread, "join", lambda thread, timeout=None: ends.join(thread, timeout))
    type.__setattr__(socket.socket, "connect", _connecting(doors))
    _thread.start_new_thread(CLOCK.listen, ())
    import_module("awslambdaric.__main__").main(sys.argv)


if __name__ == "__main__":
    main()
