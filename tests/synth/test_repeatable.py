"""Two synths of the same code in two processes write the same templates, byte for byte."""

import json
import os
import subprocess
import sys

from helpers.app_shapes import SHAPES
from helpers.rooms import CONSTRUCTS, LAMBDA, ROOT

SCRIPT = ROOT / "tests" / "helpers" / "shape_digests.py"


def synthesis(seed: int) -> "subprocess.Popen[str]":
    """Start a synth with another order of sets."""
    path = os.pathsep.join(str(it) for it in (CONSTRUCTS, LAMBDA, ROOT / "tests"))
    return subprocess.Popen(  # noqa: S603, the tests' own interpreter
        [sys.executable, str(SCRIPT)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": str(seed)},
    )


def test_only_every_deploy_differs_from_process_to_process() -> None:
    running = [synthesis(1), synthesis(2)]
    first, second = (json.loads(it.communicate()[0]) for it in running)
    assert first.keys() == second.keys() == {*(build.__name__ for build in SHAPES), "every_deploy"}
    assert {name for name in first if first[name] != second[name]} == {"every_deploy"}
