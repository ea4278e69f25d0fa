"""Random walks with every kind of event at once: a few here, as many as time allows in `make soak`."""

import os
import subprocess
import sys

import pytest

from helpers.rooms import ROOT
from model import soak
from model.configuration import Configuration
from model.configurations import WALKS
from model.explore import Result
from model.walk import walk
from model.without_rule import without_rule


@pytest.mark.parametrize("configuration", WALKS, ids=lambda each: each.name)
def test_no_walk_breaks_a_promise(configuration: Configuration) -> None:
    result = Result()
    for seed in range(20):
        walk(configuration, seed, most=200, result=result)
    assert result.moves > 20 * 30
    assert [(each.broken, each.path) for each in result.broken] == []


def test_a_seed_walks_the_same_path_in_every_process() -> None:
    folders = os.pathsep.join(str(ROOT / name) for name in ("lambda", "tests"))
    command = [sys.executable, "-m", "model.soak", "all", "7"]
    ways = [
        subprocess.run(  # noqa: S603 - a program of the tests
            command,
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": folders, "PYTHONHASHSEED": hash_seed},
        ).stdout
        for hash_seed in ("1", "2")
    ]
    assert ways[0] == ways[1]
    assert "seed 7" in ways[0]


def test_a_soak_that_breaks_a_promise_prints_the_path_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    with without_rule("a stale acquire is refused"):
        assert soak.main(["0", "21"]) == 1
    said = capsys.readouterr().out
    assert "P2 december runs, and no resource of its stack names it" in said
    assert "    seed 21\n" in said


def test_a_soak_that_breaks_no_promise_prints_its_walks(capsys: pytest.CaptureFixture[str]) -> None:
    assert soak.main(["0", "500"]) == 0
    said = capsys.readouterr().out
    assert "walked all, --disable-rollback: 1 walks, seeds 500 to 500, " in said
    assert said.endswith("no promise broken\n")
