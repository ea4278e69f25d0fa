"""`make up` and `make down`, as somebody uses them to get a local Evidently."""

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
from local_aws.server import LocalAws, is_healthy

MODULE = "local_aws.local_instance"
LIFECYCLE = ROOT / "tests" / "helpers" / "lifecycle.py"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """The folder with the state; after the test no local AWS runs."""
    folder = tmp_path / "a home"  # paths with blanks have to work
    yield folder
    run(tmp_path, MODULE, "down", str(folder))


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.promise
def test_a_shell_and_the_official_client_use_the_local_instance_between_up_and_down(
    home: Path, port: int, tmp_path: Path
) -> None:
    up = run(tmp_path, MODULE, "up", str(home), PORT=str(port))
    assert (up.returncode, up.stderr) == (0, "")
    assert _in_a_shell(home, "client.create_project(name='petfood')['project']['status']") == "AVAILABLE"

    again = run(tmp_path, MODULE, "up", str(home))
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.splitlines()[-2:] == up.stdout.splitlines()[-2:]
    assert _in_a_shell(home, "client.get_project(project='petfood')['project']['name']") == "petfood"

    record = json.loads(_run_in_a_shell(home, f'unset AWS_DATA_PATH; PYTHONPATH="{OFFICIAL_CLIENT}"', f'"{LIFECYCLE}"'))
    assert record["client"] == "1.42.50"
    assert sum(record["splits"]["running"]["DE"].values()) == 900
    assert record["calls"][-2:] == [
        {"operation": "delete_project", "status": 200, "response": {}, "request_id": True},
        {**record["calls"][-1], "operation": "get_project", "status": 404},
    ]

    elsewhere = run(tmp_path, MODULE, "up", str(home), PORT="1")
    assert elsewhere.returncode == 1
    assert elsewhere.stderr == (f"up: a local AWS runs at port {port} already; make down first, or leave PORT out\n")

    down = run(tmp_path, MODULE, "down", str(home))
    assert (down.returncode, down.stdout) == (0, "down: the local AWS is stopped\n")
    assert not is_healthy(LocalAws(port))
    assert not home.exists()
    assert left_behind(home) == []


def test_down_without_a_local_instance_succeeds(home: Path, tmp_path: Path) -> None:
    done = run(tmp_path, MODULE, "down", str(home))
    assert (done.returncode, done.stdout, done.stderr) == (0, "down: no local AWS runs\n", "")


def test_a_port_in_use_is_reported_in_one_line(home: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as occupied:
        port = occupied.getsockname()[1]
        done = run(tmp_path, MODULE, "up", str(home), PORT=str(port))

    assert done.returncode == 1
    assert done.stderr == (
        f"up: port {port} of 127.0.0.1 is in use; stop its listener, or choose another port: make up PORT=4600\n"
    )


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "45 66"])
def test_an_invalid_port_is_reported_in_one_line(home: Path, tmp_path: Path, port: str) -> None:
    done = run(tmp_path, MODULE, "up", str(home), PORT=port)
    assert done.returncode == 1
    assert done.stderr == f"up: PORT is {port!r}; it must be a number from 1 to 65535, such as PORT=4600\n"


def test_down_kills_no_unrelated_process_that_has_the_process_id_of_a_crashed_one(home: Path, tmp_path: Path) -> None:
    home.mkdir()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as unrelated:
        (home / "state.json").write_text(f'{{"port": 1, "pid": {unrelated.pid}}}')
        done = run(tmp_path, MODULE, "down", str(home))
        assert unrelated.poll() is None
    assert done.stdout == "down: no local AWS runs\n"


def _in_a_shell(home: Path, expression: str) -> str:
    return _run_in_a_shell(
        home, "", f"-c \"import boto3; client = boto3.client('evidently'); print({expression})\""
    ).strip()


def _run_in_a_shell(home: Path, setting: str, arguments: str) -> str:
    script = f'. "{home}/env"; {setting} exec "{sys.executable}" {arguments}'
    done = subprocess.run(["/bin/sh", "-c", script], check=False, capture_output=True, text=True)  # noqa: S603, our own text
    assert done.returncode == 0, done.stderr
    return done.stdout
