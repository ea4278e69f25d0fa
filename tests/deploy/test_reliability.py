"""Our function passes every scenario of `make reliability`, in a process each, as Lambda runs them."""

import os
from pathlib import Path

import pytest

from helpers.commands import run
from helpers.rooms import ROOT

# What the Makefile's target sets.
PYTHONPATH = os.pathsep.join(str(ROOT / folder) for folder in ("lambda", "tools", "tests", "benchmarks"))


@pytest.mark.promise
def test_our_function_passes_every_reliability_scenario(tmp_path: Path) -> None:
    done = run(tmp_path, "reliability", "--ours", PYTHONPATH=PYTHONPATH)

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.startswith("1: cdk-evidently, 21 of 21\n")
