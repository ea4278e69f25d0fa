"""Factories of projects, features, segments and launches with defaults for everything that a test leaves out."""

from collections.abc import Callable, Mapping
from typing import Any

from aws_cdk import Stack
from constructs import Construct

from cdk_evidently import EvidentlyEndpoint, Feature, Group, Launch, Project, Segment, Step, Variation, percent
from helpers.synth import URL, only

ENDPOINT = EvidentlyEndpoint.from_url(URL)
ON_AND_OFF = [Variation.boolean("on", True), Variation.boolean("off", False)]
GROUPS = [Group(name="all", feature="upsell", variation="on")]
STEPS = [Step(start="2026-11-02T09:00:00Z", weights={"all": percent(100)})]
TYPES = {kind: f"Custom::Evidently{kind}" for kind in ("Project", "Feature", "Segment", "Launch")}


def project(scope: Construct, name: str = "Project", **arguments: Any) -> Project:
    return Project(scope, name, **{"project_name": "petfood", "endpoint": ENDPOINT, **arguments})


def feature(scope: Construct, name: str = "Feature", **arguments: Any) -> Feature:
    given = {"project": "petfood", "feature_name": "upsell", "variations": ON_AND_OFF, "endpoint": ENDPOINT}
    return Feature(scope, name, **{**given, **arguments})


def segment(scope: Construct, name: str = "Segment", **arguments: Any) -> Segment:
    return Segment(scope, name, **{"pattern": {"country": ["NO"]}, "endpoint": ENDPOINT, **arguments})


def launch(scope: Construct, name: str = "Launch", **arguments: Any) -> Launch:
    given = {"project": "petfood", "launch_name": "november", "groups": GROUPS, "steps": STEPS, "endpoint": ENDPOINT}
    return Launch(scope, name, **{**given, **arguments})


FACTORIES: Mapping[str, Callable[..., Any]] = {
    "Project": project,
    "Feature": feature,
    "Segment": segment,
    "Launch": launch,
}


def properties(stack: Stack, kind: str) -> Mapping[str, Any]:
    """Return the properties of the one resource of a kind."""
    found: Mapping[str, Any] = only(stack, TYPES[kind])[1]["Properties"]
    return found


COMMON = {"ServiceToken", "ServiceTimeout", "SchemaVersion", "Name", "Project"}


def definition(stack: Stack, kind: str) -> dict[str, Any]:
    """Return the properties of the one resource of a kind that `AWS::Evidently` has too, without its names."""
    return {name: value for name, value in properties(stack, kind).items() if name not in COMMON}
