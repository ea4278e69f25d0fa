"""Another provider function replaces a StartLaunch, and its launch keeps running."""

import pytest
from aws_cdk import Stack

from cdk_evidently import EvidentlyProvider
from helpers.deployment import Build, Deployment, NewLaunch, Release, launch_arn, shop
from local_aws.errors import StackFailedError


def _with_an_explicit_provider(deployment: Deployment, launch: str, *, broken: bool = False) -> Build:
    def build(stack: Stack) -> None:
        provider = EvidentlyProvider(stack, "Provider", endpoint=deployment.endpoint())
        shop(None, launch, provider=provider, broken=broken)(stack)

    return build


@pytest.mark.promise
def test_another_provider_acquires_a_running_launch_and_stops_it_on_delete(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch = new_launch()
    release.deploy(shop(deployment.endpoint(), launch))
    running = deployment.launch(launch)

    outputs = release.deploy(_with_an_explicit_provider(deployment, launch))

    assert (outputs["Status0"], outputs["StartedBy0"]) == ("RUNNING", "stack")
    assert deployment.launch(launch) == running
    release.destroy()
    assert deployment.status(launch) == "CANCELLED"


def test_a_rolled_back_change_of_the_provider_leaves_the_launch_running_with_its_id(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch = new_launch()
    release.deploy(shop(deployment.endpoint(), launch))
    running = deployment.launch(launch)

    with pytest.raises(StackFailedError):
        release.deploy(_with_an_explicit_provider(deployment, launch, broken=True))

    assert release.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert deployment.launch(launch) == running
    assert release.physical_ids() == [launch_arn(launch)]
    release.destroy()
    assert deployment.status(launch) == "CANCELLED"
