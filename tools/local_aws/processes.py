"""Processes that end with all that they started, and signals that let us clean up before we end."""

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

_PATIENCE_SECONDS = 10
_PROCESSES = Path("/proc")
_POLL_SECONDS = 0.02
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Interruption:
    """A signal that waits until a child is either ours to end or gone.

    Raised while a process is being spawned, it would leave a child that nobody knows of.
    """

    def __init__(self) -> None:
        self._held = 0
        self._pending: int | None = None

    def come(self, number: int, _: FrameType | None) -> None:
        """Leave, now or when nothing holds us any more; a second signal does not disturb the cleaning up."""
        for each in _ENDING:
            signal.signal(each, signal.SIG_IGN)
        self._pending = number
        self._leave()

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Let a signal wait until the end of the block."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
            self._leave()

    def _leave(self) -> None:
        if self._pending is not None and not self._held:
            number, self._pending = self._pending, None
            sys.exit(128 + number)  # as a shell tells of a signal


_INTERRUPTION = _Interruption()


@contextlib.contextmanager
def unwinding_on_signals() -> Iterator[None]:
    """Let Ctrl-C, SIGTERM and SIGHUP end this process by SystemExit, so that `finally` and `with` clean up."""
    before = {each: signal.signal(each, _INTERRUPTION.come) for each in _ENDING}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextlib.contextmanager
def survivor(line: Sequence[str], **options: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a process that outlives the block, but ends with all that it started if the block fails.

    Args:
        line: The command line.
        options: Of `Popen`.

    """
    process = None
    try:
        with _INTERRUPTION.held():
            process = subprocess.Popen(line, stdin=subprocess.DEVNULL, start_new_session=True, **options)
        yield process
    except BaseException:
        if process:
            _end(process)
        raise


@contextlib.contextmanager
def child(line: Sequence[str], **options: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a process that ends with the block, and with it all that it started; arguments as for `survivor`."""
    with survivor(line, **options) as process:
        try:
            yield process
        finally:
            _end(process)


def end_group(leader: int) -> None:
    """End the process group of a process that leads one; one that is gone already is fine."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(leader, number)
        if _gone(leader):
            return


def _end(process: "subprocess.Popen[bytes]") -> None:
    with _INTERRUPTION.held():
        end_group(process.pid)
        process.wait()


def is_running(pid: int, module: str) -> bool:
    """Whether a process is there and runs a Python module: a number alone may be another process's by now."""
    return f"-m {module}" in _command_line(pid)


def _command_line(pid: int) -> str:
    """Linux has it in a file, also where ps is not installed."""
    if _PROCESSES.is_dir():
        with contextlib.suppress(OSError):
            return (_PROCESSES / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return ""
    found = subprocess.run(
        ["ps", "-o", "args=", "-p", str(pid)],  # noqa: S607 - ps is where each system has it
        check=False,
        capture_output=True,
        text=True,
    )
    return found.stdout


def _gone(leader: int) -> bool:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(leader, os.WNOHANG)  # a child of ours counts as a member until it is waited for
        try:
            os.killpg(leader, 0)
        except ProcessLookupError:
            return True
        time.sleep(_POLL_SECONDS)
    return False
