"""AWS's last official Evidently clients, which `make setup` fetches: botocore 1.42.50, the CLI, and a JavaScript SDK.

The tests' process never imports this botocore: it reads the model as data, and runs the client in a subprocess without
AWS_DATA_PATH, which would put our model before the built-in one.
"""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from helpers.rooms import ROOT

_CLIENTS: Final = ROOT / "build" / "official-clients"
OFFICIAL_CLIENT: Final = _CLIENTS / "python"
OFFICIAL_JAVASCRIPT: Final = _CLIENTS / "node_modules"
API_FOLDER: Final = Path("evidently", "2021-02-01")


def load_official(name: str) -> dict[str, Any]:
    """Return one of the official client's data files about Evidently.

    Args:
        name: the file's type as botocore calls it, such as `service-2`.

    """
    folder = OFFICIAL_CLIENT / "botocore" / "data" / API_FOLDER
    assert folder.is_dir(), f"{folder} is missing: run `make setup`, which fetches AWS's last official client"
    packed = folder / f"{name}.json.gz"
    text = gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / f"{name}.json").read_bytes()
    document: dict[str, Any] = json.loads(text)
    return document


def official_environment() -> dict[str, str]:
    """Return an environment in which `import botocore` imports the official client, with its own model."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **kept,
        "PYTHONPATH": str(OFFICIAL_CLIENT),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def run_official(code: str) -> str:
    """Run Python code in which `import botocore` imports the official client; return its standard output."""
    done = subprocess.run(  # noqa: S603, the tests' own interpreter and code
        [sys.executable, "-c", code], env=official_environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
