"""Runs the project's commands as make does, in processes that are told by where their temporary files are."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from helpers.rooms import ROOT

_PROCESSES: Final = Path("/proc")


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """The environment of a command; whatever it starts inherits the folder, and can be told by it."""
    return {**os.environ, "PYTHONPATH": str(ROOT / "tools"), "TMPDIR": str(folder), **settings}


def command(module: str, *arguments: str) -> list[str]:
    """The line that runs a module of `tools/`."""
    return [sys.executable, "-m", module, *arguments]


def run(folder: Path, module: str, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run a module of `tools/` to its end."""
    return subprocess.run(  # noqa: S603, the tests' own interpreter
        command(module, *arguments),
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(folder, **settings),
    )


def left_behind(folder: Path) -> list[str]:
    """The processes that were started with temporary files in the folder and still run; Linux alone can tell."""
    return [
        _read(found.with_name("cmdline")).replace(b"\0", b" ").decode(errors="replace")
        for found in _PROCESSES.glob("[0-9]*/environ")
        if f"TMPDIR={folder}".encode() in _read(found)
    ]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it ended meanwhile, or is not ours
        return b""
