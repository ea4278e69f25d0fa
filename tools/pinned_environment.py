"""An environment of its own for a list of pinned packages, installed once."""

import subprocess
import sys
import venv
from hashlib import sha256
from pathlib import Path
from typing import Final

_BUILD: Final = Path(__file__).resolve().parent.parent / "build"


def python_with(requirements: Path, name: str) -> Path:
    """Return the interpreter of an environment under `build/`, which is made unless it is there already."""
    folder = _BUILD / name
    python, stamp = folder / "bin" / "python", folder / "made-from"
    wanted = f"{sys.version} {sha256(requirements.read_bytes()).hexdigest()}"
    if not stamp.exists() or stamp.read_text() != wanted:
        sys.stderr.write(f"setup: installing pinned packages into build/{name}\n")
        venv.create(folder, clear=True, with_pip=True)
        install = ["-m", "pip", "--disable-pip-version-check", "install", "-qq", "--require-hashes"]
        subprocess.run([python, *install, "-r", requirements], check=True)
        stamp.write_text(wanted)
    return python
