"""A sandbox: one process of one function under awslambdaric, frozen between invocations.

To the clock it is busy while one of its threads waits neither for a time nor for a response of the driver.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from helpers.driver.clock import Clock
from helpers.driver.web import CERTIFICATE, HOST, Door
from helpers.rooms import ROOT

_RUNTIME: Final = ROOT / "build" / "lambda-runtime"
_BOOTSTRAP: Final = Path(__file__).with_name("bootstrap.py")
_FROM_OURS: Final = ("PATH", "LANG", "HOME", "TMPDIR")
_AT_ONCE: Final = 65536


class Sandbox:
    """A sandbox's process; `log` receives the lines that it prints."""

    _process: "subprocess.Popen[bytes]"
    _control: socket.socket
    _output: socket.socket

    def __init__(self, name: str, clock: Clock, log: Callable[[str], None]) -> None:
        self.name = name
        self.held = 0  # threads that wait for a response of the driver
        self.frozen = False
        self.doors: dict[int, Door] = {}  # by the port of the server that they stand for
        self.died = asyncio.get_running_loop().create_future()
        self._clock = clock
        self._log = log
        self.killed = False
        self._ticks, self._acknowledged, self._busy_threads, self._due = 0, 0, 1, -1
        self._report, self._line = b"", b""  # the incomplete next ones

    def start(self, handler: str, environment: Mapping[str, str]) -> None:
        """Start the process, which asks the Runtime API for an invocation when it is ready."""
        self._control, control = socket.socketpair()
        self._output, output = socket.socketpair()
        doors = " ".join(f"{HOST}:{port}={HOST}:{door.port}" for port, door in self.doors.items())
        variables = {
            **{name: value for name, value in os.environ.items() if name in _FROM_OURS},
            "SSL_CERT_FILE": str(CERTIFICATE),
            "AWS_CA_BUNDLE": str(CERTIFICATE),
            **environment,
            "PYTHONPATH": os.pathsep.join([str(_RUNTIME), environment["LAMBDA_TASK_ROOT"]]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "DRIVER_CLOCK": str(self._clock.page),
            "DRIVER_CONTROL": str(control.fileno()),
            "DRIVER_DOORS": doors,
        }
        with control, output:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-P", str(_BOOTSTRAP), handler],
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=output.fileno(),
                stderr=output.fileno(),
                pass_fds=[control.fileno()],
                process_group=0,  # if pytest is killed, the kernel ends a stopped group that lost its parent
            )
        self._clock.sleepers.add(self)
        for each, read in ((self._control, self._read_reports), (self._output, self._read_output)):
            each.settimeout(0)
            self.died.get_loop().add_reader(each, read)

    @property
    def busy(self) -> bool:
        """Whether one of its threads runs now."""
        if self.killed:  # busy until the process has ended
            return not self.died.done()
        return not self.frozen and (self._acknowledged < self._ticks or self._busy_threads > self.held)

    @property
    def due(self) -> int | None:
        """When its next waiting thread is due; None if none waits for a time."""
        knows_the_time = self._acknowledged == self._ticks and not self.frozen and not self.killed
        return self._due if knows_the_time and self._due >= 0 else None

    def tick(self) -> None:
        """Tell the process that the clock has moved."""
        self._ticks += 1
        with suppress(OSError):  # the process has ended
            self._control.send(b".")

    def freeze(self) -> None:
        """Stop the process where it is."""
        if not self.died.done():
            self.frozen = True
            self._process.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def thaw(self) -> None:
        """Continue the process."""
        if self.frozen:
            self.frozen = False
            self.tick()
            self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """Kill the process, as a failing machine would."""
        self.killed = True
        self._process.send_signal(signal.SIGKILL)

    async def close(self) -> None:
        """Kill the process, and wait until its sockets and doors are closed."""
        self.kill()
        await self.died

    def _read_reports(self) -> None:
        received = _received(self._control)
        *reports, self._report = (self._report + received).split(b"\n")
        if reports:
            self._acknowledged, self._busy_threads, self._due = map(int, reports[-1].split())
        if not received:
            self._bury()

    def _read_output(self) -> bool:
        received = _received(self._output)
        *lines, self._line = (self._line + received).split(b"\n")
        for line in lines:
            self._log(line.decode(errors="replace"))
        if not received:
            self.died.get_loop().remove_reader(self._output)
        return bool(received)

    def _bury(self) -> None:
        self.killed = True
        self._process.wait()
        while self._read_output():
            pass
        for each in (self._control, self._output):
            self.died.get_loop().remove_reader(each)
            each.close()
        for door in self.doors.values():
            door.close()
        self._clock.sleepers.discard(self)
        self.died.set_result(None)


def _received(end: socket.socket) -> bytes:
    try:
        return end.recv(_AT_ONCE)
    except ConnectionError:
        return b""
