"""A stack with a managed project, feature, segment and launch, and the API's state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from aws_cdk import CfnOutput, CfnResource, Duration, RemovalPolicy, Stack, Tags
from constructs import Construct

from cdk_evidently import (
    EvaluationStrategy,
    EvidentlyEndpoint,
    Feature,
    Group,
    Launch,
    MetricMonitor,
    Project,
    Segment,
    SegmentOverride,
    StartLaunch,
    Step,
    Variation,
    percent,
)
from helpers.deployment import NO_FUNCTION

EVENTS = "/shop/events"  # the log group in the API's data_delivery
STARTS = ("2021-11-02T09:00:00Z", "2031-11-09T09:00:00Z", "2031-11-16T09:00:00Z")
ON, OFF = Variation.boolean("on", True), Variation.boolean("off", False)


@dataclass(frozen=True, slots=True)
class Shop:
    """A stack's managed resources; `but` returns a variant."""

    endpoint: EvidentlyEndpoint
    project: str = "shop"
    feature: str = "banner"
    launch: str = "winter"
    description: str | None = "The shop"
    delivery: str | None = None
    variations: Sequence[Variation] = (ON, OFF)
    default: str | None = None
    strategy: EvaluationStrategy | None = None
    overrides: Mapping[str, str] = field(default_factory=lambda: {"tester": "on"})
    pattern: Mapping[str, Any] = field(default_factory=lambda: {"country": ["NO"]})
    segment: str | None = None
    shown: str = "on"
    share: float = 10
    monitors: Sequence[MetricMonitor] = ()
    salt: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    started: bool = False
    timeout: Duration | None = None
    scope: str = ""
    adopted: bool = False
    retained: bool = False
    broken: bool = False

    def but(self, **changes: Any) -> Self:
        """Return the same shop with some changes."""
        return replace(self, **changes)

    def __call__(self, stack: Stack) -> None:
        """Add the resources to a stack."""
        scope = Construct(stack, self.scope) if self.scope else stack
        common: dict[str, Any] = {"adopt_existing": self.adopted}
        if self.retained:
            common["removal_policy"] = RemovalPolicy.RETAIN
        project = Project(
            scope,
            "Project",
            project_name=self.project,
            description=self.description,
            data_delivery=self.delivery,
            endpoint=self.endpoint,
            **common,
        )
        feature = Feature(
            scope,
            "Feature",
            project=project,
            feature_name=self.feature,
            variations=self.variations,
            default_variation=self.default,
            evaluation_strategy=self.strategy,
            entity_overrides=self.overrides,
            **common,
        )
        segment = Segment(
            scope, "Segment", pattern=self.pattern, segment_name=self.segment, endpoint=self.endpoint, **common
        )
        override = SegmentOverride(segment=segment, order=1, weights={"all": percent(100)})
        launch = Launch(
            scope,
            "Launch",
            project=project,
            launch_name=self.launch,
            groups=[Group(name="all", feature=feature, variation=self.shown)],
            steps=[Step(start=start, weights={"all": percent(self.share)}, overrides=[override]) for start in STARTS],
            metric_monitors=self.monitors,
            randomization_salt=self.salt,
            **common,
        )
        for key, value in self.tags.items():
            Tags.of(scope).add(key, value)
        statuses = {"ProjectStatus": project.status, "LaunchStatus": launch.status, "LaunchArn": launch.launch_arn}
        for name, value in statuses.items():
            CfnOutput(stack, name, value=value)
        starts = []
        if self.started:
            start = StartLaunch(scope, "Start", project=project, launch=launch, timeout=self.timeout)
            CfnOutput(stack, "StartedStatus", value=start.launch_status)
            starts.append(start)
        if self.broken:
            broken = CfnResource(stack, "Broken", type="Custom::Broken", properties={"ServiceToken": NO_FUNCTION})
            broken.node.add_dependency(project, feature, segment, launch, *starts)


def state(evidently: Any) -> dict[str, Any]:
    """Return every resource of the API by ARN, without the times of last updates and with variations in one order."""
    found: list[Any] = []
    segments = evidently.get_paginator("list_segments").paginate()
    found += [segment for page in segments for segment in page["segments"]]
    for page in evidently.get_paginator("list_projects").paginate():
        for project in (each["name"] for each in page["projects"]):
            found.append(evidently.get_project(project=project)["project"])
            found += _listed(evidently, "feature", "features", project)
            found += _listed(evidently, "launch", "launches", project)
    return {resource["arn"]: _comparable(resource) for resource in found}


def _listed(evidently: Any, kind: str, kinds: str, project: str) -> list[Any]:
    pages = evidently.get_paginator(f"list_{kinds}").paginate(project=project)
    get = getattr(evidently, f"get_{kind}")
    return [get(project=project, **{kind: each["name"]})[kind] for page in pages for each in page[kinds]]


def _comparable(resource: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in resource.items() if name != "lastUpdatedTime"}
    if "variations" in found:
        found["variations"] = sorted(found["variations"], key=lambda each: str(each["name"]))
    return found
