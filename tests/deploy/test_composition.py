"""A `StartLaunch` where apps put one: in nested stacks, in several stacks, beside a role of their own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from aws_cdk import CfnOutput, NestedStack, Stack
from aws_cdk import aws_iam as iam

from cdk_evidently import EvidentlyProvider, StartLaunch
from helpers.deployment import PROJECT, Build, Deployment, Release, launch_arn, shop

NewLaunch = Callable[[], str]


@pytest.fixture
def another_release(deployment: Deployment, release: Release, tmp_path: Path) -> Iterator[Release]:
    """A second stack that is not there yet, and is deleted in the end."""
    with ExitStack() as resources:
        found = Release(deployment, f"{release.name}Too", tmp_path / "another", resources)
        yield found
        found.destroy()


def test_a_nested_stack_starts_a_launch_of_its_own_and_stops_it_with_the_outer_one(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    outer, inner = new_launch(), new_launch()

    outputs = release.deploy(_nested(deployment, outer, inner))

    assert outputs == {"Outer": "RUNNING", "Inner": "RUNNING"}
    assert deployment.status(outer) == deployment.status(inner) == "RUNNING"
    release.destroy()
    assert deployment.status(outer) == deployment.status(inner) == "CANCELLED"


def test_a_role_of_the_users_own_is_given_what_it_needs_before_the_launch_is_started(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch = new_launch()

    def build(stack: Stack) -> None:
        role = iam.Role(stack, "Ours", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        provider = EvidentlyProvider(stack, "Provider", endpoint=deployment.endpoint(), role=role)
        shop(None, launch, provider=provider)(stack)

    outputs = release.deploy(build)
    release.destroy()

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
    """A stack that starts a launch, and one in it that starts another.

    It is made and deleted here, not updated: MiniStack 1.5.33 forgets the attributes of what does not change in a
    nested stack's update, so that any GetAtt of them fails.
    """

    def build(stack: Stack) -> None:
        endpoint = deployment.endpoint()
        nested = NestedStack(stack, "Nested")
        there = StartLaunch(nested, "Start", project=PROJECT, launch=inner, endpoint=endpoint)
        here = StartLaunch(stack, "Start", project=PROJECT, launch=outer, endpoint=endpoint)
        CfnOutput(stack, "Outer", value=here.launch_status)
        CfnOutput(stack, "Inner", value=there.launch_status)

    return build
