"""Invalid definitions: all problems of a construct in one error with its path, as early as synth knows them."""

from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import Fn, Token

from cdk_evidently import (
    ConflictingSettingsError,
    EvidentlyEndpoint,
    EvidentlyError,
    EvidentlyProvider,
    Feature,
    Group,
    InvalidArgumentError,
    InvalidDefinitionError,
    Launch,
    Project,
    Segment,
    SegmentOverride,
    Step,
    Variation,
    percent,
)
from helpers.managed_constructs import ENDPOINT, FACTORIES, GROUPS, ON_AND_OFF, STEPS, feature, launch, project, segment
from helpers.synth import new_stack, resources

NAME = "it has to match ^[-a-zA-Z0-9._]*$"
START = "2026-11-02T09:00:00Z"


def problems(make: Callable[..., object], **arguments: Any) -> list[str]:
    """The problems that the error lists."""
    with pytest.raises(InvalidDefinitionError) as raised:
        make(new_stack("Shop"), **arguments)
    first, *listed = str(raised.value).split("\n  - ")
    assert first.startswith("The definition of Shop/")
    assert first.endswith(" is invalid:")
    assert tuple(listed) == raised.value.problems
    return listed


def test_one_error_lists_all_problems_of_a_construct() -> None:
    found = problems(
        feature,
        feature_name="up sell",
        description="x" * 161,
        variations=[Variation.boolean("on", True), Variation.string("on", "x" * 513)],
        default_variation="off",
        entity_overrides={"anna": "maybe"},
    )
    assert found == [
        f"name is 'up sell'; {NAME}",
        "variations[1].value.stringValue has 513 characters; from 0 to 512 are allowed",
        "description has 161 characters; from 0 to 160 are allowed",
        "variations has 'on' 2 times; each name has to be unique",
        "variations have values of several types (boolValue, stringValue); a feature has one type",
        "default_variation is 'off'; it has to be one of on, on",
        "entity_overrides['anna'] is 'maybe'; it has to be one of on, on",
    ]


@pytest.mark.parametrize(
    ("make", "arguments", "problem"),
    [
        (project, {"project_name": "x" * 128}, "name has 128 characters; from 1 to 127 are allowed"),
        (project, {"description": 7}, "description is 7; it has to be a string"),
        (
            project,
            {"tags": {"aws:x": "y"}},
            "tags's key 'aws:x' is 'aws:x'; it has to match ^(?!aws:)[a-zA-Z+-=._:/]+$",
        ),
        (
            project,
            {"tags": {f"key{number}": "" for number in range(51)}},
            "tags has 51 entries; at most 50 are allowed",
        ),
        (feature, {"variations": []}, "variations has 0 entries; from 1 to 5 are allowed"),
        (
            feature,
            {"variations": [Variation.long(f"v{number}", number) for number in range(6)]},
            "variations has 6 entries; from 1 to 5 are allowed",
        ),
        (
            feature,
            {"variations": [Variation.long("a", 2**53)]},
            f"variations[0].value.longValue is {2**53}; from {1 - 2**53} to {2**53 - 1} are allowed",
        ),
        (
            feature,
            {"entity_overrides": {f"{number:0>400}": "on" for number in range(102)}},
            "entity_overrides take 41004 bytes; at most 40960 are allowed",
        ),
        (
            feature,
            {"entity_overrides": {str(number): "on" for number in range(2501)}},
            "entityOverrides has 2501 entries; from 0 to 2500 are allowed",
        ),
        (
            feature,
            {"evaluation_strategy": "SOME_RULES"},
            "evaluationStrategy is 'SOME_RULES'; it has to be one of ALL_RULES, DEFAULT_VARIATION",
        ),
        (segment, {"pattern": "{country: 1}"}, "pattern is '{country: 1}'; it has to be JSON text ("),
        (segment, {"pattern": "[]"}, "pattern is '[]'; it has to be the text of a JSON object"),
        (segment, {"pattern": {"a": ["x" * 1020]}}, "pattern has 1031 characters; from 1 to 1024 are allowed"),
        (segment, {"segment_name": "x" * 65}, "name has 65 characters; from 1 to 64 are allowed"),
        (
            segment,
            {"pattern": Fn.import_value("Pattern")},
            "pattern is known only at the deploy; give a segment_name, as a generated name depends on it",
        ),
        (launch, {"steps": []}, "scheduledSplitsConfig.steps has 0 entries; from 1 to 6 are allowed"),
        (launch, {"groups": GROUPS * 2}, "groups has 'all' 2 times; each name has to be unique"),
        (launch, {"randomization_salt": "x" * 128}, "randomizationSalt has 128 characters; from 0 to 127 are allowed"),
    ],
)
def test_a_broken_rule_names_the_member_the_value_and_the_rule(
    make: Callable[..., object], arguments: dict[str, Any], problem: str
) -> None:
    (found,) = problems(make, **arguments)
    assert found.startswith(problem)


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        (
            [Step(start=START, weights={"al": 100_000})],
            "steps[0].weights has 'al'; the launch's groups are all",
        ),
        (
            [Step(start=START, weights={"all": 100_001})],
            "scheduledSplitsConfig.steps[0].groupWeights['all'] is 100001; from 0 to 100000 are allowed",
        ),
        (
            [Step(start=START, weights={}, overrides=[SegmentOverride(segment="s", order=1, weights={"none": 1})])],
            "steps[0].overrides[0].weights has 'none'; the launch's groups are all",
        ),
        (
            [
                Step(
                    start=START,
                    weights={},
                    overrides=[SegmentOverride(segment=name, order=1, weights={}) for name in ("a", "b")],
                )
            ],
            "steps[0].overrides have order 1 2 times; each order has to be unique",
        ),
        (
            [Step(start=START, weights={}), Step(start="2026-11-02T10:00:00+01:00", weights={})],
            f"steps[1].start is {START}; it has to be later than that of the step before, {START}",
        ),
        ([Step(start="soon", weights={})], "steps[0].start is 'soon'; it has to be a datetime, or ISO 8601 text"),
    ],
)
def test_an_invalid_step_is_named_by_its_index(steps: list[Step], problem: str) -> None:
    assert problems(launch, steps=steps)[0].startswith(problem)


