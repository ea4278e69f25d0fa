"""The driver with functions that are not the project's."""

from pathlib import Path

import pytest

from helpers.driven_functions import Functions
from helpers.driver.driver import Driver


@pytest.fixture
def functions(driver: Driver, tmp_path: Path) -> Functions:
    """Makes functions."""
    return Functions(driver, tmp_path)
