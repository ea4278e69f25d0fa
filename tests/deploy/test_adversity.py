"""A slow API, a throttled API, a killed function, a launch deleted by hand, a construct that moves."""

import json
from typing import Any

import pytest
from aws_cdk import CfnOutput, CfnResource, Stack
from constructs import Construct

from cdk_evidently import StartLaunch
from helpers.deployment import PROJECT, START_LAUNCH, Build, Deployment, NewLaunch, Release, launch_arn, shop
from helpers.fault_proxy import FaultAction, first_call, nth_call, throttle_for
from helpers.scripted_server import OK, scripted_server
from local_aws.errors import StackFailedError

THROTTLED_SECONDS = 20


def test_a_start_is_retried_after_a_time_out_and_belongs_to_the_stack(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch, proxy = new_launch(), release.fault_proxy(first_call("start", FaultAction.RESPOND_LATE))

    outputs = release.deploy(shop(deployment.endpoint(proxy.port), launch))

    assert proxy.calls == ["start", "start"]
    assert (outputs["Status0"], outputs["StartedBy0"]) == ("RUNNING", "stack")


def test_an_api_that_throttles_for_twenty_seconds_only_delays_the_deploy(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch, proxy = new_launch(), release.fault_proxy(throttle_for(THROTTLED_SECONDS))

    outputs = release.deploy(shop(deployment.endpoint(proxy.port), launch))

    assert set(proxy.calls) == {"start"}
    assert len(proxy.calls) <= THROTTLED_SECONDS
    assert (outputs["Status0"], outputs["StartedBy0"]) == ("RUNNING", "stack")


def test_the_delete_after_a_service_timeout_stops_the_launch_of_the_lost_create(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    old, new = new_launch(), new_launch()
    # The first two starts are the old launch's, on Create and on Update.
    proxy = release.fault_proxy(nth_call("start", 3, FaultAction.KILL_CALLER))
    endpoint = deployment.endpoint(proxy.port)

    def with_a_short_timeout(stack: Stack) -> None:
        shop(endpoint, old)(stack)
        start = StartLaunch(stack, "New", project=PROJECT, launch=new, endpoint=endpoint)
        start.node.add_dependency(stack.node.find_child("Start0"))
        resource = start.node.default_child
        assert isinstance(resource, CfnResource)
        resource.add_property_override("ServiceTimeout", 3)

    release.deploy(shop(endpoint, old))
    with pytest.raises(StackFailedError, match="timed out"):
        release.deploy(with_a_short_timeout)
    assert release.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert release.physical_ids() == [launch_arn(old)]
    assert (deployment.status(old), deployment.status(new)) == ("RUNNING", "RUNNING")

    response = _deleted_with_a_made_up_id(deployment, release, new)
    assert response["Status"] == "SUCCESS"
    assert (deployment.status(old), deployment.status(new)) == ("RUNNING", "CANCELLED")


def test_a_launch_deleted_by_hand_blocks_neither_an_update_nor_a_delete(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch, names = new_launch(), {"project": PROJECT}
    release.deploy(shop(deployment.endpoint(), launch))
    evidently = deployment.evidently()
    evidently.stop_launch(**names, launch=launch)
    evidently.delete_launch(**names, launch=launch)

    outputs = release.deploy(shop(deployment.endpoint(), launch, banner="Toys"))
    assert (outputs["Status0"], outputs["Arn0"]) == ("", launch_arn(launch))

    release.destroy()


def test_a_construct_that_moves_to_another_scope_changes_nothing(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch = new_launch()

    def build(name: str) -> Build:
        def within(stack: Stack) -> None:
            scope = Construct(stack, name)
            start = StartLaunch(scope, "Start", project=PROJECT, launch=launch, endpoint=deployment.endpoint())
            CfnOutput(stack, "Status", value=start.launch_status)

        return within

    release.deploy(build("Web"))
    before = deployment.launch(launch)
    release.deploy(build("Shop"))
    assert deployment.launch(launch) == before
    assert release.physical_ids() == [launch_arn(launch)]
    release.destroy()
    assert deployment.status(launch) == "CANCELLED"


def _deleted_with_a_made_up_id(deployment: Deployment, release: Release, launch: str) -> dict[str, Any]:
    """Send the Delete that CloudFormation sends after a Create without a response; return the response to it.

    The local CloudFormation leaves this Delete out.
    """
    deployer = deployment.deployer
    (function,) = deployer.physical_ids(release.name, "AWS::Lambda::Function")
    (lost,) = [
        it
        for it in deployer.events(release.name)
        if it["ResourceType"] == START_LAUNCH and it["ResourceStatus"].endswith("_FAILED")
    ]
    with scripted_server(OK) as cloudformation:
        event = {
            "RequestType": "Delete",
            "RequestId": "0a1b2c3d",
            "ResponseURL": cloudformation.url,
            "StackId": lost["StackId"],
            "LogicalResourceId": lost["LogicalResourceId"],
            "PhysicalResourceId": f"{release.name}-{lost['LogicalResourceId']}-1A2B3C4D5E6F7",
            "ResourceType": START_LAUNCH,
            "ResourceProperties": {"Project": PROJECT, "Launch": launch, "OnDelete": "CANCEL"},
        }
        deployment.local_aws.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
        response: dict[str, Any] = cloudformation.documents[0]
        return response
