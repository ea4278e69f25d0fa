"""Deploys and rollbacks of a running launch's steps: a deploy keeps one in force, a rollback always goes back."""

from typing import Any, Final

import pytest
from aws_cdk import CfnResource

from cdk_evidently import EvidentlyEndpoint, Feature, Group, Launch, Project, StartLaunch, Step, Variation, percent
from helpers.driven_launches import Launches
from helpers.driver.driver import Driver
from helpers.synth import new_stack, synthesized

PASSED: Final = "2021-11-02T09:00:00Z"
NEXT: Final = "2031-11-09T09:00:00Z"


def _template(driver: Driver, prefix: str, *starts: str, started: bool = True, weight: float = 100) -> dict[str, Any]:
    """Return a template of a launch whose steps have these starts, and of something after it."""
    stack = new_stack()
    endpoint = EvidentlyEndpoint.from_url(driver.api.url, signing_name="execute-api", api_id="abcde12345")
    project = Project(stack, "Project", project_name=f"{prefix}-shop", endpoint=endpoint)
    variations = [Variation.boolean(name, name == "on") for name in ("off", "on")]
    feature = Feature(stack, "Feature", project=project, feature_name="upsell", variations=variations)
    launch = Launch(
        stack,
        "Launch",
        project=project,
        launch_name="november",
        groups=[Group(name="all", feature=feature, variation="on")],
        steps=[Step(start=start, weights={"all": percent(weight)}) for start in starts],
    )
    last = CfnResource(stack, "Last", type="AWS::SSM::Parameter")
    last.node.add_dependency(StartLaunch(stack, "Start", project=project, launch=launch) if started else launch)
    return synthesized(stack)


def _variation(driver: Driver, launches: Launches) -> str:
    result = driver.evidently().evaluate_feature(project=f"{launches.project}-shop", feature="upsell", entityId="ann")
    return str(result["variation"])


def test_a_deploy_that_takes_out_the_step_in_force_fails_and_moves_nobody(driver: Driver, launches: Launches) -> None:
    stack = driver.stack("shop")
    assert stack.deploy(_template(driver, launches.project, PASSED, NEXT)) == "CREATE_COMPLETE"

    assert stack.deploy(_template(driver, launches.project, NEXT)) == "UPDATE_ROLLBACK_COMPLETE"

    [failed] = [each for each in stack.requests if each.responses[0].status == "FAILED"]
    assert "the step of 2021-11-02T09:00:00.000Z is in force" in failed.responses[0].reason
    assert _variation(driver, launches) == "on"
    assert stack.deploy(_template(driver, launches.project, PASSED, NEXT, weight=0)) == "UPDATE_COMPLETE"
    assert _variation(driver, launches) == "off"


@pytest.mark.parametrize("started", [True, False], ids=["it ran before", "the failed deploy starts it"])
def test_a_rollback_takes_a_step_out_that_the_failed_deploy_has_put_in_force(
    driver: Driver, launches: Launches, *, started: bool
) -> None:
    stack = driver.stack("shop")
    assert stack.deploy(_template(driver, launches.project, NEXT, started=started)) == "CREATE_COMPLETE"

    status = stack.deploy(_template(driver, launches.project, PASSED, NEXT), fails="Last")

    assert status == "UPDATE_ROLLBACK_COMPLETE"
    launch = driver.evidently().get_launch(project=f"{launches.project}-shop", launch="november")["launch"]
    assert [step["startTime"].year for step in launch["scheduledSplitsDefinition"]["steps"]] == [2031]
    assert _variation(driver, launches) == "off"
    assert stack.delete() == "DELETE_COMPLETE"


def test_a_deploy_goes_back_from_failed_ones_without_a_rollback(driver: Driver, launches: Launches) -> None:
    stack = driver.stack("shop")
    before = _template(driver, launches.project, NEXT)
    assert stack.deploy(before) == "CREATE_COMPLETE"
    for weight in (50, 100):
        changed = _template(driver, launches.project, PASSED, NEXT, weight=weight)
        assert stack.deploy(changed, fails="Last", disable_rollback=True) == "UPDATE_FAILED"
    assert stack.deploy(before) == "UPDATE_COMPLETE"
    assert _variation(driver, launches) == "off"
