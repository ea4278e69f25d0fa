"""`python benchmarks/evaluation.py`: evaluations per second, in process and warm, beside two well-known flag SDKs.

It installs UnleashClient and GrowthBook once, with the versions in requirements.txt (resolved from requirements.in),
into build/bench-venv, and runs evaluation_race.py there. It calls nothing but the package index.
"""

import os
import subprocess
import sys
from pathlib import Path

from pinned_environment import python_with

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


def main() -> int:
    """Run the race and return its exit code."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "lambda")}
    race = [python_with(HERE / "requirements.txt", "bench-venv"), HERE / "evaluation_race.py"]
    return subprocess.run(race, env=environment, check=False).returncode  # noqa: S603, our own interpreter and script


if __name__ == "__main__":
    sys.exit(main())
