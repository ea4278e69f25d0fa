"""`python benchmarks/evaluation.py`: evaluations per second, in process and warm, beside two well-known flag SDKs.

UnleashClient and GrowthBook live in a virtual environment of their own, build/bench-venv, with the versions that
requirements.txt pins (requirements.in is what it was resolved from); this script makes it, once, and runs
evaluation_race.py there. What is compared and how: evaluation_race.py. Nothing but the package index is contacted.
"""

import os
import subprocess
import sys
import venv
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
REQUIREMENTS = HERE / "requirements.txt"
VENV = ROOT / "build" / "bench-venv"
STAMP = VENV / "made-from"


def bench_python() -> Path:
    """Return the interpreter of the benchmark's environment, which is made unless it is there already."""
    python = VENV / "bin" / "python"
    wanted = f"{sys.version} {sha256(REQUIREMENTS.read_bytes()).hexdigest()}"
    if not STAMP.exists() or STAMP.read_text() != wanted:
        sys.stderr.write(f"bench: installing the other SDKs into {VENV.relative_to(ROOT)}\n")
        venv.create(VENV, clear=True, with_pip=True)
        install = ["-m", "pip", "--disable-pip-version-check", "install", "-qq", "--require-hashes"]
        subprocess.run([python, *install, "-r", REQUIREMENTS], check=True)  # noqa: S603, our own interpreter and list
        STAMP.write_text(wanted)
    return python


def main() -> int:
    """Run the race; the exit code is its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "lambda")}
    race = [bench_python(), HERE / "evaluation_race.py"]
    return subprocess.run(race, env=environment, check=False).returncode  # noqa: S603, our own interpreter and script


if __name__ == "__main__":
    sys.exit(main())
