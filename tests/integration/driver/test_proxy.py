"""The provider under AWS's runtime client, in a network that only a proxy leaves."""

import json
from dataclasses import replace
from urllib.parse import urlsplit

import evidently_contract as contract
from helpers.connect_proxy import connect_proxy
from helpers.driven_launches import Launches
from helpers.driver.driver import Driver
from helpers.driver.functions import End
from helpers.driver.web import CERTIFICATE


def test_the_launch_is_started_and_the_response_arrives_through_one_proxy(driver: Driver, launches: Launches) -> None:
    def door(authority: str) -> int:
        return delivery.sandbox.doors[int(authority.rpartition(":")[2])].port

    with connect_proxy(door) as proxy:
        plain = driver.provider()
        environment = {
            "HTTPS_PROXY": proxy.url,
            "AWS_CA_BUNDLE": str(CERTIFICATE),
            "SSL_CERT_FILE": "",  # the sandbox's own: nothing but the bundle trusts the servers
        }
        function = driver.lambda_.put(
            replace(plain, name="provider-behind-a-proxy", environment={**plain.environment, **environment})
        )
        delivery = launches.send("Create", function=function)
        response = delivery.response()

    assert response.status == "SUCCESS"
    assert launches.status() == "RUNNING"
    assert [each.end for each in delivery.tries] == [End.RETURNED]
    endpoint = urlsplit(function.environment[contract.ENV_ENDPOINT_URL]).netloc
    assert [each.authority for each in proxy.tunnels] == [endpoint, urlsplit(delivery.request.url).netloc]
    (responded,) = [line for line in driver.story().splitlines() if '"responded"' in line]
    assert json.loads(responded.partition(" | ")[2])["attempts"] == 1
