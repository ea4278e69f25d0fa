"""Process groups that end as a whole, and signals that let this process clean up before it exits."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

_TERMINATION_SECONDS = 10
_PROCESSES = Path("/proc")
_POLL_SECONDS = 0.02
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Interruption:
    """A signal handler that defers SystemExit while a process is being spawned or ended.

    Raised in the middle of a spawn, it would leave a child process that nothing ends.
    """

    def __init__(self) -> None:
        self._deferrals = 0
        self._pending: int | None = None

    def handle(self, number: int, _: FrameType | None) -> None:
        """Exit, now or after the deferring blocks."""
        # A second signal must not interrupt the clean-up.
        for each in _ENDING:
            signal.signal(each, signal.SIG_IGN)
        self._pending = number
        self._exit()

    @contextlib.contextmanager
    def deferred(self) -> Iterator[None]:
        """Defer a signal until the end of the block."""
        self._deferrals += 1
        try:
            yield
        finally:
            self._deferrals -= 1
            self._exit()

    def _exit(self) -> None:
        if self._pending is not None and not self._deferrals:
            number, self._pending = self._pending, None
            sys.exit(128 + number)  # the exit code that shells use for a signal


_INTERRUPTION = _Interruption()


@contextlib.contextmanager
def unwinding_on_signals() -> Iterator[None]:
    """Turn Ctrl-C, SIGTERM and SIGHUP into SystemExit, so that `finally` and `with` clean up."""
    before = {each: signal.signal(each, _INTERRUPTION.handle) for each in _ENDING}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextlib.contextmanager
def detached_process(line: Sequence[str], **options: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a process that outlives the block; if the block fails, end its process group.

    Args:
        line: The command line.
        options: Further arguments of `Popen`.

    """
    process = None
    try:
        with _INTERRUPTION.deferred():
            process = subprocess.Popen(line, stdin=subprocess.DEVNULL, start_new_session=True, **options)
        yield process
    except BaseException:
        if process:
            _end(process)
        raise


@contextlib.contextmanager
def child(line: Sequence[str], **options: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a process whose group ends with the block; arguments as for `detached_process`."""
    with detached_process(line, **options) as process:
        try:
            yield process
        finally:
            _end(process)


def end_group(leader: int) -> None:
    """End the process group of its leader, if it still runs."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(leader, number)
        if _gone(leader):
            return


def _end(process: "subprocess.Popen[bytes]") -> None:
    with _INTERRUPTION.deferred():
        end_group(process.pid)
        process.wait()


def is_running(pid: int, module: str) -> bool:
    """Whether a process runs and its command line has `-m module`."""
    # The system may have given the id to another process meanwhile.
    return f"-m {module}" in _command_line(pid)


def _command_line(pid: int) -> str:
    # Linux has /proc even without ps installed.
    if _PROCESSES.is_dir():
        with contextlib.suppress(OSError):
            return (_PROCESSES / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return ""
    found = subprocess.run(
        ["ps", "-o", "args=", "-p", str(pid)],  # noqa: S607 - each system has ps in its own place
        check=False,
        capture_output=True,
        text=True,
    )
    return found.stdout


def _gone(leader: int) -> bool:
    deadline = time.monotonic() + _TERMINATION_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(leader, os.WNOHANG)  # an exited child of this process stays in its group until it is reaped
        try:
            os.killpg(leader, 0)
        except ProcessLookupError:
            return True
        time.sleep(_POLL_SECONDS)
    return False
