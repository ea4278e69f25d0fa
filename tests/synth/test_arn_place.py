"""ARNs of another account or Region, where both are known at synth."""

from typing import Any

import pytest
from aws_cdk import App, Aws, Environment, Fn, Stack

from cdk_evidently import (
    EvidentlyEndpoint,
    Feature,
    Group,
    InvalidArgumentError,
    Launch,
    Project,
    Segment,
    SegmentOverride,
    Step,
)
from helpers.managed_constructs import TYPES, feature, launch, project
from helpers.synth import START_LAUNCH, URL, new_stack, resources, start_launch

ACCOUNT, REGION = "123456789012", "eu-west-1"
OTHERS = {"account": ("210987654321", REGION), "Region": (ACCOUNT, "eu-north-1")}
RULES = {
    "account": f"in the stack's account, {ACCOUNT}",
    "Region": f"in the stack's Region, {REGION}",
}
BOTH = pytest.mark.parametrize("what", OTHERS)


def stack_there() -> Stack:
    return Stack(App(), "Release", env=Environment(account=ACCOUNT, region=REGION))


def arn(resource: str, place: tuple[str, str] = (ACCOUNT, REGION)) -> str:
    account, region = place
    return f"arn:aws:evidently:{region}:{account}:{resource}"


def start_by_project(stack: Stack, place: tuple[str, str]) -> None:
    start_launch(stack, project=arn("project/petfood", place))


def start_by_launch(stack: Stack, place: tuple[str, str]) -> None:
    start_launch(stack, launch=arn("project/petfood/launch/upsell", place))


def start_by_imports(stack: Stack, place: tuple[str, str]) -> None:
    launch_arn = arn("project/petfood/launch/upsell", place)
    start_launch(stack, launch=Launch.from_launch_arn(stack, "Imported", launch_arn))


def feature_of_project(stack: Stack, place: tuple[str, str]) -> None:
    feature(stack, project=arn("project/petfood", place))


def feature_of_import(stack: Stack, place: tuple[str, str]) -> None:
    feature(stack, project=Project.from_project_arn(stack, "Imported", arn("project/petfood", place)))


def launch_of_project(stack: Stack, place: tuple[str, str]) -> None:
    launch(stack, project=arn("project/petfood", place))


def launch_of_feature(stack: Stack, place: tuple[str, str]) -> None:
    launch(stack, groups=[Group(name="all", feature=arn("project/petfood/feature/upsell", place), variation="on")])


def launch_of_imported_feature(stack: Stack, place: tuple[str, str]) -> None:
    it = Feature.from_feature_arn(stack, "Imported", arn("project/petfood/feature/upsell", place))
    launch(stack, groups=[Group(name="all", feature=it, variation="on")])


def steps(segment: Any) -> list[Step]:
    overrides = [SegmentOverride(segment=segment, order=1, weights={"all": 0})]
    return [Step(start="2026-11-02T09:00:00Z", weights={"all": 100_000}, overrides=overrides)]


def launch_of_segment(stack: Stack, place: tuple[str, str]) -> None:
    launch(stack, steps=steps(arn("segment/norway", place)))


def launch_of_imported_segment(stack: Stack, place: tuple[str, str]) -> None:
    launch(stack, steps=steps(Segment.from_segment_arn(stack, "Imported", arn("segment/norway", place))))


CASES = {
    "project": [start_by_project, feature_of_project, feature_of_import, launch_of_project],
    "launch": [start_by_launch, start_by_imports],
    "feature": [launch_of_feature, launch_of_imported_feature],
    "segment": [launch_of_segment, launch_of_imported_segment],
}
BUILDS = pytest.mark.parametrize(
    ("argument", "build"), [(argument, build) for argument, builds in CASES.items() for build in builds]
)


@BOTH
@BUILDS
def test_an_arn_of_another_account_or_region_is_an_error(argument: str, build: Any, what: str) -> None:
    with pytest.raises(InvalidArgumentError) as raised:
        build(stack_there(), OTHERS[what])
    message = str(raised.value)
    account, region = OTHERS[what]
    assert message.startswith(f"{argument} is 'arn:aws:evidently:{region}:{account}:")
    assert message.endswith(f", and has to be {RULES[what]}. Give the {argument}'s plain name, or its ARN there.")


@BUILDS
def test_an_arn_of_the_stacks_own_place_is_none(argument: str, build: Any) -> None:  # noqa: ARG001, the table's
    build(stack_there(), (ACCOUNT, REGION))


@BOTH
@BUILDS
def test_where_the_place_is_not_known_the_handler_checks(argument: str, build: Any, what: str) -> None:  # noqa: ARG001
    build(new_stack(), OTHERS[what])


def test_the_region_is_the_endpoints() -> None:
    endpoint = EvidentlyEndpoint.from_url(URL, region="eu-north-1")
    start_launch(stack_there(), endpoint=endpoint, project=arn("project/petfood", (ACCOUNT, "eu-north-1")))
    for stack in (stack_there(), new_stack()):
        with pytest.raises(
            InvalidArgumentError, match=r"and has to be in the endpoint's Region, eu-north-1\. Give the"
        ):
            start_launch(stack, endpoint=endpoint, project=arn("project/petfood"))


@pytest.mark.parametrize("given", [arn("project/petfood", (Aws.ACCOUNT_ID, Aws.REGION)), Fn.import_value("Project")])
def test_a_token_is_left_to_the_handler(given: str) -> None:
    start_launch(stack_there(), project=given)


def test_a_name_that_was_imported_in_another_place_is_a_name() -> None:
    stack = stack_there()
    endpoint = EvidentlyEndpoint.from_url(URL, region="eu-north-1")
    it = Project.from_project_name(stack, "Imported", "petfood")
    start_launch(stack, endpoint=endpoint, project=it)
    project(stack, endpoint=endpoint, project_name="another")


def test_an_arn_that_was_imported_reaches_the_handler_as_one() -> None:
    """It checks what synth can't."""
    stack = new_stack()
    projects = Project.from_project_arn(stack, "P", arn("project/petfood"))
    launches = Launch.from_launch_arn(stack, "L", arn("project/petfood/launch/upsell"))
    start_launch(stack, project=projects, launch=launches)
    feature(stack, project=projects)
    (start,) = resources(stack, START_LAUNCH).values()
    assert start["Properties"]["Project"] == arn("project/petfood")
    assert start["Properties"]["Launch"] == arn("project/petfood/launch/upsell")
    (made,) = resources(stack, TYPES["Feature"]).values()
    assert made["Properties"]["Project"] == arn("project/petfood")
    assert (projects.project_name, launches.launch_name) == ("petfood", "upsell")
