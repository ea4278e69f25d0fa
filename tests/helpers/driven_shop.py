"""Templates of a shop with StartLaunch resources, for tests of how the driver's CloudFormation deploys them."""

from typing import Any, Final

import evidently_contract as contract
from helpers.driven_launches import Launches
from helpers.driver.driver import Driver
from helpers.driver.faults import faults
from helpers.driver.stacks import Stack

LOST: Final = [faults("lost")]


class Shop:
    """Templates with StartLaunch resources, by logical id."""

    def __init__(self, driver: Driver, launches: Launches) -> None:
        self._driver = driver
        self._launches = launches

    def template(self, *, banner: str = "Treats", provider: str = "Provider", **starts: str) -> dict[str, Any]:
        """Return a template.

        Args:
            banner: text in the template; another one changes every StartLaunch.
            provider: logical id of the function.
            starts: the launch of each StartLaunch; `Second` waits for `First`, all others for nothing.

        """
        variables = {
            contract.ENV_ENDPOINT_URL: self._driver.api.url,
            contract.ENV_SIGNING_NAME: contract.SIGNING_NAME_EXECUTE_API,
        }
        function = {"Handler": contract.PROVIDER_HANDLER, "Timeout": 180, "Environment": {"Variables": variables}}
        resources: dict[str, Any] = {
            provider: {"Type": "AWS::Lambda::Function", "Properties": function},
            "Banner": {"Type": "AWS::SSM::Parameter", "Properties": {"Value": banner}},
        }
        for logical_id, launch in starts.items():
            properties = {"ServiceToken": {"Fn::GetAtt": [provider, "Arn"]}, **self._launches.properties(launch)}
            resources[logical_id] = {
                "Type": contract.START_LAUNCH_RESOURCE_TYPE,
                "Properties": {**properties, "Triggers": banner, "ServiceTimeout": 1000},
            }
        if {"First", "Second"} <= starts.keys():
            resources["Second"]["DependsOn"] = ["First"]
        return {"Resources": resources}


def sent(stack: Stack) -> list[str]:
    """Return what each request of a stack was for, in their order."""
    return [each.purpose for each in stack.requests]
