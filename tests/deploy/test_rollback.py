"""What ran before a rollback still runs after it; what the failed deploy started is stopped for good."""

from collections.abc import Callable

import pytest
from aws_cdk import CfnOutput, CfnParameter, Stack

from cdk_evidently import StartLaunch
from helpers.deployment import PROJECT, START_LAUNCH, Build, Deployment, Release, add_broken, launch_arn, shop
from helpers.gatekeeper import Verdict, everything, the_first
from local_aws.errors import StackFailedError

NewLaunch = Callable[[], str]


def test_a_create_that_fails_later_stops_the_launch_it_started(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch = new_launch()

    with pytest.raises(StackFailedError) as failed:
        release.deploy(shop(deployment.endpoint(), launch, broken=True))

    assert failed.value.status == "ROLLBACK_COMPLETE"
    found = deployment.launch(launch)
    assert found["status"] == "CANCELLED"
    assert release.name in found["statusReason"]


def test_a_failed_create_leaves_a_launch_alone_that_ran_before_it(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch = new_launch()
    deployment.evidently().start_launch(project=PROJECT, launch=launch)

    with pytest.raises(StackFailedError):
        release.deploy(shop(deployment.endpoint(), launch, broken=True))

    assert deployment.status(launch) == "RUNNING"


def test_a_launch_runs_on_with_its_id_when_an_update_is_rolled_back(
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


def test_a_rolled_back_rename_stops_the_new_launch_and_the_old_one_runs_on(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    old, new = new_launch(), new_launch()
    release.deploy(shop(deployment.endpoint(), old))

    with pytest.raises(StackFailedError) as failed:
        release.deploy(shop(deployment.endpoint(), new, broken=True))

    assert failed.value.status == "UPDATE_ROLLBACK_COMPLETE"
    assert (deployment.status(old), deployment.status(new)) == ("RUNNING", "CANCELLED")
    assert release.physical_ids() == [launch_arn(old)]


def test_a_rolled_back_replacement_of_one_resource_stops_the_new_launch_and_the_old_one_runs_on(
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


def test_a_replacement_of_one_resource_stops_the_old_launch_once_the_new_one_runs(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    old, new = new_launch(), new_launch()
    release.deploy(_by_parameter(deployment, old))
    (logical_id,) = _logical_ids(deployment, release)

    assert release.deploy(_by_parameter(deployment, new))["Status"] == "RUNNING"

    assert (deployment.status(old), deployment.status(new)) == ("CANCELLED", "RUNNING")
    assert _logical_ids(deployment, release) == [logical_id]


def test_a_stack_that_failed_is_deployed_again_with_a_new_launch(
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


def test_a_start_whose_answer_was_lost_is_the_stacks_own_and_is_stopped_with_it(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch, watched = new_launch(), release.watched(the_first("start", Verdict.LOSE_THE_ANSWER))

    outputs = release.deploy(shop(deployment.endpoint(watched.port), launch))
    release.destroy()

    assert watched.calls == ["start", "start", "cancel"]
    assert outputs["StartedBy0"] == "stack"
    assert deployment.status(launch) == "CANCELLED"


def test_a_throttled_api_is_asked_again(deployment: Deployment, release: Release, new_launch: NewLaunch) -> None:
    launch, watched = new_launch(), release.watched(the_first("start", Verdict.THROTTLE))

    outputs = release.deploy(shop(deployment.endpoint(watched.port), launch))

    assert watched.calls == ["start", "start"]
    assert (outputs["Status0"], outputs["StartedBy0"]) == ("RUNNING", "stack")


def test_an_update_that_fails_to_start_its_new_launch_leaves_the_old_one_running(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch, watched = new_launch(), release.watched(everything(Verdict.PASS))
    endpoint = deployment.endpoint(watched.port)
    release.deploy(shop(endpoint, launch))

    with pytest.raises(StackFailedError, match="there-is-no-such-launch"):
        release.deploy(shop(endpoint, launch, "there-is-no-such-launch"))

    assert deployment.status(launch) == "RUNNING"
    assert release.physical_ids() == [launch_arn(launch)]
    assert "cancel" not in watched.calls


def _by_parameter(deployment: Deployment, launch: str, *, broken: bool = False) -> Build:
    """A stack whose launch is a parameter: not known at synth, so one logical id for whatever it names."""

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
