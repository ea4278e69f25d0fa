"""Lookups: the first synth passes with what CDK has in the place of the values, the second one judges them."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ssm as ssm

from cdk_evidently import EvidentlyProvider, InvalidArgumentError, InvalidDefinitionError, Segment
from helpers.managed_constructs import ENDPOINT, project, segment
from helpers.synth import app_of, new_app, only, resources, start_launch
from helpers.unknown_values import PLACE, lookup

KEY = f"ssm:account={PLACE.account}:parameterName=/evidently/later:region={PLACE.region}"


def stack_with(**context: Any) -> Stack:
    return Stack(new_app(context=context), "Shop", env=PLACE)


def test_the_first_synth_asks_the_cli_for_the_value() -> None:
    stack = stack_with()
    project(stack, project_name=lookup(stack))
    manifest = Path(app_of(stack).synth().directory, "manifest.json")
    assert [it["key"] for it in json.loads(manifest.read_text(encoding="utf-8"))["missing"]] == [KEY]


def test_the_second_synth_has_the_value_that_was_looked_up() -> None:
    stack = stack_with(**{KEY: "petfood"})
    project(stack, project_name=lookup(stack))
    assert only(stack, "Custom::EvidentlyProject")[1]["Properties"]["Name"] == "petfood"


def test_the_second_synth_judges_the_value_that_was_looked_up() -> None:
    stack = stack_with(**{KEY: "pet food"})
    with pytest.raises(InvalidDefinitionError, match="name is 'pet food'"):
        project(stack, project_name=lookup(stack))
    with pytest.raises(InvalidArgumentError, match="project is 'pet food'"):
        start_launch(stack, project=lookup(stack))


def test_a_default_of_a_lookup_is_judged_because_it_may_be_the_value() -> None:
    stack = stack_with()
    default = ssm.StringParameter.value_from_lookup(stack, "/evidently/later", "pet food")
    with pytest.raises(InvalidDefinitionError, match="name is 'pet food'"):
        project(stack, project_name=default)


def test_a_name_that_is_looked_up_has_the_logical_id_of_a_literal_one() -> None:
    looked_up, literal = stack_with(**{KEY: "upsell"}), stack_with()
    start_launch(looked_up, launch=lookup(looked_up))
    start_launch(literal, launch="upsell")
    ids = [set(resources(stack, "Custom::EvidentlyStartLaunch")) for stack in (looked_up, literal)]
    assert ids[0] == ids[1]


def test_a_generated_name_follows_a_pattern_that_was_looked_up() -> None:
    names = []
    for context in ({}, {KEY: json.dumps({"country": ["NO"]})}):
        stack = stack_with(**context)
        names.append(Segment(stack, "Norway", pattern=lookup(stack), endpoint=ENDPOINT).segment_name)
    literal = segment(stack_with(), "Norway")
    assert names[1] == literal.segment_name != names[0]


def test_a_generated_name_follows_a_value_in_a_pattern_that_was_looked_up() -> None:
    names = []
    for context in ({}, {KEY: "NO"}):
        stack = stack_with(**context)
        names.append(Segment(stack, "Norway", pattern={"country": [lookup(stack)]}, endpoint=ENDPOINT).segment_name)
    literal = Segment(stack_with(), "Norway", pattern={"country": ["NO"]}, endpoint=ENDPOINT)
    assert names[1] == literal.segment_name != names[0]


def test_a_provider_takes_a_role_and_a_network_that_are_looked_up() -> None:
    stack = stack_with()
    vpc = ec2.Vpc.from_lookup(stack, "Vpc", vpc_id="vpc-1")
    group = ec2.SecurityGroup.from_lookup_by_id(stack, "Group", "sg-1")
    role = iam.Role.from_lookup(stack, "Role", role_name="evidently")
    provider = EvidentlyProvider(
        stack, "Provider", endpoint=ENDPOINT, vpc=vpc, security_groups=[group], role=role, log_retention=None
    )
    start_launch(stack, provider=provider)
    network = only(stack, "AWS::Lambda::Function")[1]["Properties"]["VpcConfig"]
    assert network["SecurityGroupIds"] == ["sg-12345678"]
