"""Processes that end with all that they started, and signals that let us clean up before we end."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

_PATIENCE_SECONDS = 10
_POLL_SECONDS = 0.02
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def unwinding_on_signals() -> Iterator[None]:
    """Let Ctrl-C, SIGTERM and SIGHUP end this process by an exception, so that `finally` and `with` clean up.

    A second one does not disturb the cleaning up.
    """

    def leave(number: int, _: FrameType | None) -> NoReturn:
        for each in _ENDING:
            signal.signal(each, signal.SIG_IGN)
        sys.exit(128 + number)  # as a shell tells of a signal

    before = {each: signal.signal(each, leave) for each in _ENDING}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def end_group(leader: int) -> None:
    """End the process group of a process that was started in a session of its own; one that is gone already is fine."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(leader, number)
        if _gone(leader):
            return


def end(process: "subprocess.Popen[bytes]") -> None:
    """End a child that was started in a session of its own, and all that it started."""
    end_group(process.pid)
    process.wait()


def is_running(pid: int, module: str) -> bool:
    """Whether a process is there and runs a Python module: a number alone may be another process's by now."""
    found = subprocess.run(
        ["ps", "-o", "args=", "-p", str(pid)],  # noqa: S607 - ps is where each system has it
        check=False,
        capture_output=True,
        text=True,
    )
    return f"-m {module}" in found.stdout


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
