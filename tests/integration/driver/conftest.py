"""Functions and stacks for tests of the driver itself."""

from pathlib import Path

import pytest

from helpers.driven_functions import Functions
from helpers.driven_launches import Launches
from helpers.driven_shop import Shop
from helpers.driver.driver import Driver
from helpers.driver.stacks import Stack


@pytest.fixture
def functions(driver: Driver, tmp_path: Path) -> Functions:
    """Creates functions in a folder of the test."""
    return Functions(driver, tmp_path)


@pytest.fixture
def shop(driver: Driver, launches: Launches) -> Shop:
    """Templates whose launches exist: november, december and january."""
    for name in ("december", "january"):
        launches.make(name)
    return Shop(driver, launches)


@pytest.fixture
def stack(driver: Driver) -> Stack:
    """A stack that is not deployed."""
    return driver.stack("shop")
