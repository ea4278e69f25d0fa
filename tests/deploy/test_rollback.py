"""A rollback leaves launches that ran before it running, and stops for good those that the failed deploy started."""

import pytest
from aws_cdk import CfnOutput, CfnParameter, Stack

from cdk_evidently import StartLaunch
from helpers.deployment import (
    PROJECT,
    START_LAUNCH,
    Build,
    Deployment,
    NewLaunch,
    Release,
    add_broken,
    launch_arn,
    shop,
)
from helpers.fault_proxy import FaultAction, every_call, first_call
from local_aws.errors import StackFailedError


@pytest.mark.promise
def test_a_rolled_back_create_stops_the_launch_that_it_started(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch = new_launch()

    with pytest.raises(StackFailedError) as failed:
        release.deploy(shop(deployment.endpoint(), launch, broken=True))

    assert failed.value.status == "ROLLBACK_COMPLETE"
    found = deployment.launch(launch)
    assert found["status"] == "CANCELLED"
    assert release.name in found["statusReason"]


def test_a_rolled_back_create_leaves_a_launch_that_was_running_before(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch = new_launch()
    deployment.evidently().start_launch(project=PROJECT, launch=launch)

    with pytest.raises(StackFailedError):
        release.deploy(shop(deployment.endpoint(), launch, broken=True))

    assert deployment.status(launch) == "RUNNING"


@pytest.mark.promise
def test_a_launch_keeps_running_with_its_id_when_an_update_is_rolled_back(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch = new_launch()
    release.deploy(shop(deployment.endpoint(), launch))
    before = deployment.launch(launch)

    with pytest.raises(StackFailedError) as failed:
        release.deploy(shop(deployment.endpoint(), launch, banner="Toys", broken=True))

    assert failed.value.status == "UPDATE_ROLLBACK_COMPLETE"
    assert deployment.launch(launch) == before
    assert release.physical_ids() == [launch_arn(launch)]
    release.destroy()
    assert deployment.status(launch) == "CANCELLED"


def test_a_rolled_back_rename_stops_the_new_launch_and_the_old_one_keeps_running(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    old, new = new_launch(), new_launch()
    release.deploy(shop(deployment.endpoint(), old))

    with pytest.raises(StackFailedError) as failed:
        release.deploy(shop(deployment.endpoint(), new, broken=True))

    assert failed.value.status == "UPDATE_ROLLBACK_COMPLETE"
    assert (deployment.status(old), deployment.status(new)) == ("RUNNING", "CANCELLED")
    assert release.physical_ids() == [launch_arn(old)]


@pytest.mark.promise
def test_a_rolled_back_replacement_stops_the_new_launch_and_the_old_one_keeps_running(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    old, new = new_launch(), new_launch()
    release.deploy(_by_parameter(deployment, old))

    with pytest.raises(StackFailedError) as failed:
        release.deploy(_by_parameter(deployment, new, broken=True))

    assert failed.value.status == "UPDATE_ROLLBACK_COMPLETE"
    assert (deployment.status(old), deployment.status(new)) == ("RUNNING", "CANCELLED")
    assert release.physical_ids() == [launch_arn(old)]
    release.destroy()
    assert deployment.status(old) == "CANCELLED"


def test_a_replacement_stops_the_old_launch_once_the_new_one_runs(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    old, new = new_launch(), new_launch()
    release.deploy(_by_parameter(deployment, old))
    (logical_id,) = _logical_ids(deployment, release)

    assert release.deploy(_by_parameter(deployment, new))["Status"] == "RUNNING"

    assert (deployment.status(old), deployment.status(new)) == ("CANCELLED", "RUNNING")
    assert _logical_ids(deployment, release) == [logical_id]


def test_a_stack_whose_create_failed_needs_a_new_launch(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    spent, fresh = new_launch(), new_launch()
    with pytest.raises(StackFailedError):
        release.deploy(shop(deployment.endpoint(), spent, broken=True))
    release.destroy()

    with pytest.raises(StackFailedError) as failed:
        release.deploy(shop(deployment.endpoint(), spent))
    release.destroy()

    assert "new launch" in str(failed.value)
    assert release.deploy(shop(deployment.endpoint(), fresh))["Status0"] == "RUNNING"


def test_a_start_whose_response_was_lost_belongs_to_the_stack_and_is_stopped_with_it(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch, proxy = new_launch(), release.fault_proxy(first_call("start", FaultAction.LOSE_RESPONSE))

    outputs = release.deploy(shop(deployment.endpoint(proxy.port), launch))
    release.destroy()

    assert proxy.calls == ["start", "start", "cancel"]
    assert outputs["StartedBy0"] == "stack"
    assert deployment.status(launch) == "CANCELLED"


def test_a_throttled_start_is_retried(deployment: Deployment, release: Release, new_launch: NewLaunch) -> None:
    launch, proxy = new_launch(), release.fault_proxy(first_call("start", FaultAction.THROTTLE))

    outputs = release.deploy(shop(deployment.endpoint(proxy.port), launch))

    assert proxy.calls == ["start", "start"]
    assert (outputs["Status0"], outputs["StartedBy0"]) == ("RUNNING", "stack")


def test_an_update_that_fails_to_start_its_new_launch_leaves_the_old_one_running(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch, proxy = new_launch(), release.fault_proxy(every_call(FaultAction.PASS))
    endpoint = deployment.endpoint(proxy.port)
    release.deploy(shop(endpoint, launch))

    with pytest.raises(StackFailedError, match="there-is-no-such-launch"):
        release.deploy(shop(endpoint, launch, "there-is-no-such-launch"))

    assert deployment.status(launch) == "RUNNING"
    assert release.physical_ids() == [launch_arn(launch)]
    assert "cancel" not in proxy.calls


def _by_parameter(deployment: Deployment, launch: str, *, broken: bool = False) -> Build:
    """Return a stack whose launch is a parameter: unknown at synth, so every value has one logical id."""

    def build(stack: Stack) -> None:
        name = CfnParameter(stack, "LaunchName", default=launch).value_as_string
        start = StartLaunch(stack, "Start", project=PROJECT, launch=name, endpoint=deployment.endpoint())
        CfnOutput(stack, "Status", value=start.launch_status)
        if broken:
            add_broken(stack, start)

    return build


def _logical_ids(deployment: Deployment, release: Release) -> list[str]:
    summaries = deployment.deployer.cloudformation.list_stack_resources(StackName=release.name)
    found = summaries["StackResourceSummaries"]
    return [each["LogicalResourceId"] for each in found if each["ResourceType"] == START_LAUNCH]
