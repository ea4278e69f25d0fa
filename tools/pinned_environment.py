"""A virtual environment under `build/` for one lock file, installed once."""

import subprocess
import sys
import venv
from hashlib import sha256
from pathlib import Path
from typing import Final

_BUILD: Final = Path(__file__).resolve().parent.parent / "build"


def python_with(requirements: Path, name: str) -> Path:
    """Return the interpreter of `build/NAME`; create the environment if the lock file or the Python changed."""
    folder = _BUILD / name
    python, stamp = folder / "bin" / "python", folder / "made-from"
    source = f"{sys.version} {sha256(requirements.read_bytes()).hexdigest()}"
    if not stamp.exists() or stamp.read_text() != source:
        sys.stderr.write(f"setup: installing pinned packages into build/{name}\n")
        venv.create(folder, clear=True, with_pip=True)
        install = ["-m", "pip", "--disable-pip-version-check", "install", "-qq", "--require-hashes"]
        subprocess.run([python, *install, "-r", requirements], check=True)
        stamp.write_text(source)
    return python
