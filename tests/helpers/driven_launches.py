"""A project with launches for one test of the driver, and StartLaunch requests for them."""

from contextlib import suppress
from typing import Any

import evidently_contract as contract
from helpers.driver.deliveries import Delivery
from helpers.driver.driver import Driver
from helpers.driver.faults import Faults
from helpers.driver.functions import Function
from helpers.service import ON_AND_OFF

NOVEMBER = "november"


class Launches:
    """The launches of a project."""

    def __init__(self, driver: Driver, project: str) -> None:
        self.project = project
        self.evidently = driver.evidently()
        self._driver = driver
        self.evidently.create_project(name=project)
        self.evidently.create_feature(project=project, name="upsell", variations=ON_AND_OFF)

    def make(self, name: str = NOVEMBER) -> str:
        """Create a launch unless it exists; return its name."""
        groups = [{"name": "all", "feature": "upsell", "variation": "on"}]
        with suppress(self.evidently.exceptions.ConflictException):
            self.evidently.create_launch(project=self.project, name=name, groups=groups)
        return name

    def status(self, name: str = NOVEMBER) -> str:
        """Return the status of a launch now."""
        return str(self.evidently.get_launch(project=self.project, launch=name)["launch"]["status"])

    def properties(self, launch: str = NOVEMBER, on_delete: str = contract.ON_DELETE_CANCEL) -> dict[str, Any]:
        """Return the properties of a StartLaunch."""
        return {
            contract.PROPERTY_SCHEMA_VERSION: contract.SCHEMA_VERSION,
            contract.PROPERTY_PROJECT: self.project,
            contract.PROPERTY_LAUNCH: launch,
            contract.PROPERTY_ON_DELETE: on_delete,
            contract.PROPERTY_TIMEOUT: 120,
        }

    def send(
        self,
        kind: str,
        *faults: Faults,
        launch: str = NOVEMBER,
        old: str | None = None,
        on_delete: str = contract.ON_DELETE_CANCEL,
        function: Function | None = None,
        **options: Any,
    ) -> Delivery:
        """Send a request for a StartLaunch.

        Args:
            kind: Create, Update or Delete.
            faults: the faults of each attempt.
            launch: the launch in its properties.
            old: the launch in its old properties.
            on_delete: what a Delete does.
            function: the provider, by default that of the API.
            options: other arguments of `Driver.request`.

        """
        request = self._driver.request(
            kind,
            function or self._driver.provider(),
            properties=self.properties(launch, on_delete),
            old_properties=None if old is None else self.properties(old, on_delete),
            **options,
        )
        return self._driver.send(request, *faults)
