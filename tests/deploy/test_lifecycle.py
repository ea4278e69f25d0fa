"""What happens to a launch when its stack is created, updated, deployed again without a change, or deleted."""

from datetime import UTC, datetime

import pytest
from aws_cdk import CfnOutput, Stack

from cdk_evidently import OnDelete, StartLaunch
from helpers.deployment import PROJECT, Deployment, NewLaunch, Release, launch_arn, shop
from helpers.fault_proxy import FaultAction, every_call


@pytest.mark.promise
def test_a_created_stack_has_started_its_launch_and_has_its_attributes(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch = new_launch()

    def build(stack: Stack) -> None:
        start = StartLaunch(stack, "Start", project=PROJECT, launch=launch, endpoint=deployment.endpoint())
        attributes = {
            "Arn": start.launch_arn,
            "Name": start.launch_name,
            "Status": start.launch_status,
            "Project": start.project_arn,
            "Reason": start.status_reason,
            "Created": start.created_time,
            "Started": start.started_time,
            "Updated": start.last_updated_time,
            "By": start.started_by,
            "Ref": start.ref,
        }
        for name, value in attributes.items():
            CfnOutput(stack, name, value=value)

    outputs = release.deploy(build)

    found = deployment.launch(launch)
    assert found["status"] == "RUNNING"
    assert outputs == {
        "Arn": launch_arn(launch),
        "Name": launch,
        "Status": "RUNNING",
        "Project": launch_arn(launch).split("/launch/")[0],
        "Reason": "",
        "Created": _iso(found["createdTime"]),
        "Started": _iso(found["execution"]["startedTime"]),
        "Updated": _iso(found["lastUpdatedTime"]),
        "By": "stack",
        "Ref": launch_arn(launch),
    }


@pytest.mark.promise
def test_a_change_of_another_resource_calls_start_launch_again_and_the_launch_keeps_running(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch, proxy = new_launch(), release.fault_proxy(every_call(FaultAction.PASS))
    endpoint = deployment.endpoint(proxy.port)
    release.deploy(shop(endpoint, launch, banner="Treats"))
    before, ids = deployment.launch(launch), release.physical_ids()

    outputs = release.deploy(shop(endpoint, launch, banner="Treats and toys"))

    assert proxy.calls == ["start", "start"]
    assert deployment.launch(launch) == before
    assert release.physical_ids() == ids == [launch_arn(launch)]
    assert (outputs["Status0"], outputs["StartedBy0"]) == ("RUNNING", "stack")


@pytest.mark.promise
def test_a_deploy_that_changes_nothing_does_nothing(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch, proxy = new_launch(), release.fault_proxy(every_call(FaultAction.PASS))
    endpoint = deployment.endpoint(proxy.port)
    outputs = release.deploy(shop(endpoint, launch))
    events = deployment.deployer.events(release.name)

    assert release.deploy(shop(endpoint, launch)) == outputs

    assert deployment.deployer.events(release.name) == events
    assert proxy.calls == ["start"]


@pytest.mark.parametrize(
    ("on_delete", "status"),
    [(OnDelete.CANCEL, "CANCELLED"), (OnDelete.COMPLETE, "COMPLETED"), (OnDelete.KEEP_RUNNING, "RUNNING")],
)
@pytest.mark.promise
def test_deleting_the_stack_stops_the_launch_as_on_delete_says(
    deployment: Deployment, release: Release, new_launch: NewLaunch, on_delete: OnDelete, status: str
) -> None:
    launch = new_launch()
    release.deploy(shop(deployment.endpoint(), launch, on_delete=on_delete))

    release.destroy()

    found = deployment.launch(launch)
    assert found["status"] == status
    assert (release.name in found.get("statusReason", "")) == (status != "RUNNING")


def test_a_changed_on_delete_applies_once_it_is_deployed(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch = new_launch()
    release.deploy(shop(deployment.endpoint(), launch))
    release.deploy(shop(deployment.endpoint(), launch, on_delete=OnDelete.KEEP_RUNNING))

    release.destroy()

    assert deployment.status(launch) == "RUNNING"


@pytest.mark.promise
def test_a_running_launch_is_adopted_and_keeps_running_after_the_delete(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch, proxy = new_launch(), release.fault_proxy(every_call(FaultAction.PASS))
    deployment.evidently().start_launch(project=PROJECT, launch=launch)

    outputs = release.deploy(shop(deployment.endpoint(proxy.port), launch))
    ids = release.physical_ids()
    release.destroy()

    assert "cancel" not in proxy.calls  # the API would also refuse it, so the launch's status proves nothing
    assert (outputs["Status0"], outputs["StartedBy0"]) == ("RUNNING", "adopted")
    assert ids == [f"{launch_arn(launch)}#adopted"]
    assert deployment.status(launch) == "RUNNING"


def test_two_uses_share_one_function_and_both_launches_run(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launches = [new_launch(), new_launch()]

    outputs = release.deploy(shop(deployment.endpoint(), *launches))

    assert [outputs["Status0"], outputs["Status1"]] == ["RUNNING", "RUNNING"]
    assert len(deployment.deployer.physical_ids(release.name, "AWS::Lambda::Function")) == 1
    release.destroy()
    assert [deployment.status(launch) for launch in launches] == ["CANCELLED", "CANCELLED"]


def test_another_launch_name_stops_the_old_launch_in_the_clean_up(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    old, new = new_launch(), new_launch()
    release.deploy(shop(deployment.endpoint(), old))

    release.deploy(shop(deployment.endpoint(), new))

    assert (deployment.status(old), deployment.status(new)) == ("CANCELLED", "RUNNING")
    assert release.physical_ids() == [launch_arn(new)]


def test_a_start_launch_removed_from_the_stack_with_its_function_stops_the_launch(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch = new_launch()
    release.deploy(shop(deployment.endpoint(), launch))

    release.deploy(shop(deployment.endpoint()))

    assert deployment.status(launch) == "CANCELLED"
    assert release.status() == "UPDATE_COMPLETE"


def test_a_launch_that_has_ended_does_not_block_later_updates(
    deployment: Deployment, release: Release, new_launch: NewLaunch
) -> None:
    launch = new_launch()
    release.deploy(shop(deployment.endpoint(), launch))
    deployment.evidently().stop_launch(project=PROJECT, launch=launch, desiredState="COMPLETED", reason="it went well")

    outputs = release.deploy(shop(deployment.endpoint(), launch, banner="Toys"))

    assert outputs["Status0"] == "COMPLETED"
    release.destroy()
    assert deployment.launch(launch)["statusReason"] == "it went well"


def _iso(moment: datetime) -> str:
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
