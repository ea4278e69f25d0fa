"""`make setup` on a machine that lacks something: one clear line and an exit code, nothing half done."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.rooms import ROOT

SETUP_READS = ("pyproject.toml", "requirements-dev.txt", "package-lock.json", "package.json")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh checkout, as far as the set-up reads it."""
    for name in SETUP_READS:
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def set_up(checkout: Path, python: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603, the script under test
        ["/bin/sh", str(checkout / "tools" / "setup.sh")],
        env={"PATH": os.environ["PATH"], "HOME": str(checkout), "PYTHON": str(python), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def interpreter(file: Path, before: str) -> Path:
    """An executable that is this Python, but for a line that runs before the code of `-c`."""
    file.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{before}\n$2"\n', encoding="utf-8")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


def test_a_python_that_is_too_old_is_named_with_its_version(checkout: Path) -> None:
    old = interpreter(checkout / "old-python", "import sys; sys.version_info = (3, 9, 18)")
    done = set_up(checkout, old)
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr == (
        f"setup: Python 3.11 or newer is needed; found: {old} 3.9.18 is too old. "
        "Install one, or name it: make setup PYTHON=/path/to/python3.11\n"
    )
    assert not (checkout / ".venv").exists()


def test_a_python_without_venv_is_told_from_one_that_is_too_old(checkout: Path) -> None:
    bare = interpreter(checkout / "bare-python", "import sys; sys.modules['ensurepip'] = None")
    done = set_up(checkout, bare)
    assert done.returncode != 0
    assert "has no ensurepip module (on Debian: apt install python3-venv)" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_python_that_is_not_there_is_named(checkout: Path) -> None:
    done = set_up(checkout, checkout / "nowhere")
    assert done.returncode != 0
    assert f"found: {checkout / 'nowhere'} is not there." in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_without_a_network_it_says_so_and_names_the_log(checkout: Path) -> None:
    """The index is a port of this machine on which nobody answers."""
    nobody = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "0",
        "PIP_CACHE_DIR": str(checkout / "cache"),
    }
    done = set_up(checkout, sys.executable, **nobody)
    log = checkout / "build" / "setup.log"
    assert done.returncode != 0
    (line,) = done.stderr.splitlines()
    assert line == (
        "setup: failed while installing the locked Python packages. "
        f"Is the network there? The log: {log.relative_to(checkout)}"
    )
    assert "127.0.0.1" in log.read_text(encoding="utf-8")

    again = set_up(checkout, sys.executable, **nobody)
    assert again.returncode != 0
    assert "making .venv" in done.stdout
    assert "making .venv" not in again.stdout
