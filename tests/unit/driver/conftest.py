"""Functions for tests of the driver itself."""

from pathlib import Path

import pytest

from helpers.driven_functions import Functions
from helpers.driver.driver import Driver


@pytest.fixture
def functions(driver: Driver, tmp_path: Path) -> Functions:
    """Creates functions in a folder of the test."""
    return Functions(driver, tmp_path)
