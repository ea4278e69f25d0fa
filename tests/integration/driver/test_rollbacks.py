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


def _template(
    driver: Driver,
    prefix: str,
    *,
    project: str = "shop",
    country: str = "NO",
    blue: bool = False,
    serves: str = "on",
    launches: bool = True,
    starts: bool = True,
    description: str | None = None,
) -> dict[str, Any]:
    """Return a template of a launch that runs, with all that it needs, and of something after it."""
    stack = new_stack()
    endpoint = EvidentlyEndpoint.from_url(driver.api.url, signing_name="execute-api", api_id="abcde12345")
    within = Project(stack, "Project", project_name=f"{prefix}-{project}", endpoint=endpoint)
    names = ["on", "off", *(["blue"] if blue else [])]
    variations = [Variation.boolean(name, name != "off") for name in names]
    feature = Feature(
        stack, "Feature", project=within, feature_name="upsell", variations=variations, description=description
    )
    last = CfnResource(stack, "Last", type="AWS::SSM::Parameter")
    if not launches:
        last.node.add_dependency(feature)
        return synthesized(stack)
    segment = Segment(stack, "Segment", pattern={"country": [country], "shop": [prefix]}, endpoint=endpoint)
    override = SegmentOverride(segment=segment, order=1, weights={"all": percent(100)})
    launch = Launch(
        stack,
        "Launch",
        project=within,
        launch_name="november",
        groups=[Group(name="all", feature=feature, variation=serves)],
        steps=[Step(start="2021-11-02T09:00:00Z", weights={"all": percent(10)}, overrides=[override])],
    )
    last.node.add_dependency(StartLaunch(stack, "Start", project=within, launch=launch) if starts else launch)
    return synthesized(stack)


@pytest.mark.parametrize("back_with_new_id", [False, True])
@pytest.mark.parametrize("changes", [{"country": "SE"}, {"project": "renamed"}], ids=["segment", "project"])
def test_a_rollback_takes_back_what_the_failed_update_has_put_dependents_on(
    driver: Driver, launches: Launches, changes: dict[str, Any], *, back_with_new_id: bool
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


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [({"serves": "off"}, ["Launch"]), ({"blue": True, "serves": "blue"}, ["Launch"])],
    ids=["groups", "variation"],
)
def test_a_rollback_that_takes_from_a_launch_what_it_serves_goes_on_without_that(
    driver: Driver, launches: Launches, changes: dict[str, Any], kinds: list[str]
) -> None:
    stack = driver.stack("shop")
    assert stack.deploy(_template(driver, launches.project, starts=False)) == "CREATE_COMPLETE"

    assert stack.deploy(_template(driver, launches.project, **changes), fails="Last") == "UPDATE_ROLLBACK_FAILED"

    assert "running" in stack.requests[-1].responses[0].reason
    skipped = {each for each in stack.resources if each.startswith(tuple(kinds))}
    assert stack.continue_rollback(skip=skipped) == "UPDATE_ROLLBACK_COMPLETE"
    launch = driver.evidently().get_launch(project=f"{launches.project}-shop", launch="november")["launch"]
    assert launch["status"] == "CANCELLED"
    assert stack.delete() == "DELETE_COMPLETE"


def test_a_rollback_keeps_a_variation_that_the_launch_of_the_failed_deploy_serves_until_a_deploy_removes_it(
    driver: Driver, launches: Launches
) -> None:
    stack = driver.stack("shop")
    assert stack.deploy(_template(driver, launches.project, launches=False)) == "CREATE_COMPLETE"

    after = _template(driver, launches.project, blue=True, serves="blue")
    assert stack.deploy(after, fails="Last") == "UPDATE_ROLLBACK_COMPLETE"

    assert driver.evidently().list_launches(project=f"{launches.project}-shop")["launches"] == []
    assert _variations(driver, launches) == ["off", "on", "blue"]
    described = _template(driver, launches.project, launches=False, description="The shop's")
    assert stack.deploy(described) == "UPDATE_COMPLETE"
    assert _variations(driver, launches) == ["off", "on", "blue"], "which this deploy did not change"
    assert stack.deploy(_template(driver, launches.project, launches=False, blue=True)) == "UPDATE_COMPLETE"
    assert stack.deploy(described) == "UPDATE_COMPLETE"
    assert _variations(driver, launches) == ["off", "on"]
    assert stack.delete() == "DELETE_COMPLETE"


def _variations(driver: Driver, launches: Launches) -> list[str]:
    feature = driver.evidently().get_feature(project=f"{launches.project}-shop", feature="upsell")["feature"]
    return sorted((each["name"] for each in feature["variations"]), key=["off", "on", "blue"].index)


def _names(driver: Driver, kind: str) -> set[str]:
    pages = driver.evidently().get_paginator(f"list_{kind}").paginate()
    return {each["name"] for page in pages for each in page[kind]}
