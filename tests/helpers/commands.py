"""Runs the project's commands as make does, in processes that their folder for temporary files identifies."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from helpers.rooms import ROOT

_PROCESSES: Final = Path("/proc")


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """Return the environment of a command; every process that it starts inherits TMPDIR and is found by it."""
    return {**os.environ, "PYTHONPATH": str(ROOT / "tools"), "TMPDIR": str(folder), **settings}


def command(module: str, *arguments: str) -> list[str]:
    """Return the command line that runs a module of `tools/`."""
    return [sys.executable, "-m", module, *arguments]


def run(folder: Path, module: str, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run a module of `tools/`, and wait for it."""
    return subprocess.run(  # noqa: S603, the tests' own interpreter
        command(module, *arguments),
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(folder, **settings),
    )


def left_behind(folder: Path) -> list[str]:
    """Return the command lines of running processes whose TMPDIR is the folder; without /proc, none is found."""
    return [
        _read(found.with_name("cmdline")).replace(b"\0", b" ").decode(errors="replace")
        for found in _PROCESSES.glob("[0-9]*/environ")
        if f"TMPDIR={folder}".encode() in _read(found)
    ]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # the process ended meanwhile, or belongs to another user
        return b""
