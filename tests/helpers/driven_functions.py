"""Functions for tests of the driver itself."""

from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from helpers.driver.deliveries import Delivery
from helpers.driver.driver import Driver
from helpers.driver.faults import Faults
from helpers.driver.functions import Function, Invocation

if TYPE_CHECKING:
    import asyncio

_NUMBERS: Final = count(1)


class Functions:
    """Creates and invokes functions."""

    def __init__(self, driver: Driver, folder: Path) -> None:
        self._driver = driver
        self._folder = folder

    def make(self, source: str, timeout: float = 60.0, **environment: str) -> Function:
        """Return a function with this source, a module with a `handler`."""
        name = f"probe_{next(_NUMBERS)}"
        (self._folder / f"{name}.py").write_text(source, encoding="utf-8")
        return self._driver.lambda_.put(Function(name, f"{name}.handler", environment, timeout, self._folder))

    def start(self, function: Function, event: Any = None) -> "asyncio.Task[Invocation]":
        """Begin an invocation, which continues while the test waits."""
        return self._driver.spawn(self._driver.lambda_.invoke(function, event))

    def invoke(self, function: Function, event: Any = None) -> Invocation:
        """Invoke a function; return the invocation after its end."""
        task = self.start(function, event)
        self._driver.until(task.done)
        return task.result()

    def send(self, function: Function, *faults: Faults) -> Delivery:
        """Send a Create of CloudFormation to a function."""
        return self._driver.send(self._driver.request("Create", function, properties={}), *faults)
