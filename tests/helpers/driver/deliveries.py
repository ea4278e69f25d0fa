"""The delivery of a request through Lambda, as a test follows it."""

from typing import TYPE_CHECKING

from helpers.driver.events import Request, Response
from helpers.driver.faults import Faults
from helpers.driver.functions import Call, FunctionSandbox, Invocation

if TYPE_CHECKING:
    from helpers.driver.driver import Driver


class Delivery:
    """One delivery of a request: up to three attempts. It continues while the test waits."""

    def __init__(self, driver: "Driver", request: Request, faults: tuple[Faults, ...]) -> None:
        self.request = request
        self.tries: list[Invocation] = []
        self._driver = driver
        way = driver.lambda_.invoke_async(request.function, request.event, request.request_id, self.tries, *faults)
        request.deliveries.append(self)
        self._task = driver.spawn(way)

    @property
    def is_over(self) -> bool:
        """Whether Lambda is done with it."""
        return self._task.done()

    @property
    def responses(self) -> list[Response]:
        """The responses that the response URL has accepted so far."""
        return [response for each in self.tries for response in each.responses]

    @property
    def calls(self) -> list[Call]:
        """The requests that the API has received so far."""
        return [call for each in self.tries for call in each.calls]

    @property
    def sandbox(self) -> FunctionSandbox:
        """The sandbox of the last attempt."""
        found = self.tries[-1].sandbox
        assert found is not None
        return found

    def end(self) -> Response | None:
        """Wait until Lambda is done; return the first response, None for none."""
        self._driver.until(lambda: self.is_over)
        self._task.result()
        return self.responses[0] if self.responses else None

    def response(self) -> Response:
        """Wait until Lambda is done; return the response."""
        found = self.end()
        assert found is not None, f"no response\n{self._driver.story()}"
        return found

    def thaw(self) -> None:
        """Thaw the last attempt's sandbox without an invocation; a stalled connection continues too."""
        self.sandbox.thaw()
        if self.sandbox.api is not None:
            self.sandbox.api.open()
