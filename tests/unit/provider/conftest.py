"""The provider, with everything around it in the test's hands."""

import json
from collections.abc import Iterator
from itertools import repeat
from typing import Any

import pytest

import evidently_contract as contract
from helpers.fake_clock import FakeClock
from helpers.provider_scene import LogLines, Scene
from helpers.scripted_server import OK, ScriptedServer, scripted_server

BOTH = [
    pytest.param(contract.SIGNING_NAME_EXECUTE_API, id="knows_the_starter"),
    pytest.param(contract.SIGNING_NAME_EVIDENTLY, id="no_starter"),
]


@pytest.fixture(scope="session")
def api() -> Iterator[ScriptedServer]:
    """Stands for the Evidently API, for one test after the other."""
    with scripted_server() as server:
        yield server


@pytest.fixture(scope="session")
def cloudformation() -> Iterator[ScriptedServer]:
    """Stands for the response URL, for one test after the other."""
    with scripted_server() as server:
        yield server


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch, api: ScriptedServer, cloudformation: ScriptedServer) -> Scene:
    """The provider of an endpoint that knows the starter; `plain` makes it one that does not."""
    for server in (api, cloudformation):
        server.received = []
    api.plan()
    cloudformation.plan(then=repeat(OK))
    for name, value in {
        contract.ENV_ENDPOINT_URL: api.url,
        contract.ENV_SIGNING_NAME: contract.SIGNING_NAME_EXECUTE_API,
        "AWS_REGION": "eu-north-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv(contract.ENV_SIGNING_REGION, raising=False)
    return Scene(api, cloudformation, FakeClock())


@pytest.fixture
def plain(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """The provider of an endpoint that does not know the starter."""
    monkeypatch.setenv(contract.ENV_SIGNING_NAME, contract.SIGNING_NAME_EVIDENTLY)
    return scene


@pytest.fixture(params=BOTH)
def either(scene: Scene, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Scene:
    """The provider of one and of the other."""
    signing_name: Any = request.param
    monkeypatch.setenv(contract.ENV_SIGNING_NAME, signing_name)
    return scene


@pytest.fixture
def log(capfd: pytest.CaptureFixture[str]) -> LogLines:
    """What was logged since the last look; every line is JSON."""
    return lambda: [json.loads(line) for line in capfd.readouterr().out.splitlines()]
