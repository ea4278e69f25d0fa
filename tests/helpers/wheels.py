"""Wheels and installs of the library, made with pip, without a network and outside the checkout."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from helpers.rooms import ROOT

OFFLINE: Final = ("--quiet", "--disable-pip-version-check", "--no-index", "--no-deps")
PACKAGED: Final = ("constructs", "lambda", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE")


def copy_project(folder: Path) -> Path:
    """Copy the sources of a wheel, add byte code and caches as in a checkout in use, and return the folder."""
    folder.mkdir()
    for name in PACKAGED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
            (folder / name / ".tool_cache").mkdir()
            (folder / name / ".tool_cache" / "cache.json").write_text("{}", encoding="utf-8")
        else:
            shutil.copy(ROOT / name, folder / name)
    run("-m", "compileall", "-q", folder / "constructs", folder / "lambda")
    return folder


def build_wheel(project: Path, folder: Path) -> Path:
    """Build the project's wheel into the folder and return the wheel's path."""
    run("-m", "pip", "wheel", *OFFLINE, "--no-build-isolation", "--wheel-dir", folder, project)
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(folder: Path, *what: str | Path) -> Path:
    """Install into a folder, with byte code as pip compiles it, and return the folder."""
    run("-m", "pip", "install", *OFFLINE, "--no-build-isolation", "--compile", "--target", folder, *what)
    return folder


def run(*arguments: str | Path) -> str:
    """Run the tests' Python, without the machine's pip settings, and return its output."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    done = subprocess.run(  # noqa: S603, the tests' interpreter
        [sys.executable, *map(str, arguments)],
        env=environment | {"PIP_CONFIG_FILE": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
