"""Fixtures of the provider's tests: the provider, and the servers and the clock around it."""

import json
from collections.abc import Iterator, Mapping
from itertools import repeat

import pytest

import evidently_contract as contract
from helpers.behind_proxy import Behind
from helpers.connect_proxy import always_to, connect_proxy
from helpers.fake_clock import FakeClock
from helpers.launch_replies import KEEPS_RULES
from helpers.managed_events import ARNS, KINDS, managed
from helpers.provider_harness import Harness, LogLines
from helpers.provider_service import Served
from helpers.scripted_server import OK, SELF_SIGNED, ScriptedServer, scripted_server, self_signed_tls

BOTH: list[Mapping[str, str]] = [KEEPS_RULES, {}]


@pytest.fixture(scope="session")
def api() -> Iterator[ScriptedServer]:
    """The Evidently API, a server that all tests share."""
    with scripted_server() as server:
        yield server


@pytest.fixture(scope="session")
def cloudformation() -> Iterator[ScriptedServer]:
    """The response URL, a server that all tests share."""
    with scripted_server() as server:
        yield server


@pytest.fixture
def harness(monkeypatch: pytest.MonkeyPatch, api: ScriptedServer, cloudformation: ScriptedServer) -> Harness:
    """The provider, with an API that keeps the rules of ownership."""
    for server in (api, cloudformation):
        server.received = []
    api.headers = KEEPS_RULES
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
    for name in (contract.ENV_SIGNING_REGION, "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    return Harness(api, cloudformation, FakeClock())


@pytest.fixture
def behind(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> Iterator[Behind]:
    """The provider, with a proxy and a CA bundle in its environment."""
    with (
        scripted_server(tls=self_signed_tls()) as server,
        connect_proxy(always_to(server.url)) as proxy,
    ):
        server.plan(then=repeat(OK))
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("AWS_CA_BUNDLE", str(SELF_SIGNED))
        yield Behind(server, proxy, harness)


@pytest.fixture
def plain(harness: Harness) -> Harness:
    """The provider, with an API without ownership, as AWS's own was."""
    harness.api.headers = {}
    return harness


@pytest.fixture(params=BOTH, ids=["keeps_rules", "plain"])
def either(harness: Harness, request: pytest.FixtureRequest) -> Harness:
    """The provider, once with each API."""
    headers: Mapping[str, str] = request.param
    harness.api.headers = headers
    return harness


@pytest.fixture
def served(harness: Harness) -> Served:
    """The provider and the service, which is empty."""
    return Served.on(harness)


@pytest.fixture
def created(served: Served) -> Served:
    """The provider and the service, with one managed resource of each kind, and without the calls for that."""
    for kind in KINDS:
        assert served.send(managed(kind, "Create"))["PhysicalResourceId"] == ARNS[kind]
    served.harness.api.received.clear()
    return served


@pytest.fixture
def log(capfd: pytest.CaptureFixture[str]) -> LogLines:
    """The lines that were logged since the last call, parsed as JSON."""
    return lambda: [json.loads(line) for line in capfd.readouterr().out.splitlines()]
