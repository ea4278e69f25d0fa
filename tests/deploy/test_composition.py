"""`StartLaunch` in nested stacks, in two stacks for one launch, with the user's own role, with ARNs for names."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from aws_cdk import CfnOutput, NestedStack, Stack
from aws_cdk import aws_iam as iam

from cdk_evidently import EvidentlyProvider, StartLaunch
from helpers.deployment import PROJECT, Build, Deployment, NewLaunch, Release, launch_arn, shop
from helpers.fault_proxy import FaultAction, every_call


@pytest.fixture
def another_release(deployment: Deployment, release: Release, tmp_path: Path) -> Iterator[Release]:
    """A second stack, not deployed; it is deleted after the test."""
    with ExitStack() as resources:
        found = Release(deployment, f"{release.name}Too", tmp_path / "another", resources)
        yield found
        found.destroy()


@pytest.mark.promise
def test_a_nested_stack_starts_its_launch_and_its_deletion_stops_it(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    outer, inner = new_launch(), new_launch()

    outputs = release.deploy(_nested(deployment, outer, inner))

    assert outputs == {"Outer": "RUNNING", "Inner": "RUNNING"}
    assert deployment.status(outer) == deployment.status(inner) == "RUNNING"
    release.destroy()
    assert deployment.status(outer) == deployment.status(inner) == "CANCELLED"


def test_a_users_own_role_gets_the_permissions_to_start_and_stop(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch, proxy = new_launch(), release.fault_proxy(every_call(FaultAction.PASS))

    def build(stack: Stack) -> None:
        role = iam.Role(stack, "Ours", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        provider = EvidentlyProvider(stack, "Provider", endpoint=deployment.endpoint(proxy.port), role=role)
        shop(None, launch, provider=provider)(stack)

    outputs = release.deploy(build)
    release.destroy()

    assert proxy.calls == ["start", "cancel"]  # one call each: a refused call would be retried
    assert (outputs["Status0"], outputs["StartedBy0"]) == ("RUNNING", "stack")
    assert deployment.status(launch) == "CANCELLED"


def test_a_launch_and_its_project_may_be_given_by_arn(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch = new_launch()
    arn = launch_arn(launch)

    def build(stack: Stack) -> None:
        project = arn.partition("/launch/")[0]
        start = StartLaunch(stack, "Start", project=project, launch=arn, endpoint=deployment.endpoint())
        CfnOutput(stack, "Name", value=start.launch_name)
        CfnOutput(stack, "Status", value=start.launch_status)

    assert release.deploy(build) == {"Name": launch, "Status": "RUNNING"}
    assert release.physical_ids() == [arn]


def test_a_second_stack_adopts_the_launch_of_the_first_and_leaves_it_running(
    deployment: Deployment, release: Release, another_release: Release, new_launch: NewLaunch
) -> None:
    launch = new_launch()
    release.deploy(shop(deployment.endpoint(), launch))

    outputs = another_release.deploy(shop(deployment.endpoint(), launch))
    another_release.destroy()

    assert outputs["StartedBy0"] == "adopted"
    assert deployment.status(launch) == "RUNNING"
    release.destroy()
    assert deployment.status(launch) == "CANCELLED"


def _nested(deployment: Deployment, outer: str, inner: str) -> Build:
    """Return a stack that starts a launch, with a nested stack that starts another.

    The test does not update it: in the update of a nested stack, MiniStack 1.5.33 forgets the attributes of unchanged
    resources, so that every GetAtt of them fails.
    """

    def build(stack: Stack) -> None:
        endpoint = deployment.endpoint()
        nested = NestedStack(stack, "Nested")
        inner_start = StartLaunch(nested, "Start", project=PROJECT, launch=inner, endpoint=endpoint)
        outer_start = StartLaunch(stack, "Start", project=PROJECT, launch=outer, endpoint=endpoint)
        CfnOutput(stack, "Outer", value=outer_start.launch_status)
        CfnOutput(stack, "Inner", value=inner_start.launch_status)

    return build