@pytest.mark.parametrize("half", [percent(60), percent(120 / 2) / 1, 60_000.0])
def test_weights_over_a_hundred_percent_are_an_error(half: float) -> None:
    groups = [Group(name=name, feature="upsell", variation="on") for name in ("a", "b")]
    steps = [Step(start=START, weights={"a": half, "b": half})]
    (problem,) = problems(launch, groups=groups, steps=steps)
    assert problem.startswith("steps[0].weights add up to 120000")
    assert problem.endswith("; at most 100000 are allowed, which is 100 %")


def test_a_weight_may_be_a_float_of_a_whole_value_and_no_other() -> None:
    whole, fraction = ([Step(start=START, weights={"all": percent(50) / by})] for by in (2, 3))
    launch(new_stack(), steps=whole)
    assert problems(launch, steps=fraction) == [
        "scheduledSplitsConfig.steps[0].groupWeights['all'] is 16666.666666666668; it has to be a long"
    ]


def test_the_feature_of_a_group_has_to_have_the_groups_variation() -> None:
    stack = new_stack()
    groups = [Group(name="all", feature=feature(stack), variation="maybe")]
    with pytest.raises(InvalidDefinitionError, match="'maybe'; feature 'upsell' has on, off"):
        launch(stack, groups=groups)


@pytest.mark.parametrize("share", [-1, 100.1, 0.0001, "half", True, float("nan")])
def test_an_invalid_percentage_is_an_error(share: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"share is .* a number from 0 to 100 with three decimals at most"):
        percent(share)


@pytest.mark.parametrize(("share", "weight"), [(0, 0), (12.5, 12_500), (33.333, 33_333), (100, 100_000)])
def test_percent_returns_thousandths_of_a_percent(share: float, weight: int) -> None:
    assert percent(share) == weight


@pytest.mark.parametrize(
    ("make", "value"),
    [
        (Variation.boolean, 1),
        (Variation.string, 1),
        (Variation.long, 1.5),
        (Variation.long, True),
        (Variation.double, "1"),
        (Variation.double, float("inf")),
    ],
)
def test_a_variation_value_of_the_wrong_type_is_an_error(make: Callable[..., Variation], value: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"value is .*, and has to be .* Use the factory for its type"):
        make("a", value)


@pytest.mark.parametrize("kind", FACTORIES)
def test_a_stack_manages_a_resource_once(kind: str) -> None:
    stack = new_stack("Shop")
    named = {"segment_name": "norway"} if kind == "Segment" else {}
    FACTORIES[kind](stack, "One", **named)
    with pytest.raises(ConflictingSettingsError, match="is managed by 'Shop/One' and by 'Shop/Two'"):
        FACTORIES[kind](stack, "Two", **named)


def test_an_endpoint_beside_a_provider_is_an_error() -> None:
    stack = new_stack()
    with pytest.raises(ConflictingSettingsError, match="give only one"):
        project(stack, provider=EvidentlyProvider(stack, "Provider", endpoint=ENDPOINT))


@pytest.mark.parametrize(
    ("make", "arguments", "argument"),
    [
        (feature, {"project": "pet food"}, "project"),
        (feature, {"project": 7}, "project"),
        (launch, {"project": "arn:aws:s3:::bucket"}, "project"),
        (launch, {"groups": [Group(name="all", feature="a b", variation="on")]}, "feature"),
        (
            launch,
            {"steps": [Step(start=START, weights={}, overrides=[SegmentOverride(segment="a b", order=1, weights={})])]},
            "segment",
        ),
        (project, {"data_delivery": 7}, "data_delivery"),
        (project, {"endpoint": "https://evidently.example.com"}, "endpoint"),
    ],
)
def test_a_related_resource_has_to_have_a_valid_name(
    make: Callable[..., object], arguments: dict[str, Any], argument: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=f"^{argument} is "):
        make(new_stack(), **arguments)


@pytest.mark.parametrize(
    "make",
    [
        lambda stack: Feature.from_feature_name(stack, "F", "a b", project="petfood"),
        lambda stack: Launch.from_launch_arn(stack, "L", "arn:aws:evidently:eu-west-1:1:project/petfood"),
        lambda stack: Segment.from_segment_arn(stack, "S", "norway/"),
        lambda stack: Segment.from_segment_arn(stack, "S", "norway"),
        lambda stack: Project.from_project_arn(stack, "P", "arn:aws:s3:::petfood"),
    ],
)
def test_an_imported_resource_has_to_have_a_valid_name_or_arn(make: Callable[..., object]) -> None:
    with pytest.raises(EvidentlyError):
        make(new_stack())


def test_tokens_are_not_checked_at_synth() -> None:
    stack = new_stack()
    text = Token.as_string({"Ref": "Parameter"})
    feature(stack, description=text, default_variation=text, entity_overrides={"anna": text}, variations=ON_AND_OFF)
    segment(stack, pattern=text, segment_name="norway")
    launch(stack, description=text, steps=STEPS)
    assert len(resources(stack)) == 7


def test_awss_endpoint_is_a_valid_endpoint() -> None:
    stack = new_stack()
    project(stack, endpoint=EvidentlyEndpoint.aws("eu-west-1"))
    assert len(resources(stack, "AWS::Lambda::Function")) == 1
