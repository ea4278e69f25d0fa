"""ARNs of another account or Region are errors, as far as synth knows both."""

from typing import Any

import pytest
from aws_cdk import Aws, Environment, Fn, Stack

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
from helpers.synth import START_LAUNCH, URL, new_app, new_stack, resources, start_launch

ACCOUNT, REGION = "123456789012", "eu-west-1"
OTHERS = {"account": ("210987654321", REGION), "Region": (ACCOUNT, "eu-north-1")}
RULES = {
    "account": f"in the stack's account, {ACCOUNT}",
    "Region": f"in the stack's Region, {REGION}",
}
EACH = pytest.mark.parametrize("what", OTHERS)


def located_stack() -> Stack:
    return Stack(new_app(), "Release", env=Environment(account=ACCOUNT, region=REGION))


def arn(resource: str, location: tuple[str, str] = (ACCOUNT, REGION)) -> str:
    account, region = location
    return f"arn:aws:evidently:{region}:{account}:{resource}"


def start_by_project(stack: Stack, location: tuple[str, str]) -> None:
    start_launch(stack, project=arn("project/petfood", location))


def start_by_launch(stack: Stack, location: tuple[str, str]) -> None:
    start_launch(stack, launch=arn("project/petfood/launch/upsell", location))


def start_by_imports(stack: Stack, location: tuple[str, str]) -> None:
    launch_arn = arn("project/petfood/launch/upsell", location)
    start_launch(stack, launch=Launch.from_launch_arn(stack, "Imported", launch_arn))


def feature_of_project(stack: Stack, location: tuple[str, str]) -> None:
    feature(stack, project=arn("project/petfood", location))


def feature_of_import(stack: Stack, location: tuple[str, str]) -> None:
    feature(stack, project=Project.from_project_arn(stack, "Imported", arn("project/petfood", location)))


def launch_of_project(stack: Stack, location: tuple[str, str]) -> None:
    launch(stack, project=arn("project/petfood", location))


def launch_of_feature(stack: Stack, location: tuple[str, str]) -> None:
    launch(stack, groups=[Group(name="all", feature=arn("project/petfood/feature/upsell", location), variation="on")])


def launch_of_imported_feature(stack: Stack, location: tuple[str, str]) -> None:
    it = Feature.from_feature_arn(stack, "Imported", arn("project/petfood/feature/upsell", location))
    launch(stack, groups=[Group(name="all", feature=it, variation="on")])


def steps(segment: Any) -> list[Step]:
    overrides = [SegmentOverride(segment=segment, order=1, weights={"all": 0})]
    return [Step(start="2026-11-02T09:00:00Z", weights={"all": 100_000}, overrides=overrides)]


def launch_of_segment(stack: Stack, location: tuple[str, str]) -> None:
    launch(stack, steps=steps(arn("segment/norway", location)))


def launch_of_imported_segment(stack: Stack, location: tuple[str, str]) -> None:
    launch(stack, steps=steps(Segment.from_segment_arn(stack, "Imported", arn("segment/norway", location))))


CASES = {
    "project": [start_by_project, feature_of_project, feature_of_import, launch_of_project],
    "launch": [start_by_launch, start_by_imports],
    "feature": [launch_of_feature, launch_of_imported_feature],
    "segment": [launch_of_segment, launch_of_imported_segment],
}
BUILDS = pytest.mark.parametrize(
    ("argument", "build"), [(argument, build) for argument, builds in CASES.items() for build in builds]
)


@EACH
@BUILDS
def test_an_arn_of_another_account_or_region_is_an_error(argument: str, build: Any, what: str) -> None:
    with pytest.raises(InvalidArgumentError) as raised:
        build(located_stack(), OTHERS[what])
    message = str(raised.value)
    account, region = OTHERS[what]
    assert message.startswith(f"{argument} is 'arn:aws:evidently:{region}:{account}:")
    assert message.endswith(f", and has to be {RULES[what]}. Give the {argument}'s plain name, or its ARN there.")


@BUILDS
def test_an_arn_of_the_stacks_account_and_region_is_accepted(argument: str, build: Any) -> None:  # noqa: ARG001, of the table
    build(located_stack(), (ACCOUNT, REGION))


@EACH
@BUILDS
def test_an_arn_is_accepted_where_synth_knows_neither(argument: str, build: Any, what: str) -> None:  # noqa: ARG001
    build(new_stack(), OTHERS[what])


def test_the_region_has_to_be_that_of_the_endpoint() -> None:
    endpoint = EvidentlyEndpoint.from_url(URL, region="eu-north-1")
    start_launch(located_stack(), endpoint=endpoint, project=arn("project/petfood", (ACCOUNT, "eu-north-1")))
    for stack in (located_stack(), new_stack()):
        with pytest.raises(
            InvalidArgumentError, match=r"and has to be in the endpoint's Region, eu-north-1\. Give the"
        ):
            start_launch(stack, endpoint=endpoint, project=arn("project/petfood"))


@pytest.mark.parametrize(
    "given",
    [arn("project/petfood", (Aws.ACCOUNT_ID, Aws.REGION)), Fn.import_value("Project")],
    ids=["pseudo parameters", "import"],
)
def test_a_token_is_accepted(given: str) -> None:
    start_launch(located_stack(), project=given)


def test_a_resource_imported_by_name_is_accepted_with_an_endpoint_of_another_region() -> None:
    stack = located_stack()
    endpoint = EvidentlyEndpoint.from_url(URL, region="eu-north-1")
    it = Project.from_project_name(stack, "Imported", "petfood")
    start_launch(stack, endpoint=endpoint, project=it)
    project(stack, endpoint=endpoint, project_name="another")


def test_a_resource_imported_by_arn_is_a_property_by_its_arn() -> None:
    """The handler checks its account and Region where synth can't."""
    stack = new_stack()
    projects = Project.from_project_arn(stack, "P", arn("project/petfood"))
    launches = Launch.from_launch_arn(stack, "L", arn("project/petfood/launch/upsell"))
    start_launch(stack, project=projects, launch=launches)
    feature(stack, project=projects)
    (start,) = resources(stack, START_LAUNCH).values()
    assert start["Properties"]["Project"] == arn("project/petfood")
    assert start["Properties"]["Launch"] == arn("project/petfood/launch/upsell")
    (created,) = resources(stack, TYPES["Feature"]).values()
    assert created["Properties"]["Project"] == arn("project/petfood")
    assert (projects.project_name, launches.launch_name) == ("petfood", "upsell")
