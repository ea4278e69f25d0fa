"""Rollbacks of stacks whose resources depend on each other: each goes back before what depends on it has gone back."""

from typing import Any

import pytest
from aws_cdk import CfnResource

from cdk_evidently import (
    EvidentlyEndpoint,
    Feature,
    Group,
    Launch,
    Project,
    Segment,
    SegmentOverride,
    StartLaunch,
    Step,
    Variation,
    percent,
)
from helpers.driven_launches import Launches
from helpers.driver.changes import Ways
from helpers.driver.driver import Driver
from helpers.synth import new_stack, synthesized


def _template(driver: Driver, prefix: str, *, project: str = "shop", country: str = "NO") -> dict[str, Any]:
    """Return a template of a launch that runs, with all that it needs, and of something after it."""
    stack = new_stack()
    endpoint = EvidentlyEndpoint.from_url(driver.api.url, signing_name="execute-api", api_id="abcde12345")
    within = Project(stack, "Project", project_name=f"{prefix}-{project}", endpoint=endpoint)
    variations = [Variation.boolean("on", True), Variation.boolean("off", False)]
    feature = Feature(stack, "Feature", project=within, feature_name="upsell", variations=variations)
    segment = Segment(stack, "Segment", pattern={"country": [country], "shop": [prefix]}, endpoint=endpoint)
    override = SegmentOverride(segment=segment, order=1, weights={"all": percent(100)})
    launch = Launch(
        stack,
        "Launch",
        project=within,
        launch_name="november",
        groups=[Group(name="all", feature=feature, variation="on")],
        steps=[Step(start="2021-11-02T09:00:00Z", weights={"all": percent(10)}, overrides=[override])],
    )
    start = StartLaunch(stack, "Start", project=within, launch=launch)
    start.execute_before(CfnResource(stack, "Last", type="AWS::SSM::Parameter"))
    return synthesized(stack)


@pytest.mark.parametrize("back_with_new_id", [False, True])
@pytest.mark.parametrize("changes", [{"country": "SE"}, {"project": "renamed"}], ids=["segment", "project"])
def test_a_rollback_takes_back_what_the_failed_update_has_put_dependents_on(
    driver: Driver, launches: Launches, changes: dict[str, str], *, back_with_new_id: bool
) -> None:
    stack = driver.stack("shop")
    assert stack.deploy(_template(driver, launches.project)) == "CREATE_COMPLETE"
    segments = _names(driver, "segments")

    after = _template(driver, launches.project, **changes)
    status = stack.deploy(after, fails="Last", ways=Ways(back_with_new_id=back_with_new_id))

    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert _names(driver, "segments") == segments
    assert f"{launches.project}-renamed" not in _names(driver, "projects")
    launch = driver.evidently().get_launch(project=f"{launches.project}-shop", launch="november")["launch"]
    assert launch["status"] == "RUNNING"
    assert stack.delete() == "DELETE_COMPLETE"
    assert f"{launches.project}-shop" not in _names(driver, "projects")


def _names(driver: Driver, kind: str) -> set[str]:
    pages = driver.evidently().get_paginator(f"list_{kind}").paginate()
    return {each["name"] for page in pages for each in page[kind]}
