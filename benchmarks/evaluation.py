"""`python benchmarks/evaluation.py`: evaluations per second, in process and warm, beside two well-known flag SDKs.

UnleashClient and GrowthBook live in a virtual environment of their own, build/bench-venv, with the versions that
requirements.txt pins (requirements.in is what it was resolved from); this script makes it, once, and runs
evaluation_race.py there. What is compared and how: evaluation_race.py. Nothing but the package index is contacted.
"""

import os
import subprocess
import sys
from pathlib import Path

from pinned_environment import python_with

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


def main() -> int:
    """Run the race; the exit code is its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "lambda")}
    race = [python_with(HERE / "requirements.txt", "bench-venv"), HERE / "evaluation_race.py"]
    return subprocess.run(race, env=environment, check=False).returncode  # noqa: S603, our own interpreter and script


if __name__ == "__main__":
    sys.exit(main())
