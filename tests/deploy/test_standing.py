"""`make up` and `make down`, as someone uses them who wants an Evidently to work with."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.commands import left_behind, run
from helpers.official_client import OFFICIAL_CLIENT
from helpers.rooms import ROOT
from local_aws.server import LocalAws, answers

MODULE = "local_aws.standing"
LIFE = ROOT / "tests" / "helpers" / "lifecycle.py"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Where the state is; in the end nothing is up."""
    folder = tmp_path / "a home"  # a blank in a path is nothing unusual
    yield folder
    run(tmp_path, MODULE, "down", str(folder))


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_shell_and_the_official_client_use_the_evidently_that_is_up_until_it_is_taken_down(
    home: Path, port: int, tmp_path: Path
) -> None:
    up = run(tmp_path, MODULE, "up", str(home), PORT=str(port))
    assert (up.returncode, up.stderr) == (0, "")
    assert _in_a_shell(home, "client.create_project(name='petfood')['project']['status']") == "AVAILABLE"

    again = run(tmp_path, MODULE, "up", str(home))
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.splitlines()[-2:] == up.stdout.splitlines()[-2:]
    assert _in_a_shell(home, "client.get_project(project='petfood')['project']['name']") == "petfood"

    life = json.loads(_run_in_a_shell(home, f'unset AWS_DATA_PATH; PYTHONPATH="{OFFICIAL_CLIENT}"', f'"{LIFE}"'))
    assert life["client"] == "1.42.50"
    assert sum(life["splits"]["running"]["DE"].values()) == 900
    assert life["calls"][-2:] == [
        {"operation": "delete_project", "status": 200, "answer": {}, "request_id": True},
        {**life["calls"][-1], "operation": "get_project", "status": 404},
    ]

    elsewhere = run(tmp_path, MODULE, "up", str(home), PORT="1")
    assert elsewhere.returncode == 1
    assert elsewhere.stderr == (f"up: a local AWS is up at port {port} already; make down first, or leave PORT out\n")

    down = run(tmp_path, MODULE, "down", str(home))
    assert (down.returncode, down.stdout) == (0, "down: the local AWS is ended\n")
    assert not answers(LocalAws(port))
    assert not home.exists()
    assert left_behind(home) == []


def test_taking_down_what_is_not_up_is_fine(home: Path, tmp_path: Path) -> None:
    done = run(tmp_path, MODULE, "down", str(home))
    assert (done.returncode, done.stdout, done.stderr) == (0, "down: no local AWS is up\n", "")


def test_a_port_in_use_is_said_in_one_line(home: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run(tmp_path, MODULE, "up", str(home), PORT=str(port))

    assert done.returncode == 1
    assert done.stderr == (
        f"up: port {port} of 127.0.0.1 is in use; end what listens there, or choose another port: make up PORT=4600\n"
    )


@pytest.mark.parametrize("wanted", ["http", "0", "65536", "-1", "45 66"])
def test_a_port_that_is_none_is_said_in_one_line(home: Path, tmp_path: Path, wanted: str) -> None:
    done = run(tmp_path, MODULE, "up", str(home), PORT=wanted)
    assert done.returncode == 1
    assert done.stderr == f"up: PORT is {wanted!r}; it has to be a number from 1 to 65535, such as PORT=4600\n"


def test_a_state_that_was_left_by_a_crash_names_no_process_that_is_another_by_now(home: Path, tmp_path: Path) -> None:
    home.mkdir()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as innocent:
        (home / "state.json").write_text(f'{{"port": 1, "pid": {innocent.pid}}}')
        done = run(tmp_path, MODULE, "down", str(home))
        assert innocent.poll() is None
    assert done.stdout == "down: no local AWS is up\n"


def _in_a_shell(home: Path, expression: str) -> str:
    return _run_in_a_shell(
        home, "", f"-c \"import boto3; client = boto3.client('evidently'); print({expression})\""
    ).strip()


def _run_in_a_shell(home: Path, setting: str, arguments: str) -> str:
    script = f'. "{home}/env"; {setting} exec "{sys.executable}" {arguments}'
    done = subprocess.run(["/bin/sh", "-c", script], check=False, capture_output=True, text=True)  # noqa: S603, our own text
    assert done.returncode == 0, done.stderr
    return done.stdout
