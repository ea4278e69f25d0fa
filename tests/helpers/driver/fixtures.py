"""pytest's fixtures of the driver: one driver for the whole run, started by the first test that uses it."""

import json
import sys
from collections.abc import Iterator
from itertools import count
from typing import Final

import pytest

import evidently_contract as contract
from helpers.driven_launches import Launches
from helpers.driver.driver import Driver
from helpers.service_table import dynamodb_client, make_table
from local_aws.server import LocalAws

_NUMBERS: Final = count(1)


@pytest.fixture(scope="session")
def shared_driver(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    table = make_table(dynamodb_client(local_aws.url))
    service = {
        "AWS_ENDPOINT_URL": local_aws.url,
        contract.ENV_TABLE_NAME: table,
        contract.ENV_QUOTAS: json.dumps({"projects": 10_000, "segments": 10_000}),  # all tests share the account
    }
    found = Driver(tmp_path_factory.mktemp("driver"), service)
    yield found
    found.close()


@pytest.fixture
def driver(shared_driver: Driver) -> Iterator[Driver]:
    """The driver with a new story. Tests share the table, so each uses its own projects and launches."""
    shared_driver.begin()
    yield shared_driver
    sys.stdout.write(shared_driver.story())  # pytest shows it if the test fails
    assert not shared_driver.urls.violations


@pytest.fixture
def launches(driver: Driver) -> Launches:
    """A project for one test, with a launch `november` in CREATED."""
    found = Launches(driver, f"driven-{next(_NUMBERS)}")
    found.make()
    return found
