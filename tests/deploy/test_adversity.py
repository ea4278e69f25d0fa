"""A slow API, a throttled one, a function that dies, other hands, a construct that moves."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import CfnOutput, CfnResource, Stack
from constructs import Construct

from cdk_evidently import StartLaunch
from helpers.deployment import PROJECT, START_LAUNCH, Build, Deployment, Release, launch_arn, shop
from helpers.gatekeeper import Verdict, the_first, throttle_for
from helpers.scripted_server import OK, scripted_server
from local_aws.errors import StackFailedError

NewLaunch = Callable[[], str]
PATIENT_SECONDS = 20


def test_a_slow_api_is_asked_again_and_its_start_is_the_stacks_own(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch, watched = new_launch(), release.watched(the_first("start", Verdict.ANSWER_LATE))

    outputs = release.deploy(shop(deployment.endpoint(watched.port), launch))

    assert watched.calls == ["start", "start"]
    assert (outputs["Status0"], outputs["StartedBy0"]) == ("RUNNING", "stack")


def test_an_api_that_is_throttled_for_twenty_seconds_is_waited_for(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch, watched = new_launch(), release.watched(throttle_for(PATIENT_SECONDS))

    outputs = release.deploy(shop(deployment.endpoint(watched.port), launch))

    assert set(watched.calls) == {"start"}
    assert len(watched.calls) <= PATIENT_SECONDS
    assert (outputs["Status0"], outputs["StartedBy0"]) == ("RUNNING", "stack")


def test_a_service_time_out_is_rolled_back_and_its_delete_stops_what_the_lost_create_started(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    old, new = new_launch(), new_launch()
    # The first two are the old launch's, on Create and on Update.
    third = ("start", 3)
    watched = release.watched(
        lambda call, nth: Verdict.KILL_THE_CALLER if (call, nth) == third else Verdict.PASS,
    )
    endpoint = deployment.endpoint(watched.port)

    def impatient(stack: Stack) -> None:
        shop(endpoint, old)(stack)
        start = StartLaunch(stack, "New", project=PROJECT, launch=new, endpoint=endpoint)
        start.node.add_dependency(stack.node.find_child("Start0"))
        resource = start.node.default_child
        assert isinstance(resource, CfnResource)
        resource.add_property_override("ServiceTimeout", 3)

    release.deploy(shop(endpoint, old))
    with pytest.raises(StackFailedError, match="timed out"):
        release.deploy(impatient)
    assert release.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert release.physical_ids() == [launch_arn(old)]
    assert (deployment.status(old), deployment.status(new)) == ("RUNNING", "RUNNING")

    answer = _deleted_with_a_made_up_id(deployment, release, new)
    assert answer["Status"] == "SUCCESS"
    assert (deployment.status(old), deployment.status(new)) == ("RUNNING", "CANCELLED")


def test_a_launch_that_was_deleted_by_hand_blocks_neither_an_update_nor_a_delete(
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
    """The answer to what CloudFormation sends after a Create that never answered; the local one leaves that out."""
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
        answer: dict[str, Any] = cloudformation.documents[0]
        return answer
