"""`make setup` on a machine that lacks a requirement: one clear line, an exit code, and no partial environment."""

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
    """The files of a fresh checkout that the set-up reads."""
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
    """An executable that runs a line of Python before the code of `-c`."""
    file.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{before}\n$2"\n', encoding="utf-8")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


def test_the_error_for_an_old_python_has_its_path_and_version(checkout: Path) -> None:
    old = interpreter(checkout / "old-python", "import sys; sys.version_info = (3, 9, 18)")
    done = set_up(checkout, old)
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr == (
        f"setup: Python 3.11 or newer is needed; found: {old} 3.9.18 is too old. "
        "Install one, or name it: make setup PYTHON=/path/to/python3.11\n"
    )
    assert not (checkout / ".venv").exists()


def test_the_error_for_a_python_without_ensurepip_names_the_debian_package(checkout: Path) -> None:
    bare = interpreter(checkout / "bare-python", "import sys; sys.modules['ensurepip'] = None")
    done = set_up(checkout, bare)
    assert done.returncode != 0
    assert "has no ensurepip module (on Debian: apt install python3-venv)" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_error_for_a_missing_python_has_its_path(checkout: Path) -> None:
    done = set_up(checkout, checkout / "nowhere")
    assert done.returncode != 0
    assert f"found: {checkout / 'nowhere'} is not there." in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_error_without_a_network_names_the_log(checkout: Path) -> None:
    """The package index is a local port without a server."""
    offline = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "0",
        "PIP_CACHE_DIR": str(checkout / "cache"),
    }
    done = set_up(checkout, sys.executable, **offline)
    log = checkout / "build" / "setup.log"
    assert done.returncode != 0
    (line,) = done.stderr.splitlines()
    assert line == (
        "setup: failed while installing the locked Python packages. "
        f"Is the network there? The log: {log.relative_to(checkout)}"
    )
    assert "127.0.0.1" in log.read_text(encoding="utf-8")

    again = set_up(checkout, sys.executable, **offline)
    assert again.returncode != 0
    assert "making .venv" in done.stdout
    assert "making .venv" not in again.stdout


def test_no_package_of_npm_runs_a_script_of_its_own(checkout: Path) -> None:
    """Everything before npm counts as done already; npm itself only notes what it is asked."""
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").symlink_to(sys.executable)
    npm = checkout / ".venv" / "bin" / "npm"
    npm.write_text('#!/bin/sh\nmkdir node_modules\necho "$@" >asked\n', encoding="utf-8")
    npm.chmod(0o755)
    (checkout / ".venv" / "made-for").write_text(str(checkout), encoding="utf-8")
    for stamp, source in (("made-from-lock", "requirements-dev.txt"), ("made-from-project", "pyproject.toml")):
        given = (checkout / source).read_bytes()
        text = subprocess.run(["cksum"], input=given, capture_output=True, check=True).stdout  # noqa: S607
        (checkout / ".venv" / stamp).write_bytes(text)
    offline = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0"}
    done = set_up(checkout, sys.executable, **offline, PIP_CACHE_DIR=str(checkout / "cache"))
    assert "fetching AWS's last official clients" in done.stdout
    assert {"ci", "--ignore-scripts"} <= set((checkout / "asked").read_text(encoding="utf-8").split())
