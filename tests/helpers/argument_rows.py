"""Every argument of the public API that takes a text or a number, each with a construct that is given it."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from cdk_evidently import (
    EvidentlyEndpoint,
    EvidentlyProvider,
    EvidentlyService,
    Feature,
    Group,
    Launch,
    MetricMonitor,
    Project,
    Quotas,
    Segment,
    SegmentOverride,
    StartLaunch,
    Step,
    Triggers,
    Variation,
    percent,
)
from helpers import managed_constructs, synth
from helpers.managed_constructs import ENDPOINT

START: Final = "2026-11-02T09:00:00Z"
PROJECT: Final = "Custom::EvidentlyProject"
FEATURE: Final = "Custom::EvidentlyFeature"
SEGMENT: Final = "Custom::EvidentlySegment"
LAUNCH: Final = "Custom::EvidentlyLaunch"
STARTED: Final = "Custom::EvidentlyStartLaunch"
FUNCTION: Final = "AWS::Lambda::Function"
POLICY: Final = "AWS::IAM::Policy"
ALARM: Final = "AWS::CloudWatch::Alarm"

Make = Callable[[Construct, Any], object]


@dataclass(frozen=True)
class Row:
    """An argument, the type of the resource that has its value, and a construct that is given it."""

    type: str
    make: Make


def limited(name: str, scope: Construct, value: Any) -> EvidentlyService:
    return EvidentlyService(scope, "E", quotas=Quotas(**{name: value}))


def adopting(make: Callable[..., object], scope: Construct, value: Any) -> object:
    return make(scope, adopt_existing=value)


# All rows are in one stack, where each name may occur once: the project of a row has the name of its scope.
def project(scope: Construct, **arguments: Any) -> Project:
    return managed_constructs.project(scope, **{"project_name": scope.node.id, **arguments})


def feature(scope: Construct, **arguments: Any) -> Feature:
    return managed_constructs.feature(scope, **{"project": scope.node.id, **arguments})


def segment(scope: Construct, **arguments: Any) -> Segment:
    return managed_constructs.segment(scope, **{"segment_name": scope.node.id, **arguments})


def launch(scope: Construct, **arguments: Any) -> Launch:
    return managed_constructs.launch(scope, **{"project": scope.node.id, **arguments})


def start_launch(scope: Construct, **arguments: Any) -> StartLaunch:
    return synth.start_launch(scope, **{"project": scope.node.id, **arguments})


def a_launch(scope: Construct, group: str = "all", start: Any = START, **step: Any) -> Launch:
    groups = [Group(name=group, feature="upsell", variation="on")]
    return launch(scope, groups=groups, steps=[Step(start=start, **{"weights": {group: 100_000}, **step})])


def in_a_group(scope: Construct, **arguments: Any) -> Launch:
    return launch(scope, groups=[Group(**{"name": "all", "feature": "upsell", "variation": "on", **arguments})])


def overriding(scope: Construct, **arguments: Any) -> Launch:
    given = {"segment": "norway", "order": 1, "weights": {"all": 1}, **arguments}
    return a_launch(scope, overrides=[SegmentOverride(**given), SegmentOverride(segment="sweden", order=2, weights={})])


def monitoring(scope: Construct, **arguments: Any) -> Launch:
    given = {"name": "sales", "entity_id_key": "user", "value_key": "price", **arguments}
    return launch(scope, metric_monitors=[MetricMonitor(**given)])


def at(endpoint: EvidentlyEndpoint, scope: Construct) -> object:
    return start_launch(scope, provider=EvidentlyProvider(scope, "Provider", endpoint=endpoint))


def granted(method: str, scope: Construct, **arguments: Any) -> object:
    role = iam.Role(scope, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    grants = EvidentlyService.from_api_id(scope, "Service", "a1b2c3d4e5").grants
    return getattr(grants, method)(role, **arguments)


def noted(scope: Construct, text: str) -> object:
    return ssm.StringParameter(scope, "Note", string_value=text)


def with_variation(scope: Construct, variation: Variation) -> Feature:
    return feature(scope, variations=[variation])


def counted(scope: Construct, **arguments: Any) -> object:
    given: dict[str, Any] = {
        "project": "petfood",
        "feature": "upsell",
        "variation": "on",
        "reason": "DEFAULT",
        **arguments,
    }
    metric = EvidentlyService.from_api_id(scope, "Service", "a1b2c3d4e5").metrics.evaluations(**given)
    return metric.create_alarm(scope, "Alarm", threshold=1, evaluation_periods=1)


TEXT_ROWS: Final[Mapping[str, Row]] = {
    "EvidentlyEndpoint.aws(region)": Row(FUNCTION, lambda s, v: at(EvidentlyEndpoint.aws(v), s)),
    "EvidentlyEndpoint.from_url(url)": Row(FUNCTION, lambda s, v: at(EvidentlyEndpoint.from_url(v), s)),
    "EvidentlyEndpoint.from_url(api_id)": Row(
        "AWS::IAM::Role",
        lambda s, v: at(EvidentlyEndpoint.from_url("https://a.example.com", signing_name="execute-api", api_id=v), s),
    ),
    "EvidentlyEndpoint.from_url(region)": Row(
        FUNCTION, lambda s, v: at(EvidentlyEndpoint.from_url("https://a.example.com", region=v), s)
    ),
    "EvidentlyService(allowed_origins)": Row(
        "AWS::ApiGatewayV2::Api", lambda s, v: EvidentlyService(s, "E", allowed_origins=[v])
    ),
    "EvidentlyService(data_delivery)": Row(FUNCTION, lambda s, v: EvidentlyService(s, "E", data_delivery=[v])),
    "EvidentlyService.from_api_id(api_id)": Row(
        FUNCTION, lambda s, v: at(EvidentlyService.from_api_id(s, "E", v).endpoint, s)
    ),
    "EvidentlyService.from_api_id(region)": Row(
        FUNCTION, lambda s, v: at(EvidentlyService.from_api_id(s, "E", "a1b2c3d4e5", region=v).endpoint, s)
    ),
    "Feature(project)": Row(FEATURE, lambda s, v: feature(s, project=v)),
    "Feature(feature_name)": Row(FEATURE, lambda s, v: feature(s, feature_name=v)),
    "Feature(default_variation)": Row(FEATURE, lambda s, v: feature(s, default_variation=v)),
    "Feature(description)": Row(FEATURE, lambda s, v: feature(s, description=v)),
    "Feature(entity_overrides)": Row(FEATURE, lambda s, v: feature(s, entity_overrides={"anna": v})),
    "Feature(entity_overrides' keys)": Row(FEATURE, lambda s, v: feature(s, entity_overrides={v: "on"})),
    "Feature(tags)": Row(FEATURE, lambda s, v: feature(s, tags={"team": v})),
    "Feature(tags' keys)": Row(FEATURE, lambda s, v: feature(s, tags={v: "web"})),
    "Feature.from_feature_arn(feature_arn)": Row(
        LAUNCH, lambda s, v: in_a_group(s, feature=Feature.from_feature_arn(s, "F", v))
    ),
    "Feature.from_feature_name(feature_name)": Row(
        LAUNCH, lambda s, v: in_a_group(s, feature=Feature.from_feature_name(s, "F", v, project="petfood"))
    ),
    "Feature.from_feature_name(project)": Row(
        "AWS::SSM::Parameter",
        lambda s, v: noted(s, Feature.from_feature_name(s, "F", "upsell", project=v).feature_arn),
    ),
    "Group(name)": Row(LAUNCH, lambda s, v: a_launch(s, group=v)),
    "Group(feature)": Row(LAUNCH, lambda s, v: in_a_group(s, feature=v)),
    "Group(variation)": Row(LAUNCH, lambda s, v: in_a_group(s, feature=feature(s), variation=v)),
    "Group(description)": Row(LAUNCH, lambda s, v: in_a_group(s, description=v)),
    "Launch(project)": Row(LAUNCH, lambda s, v: launch(s, project=v)),
    "Launch(launch_name)": Row(LAUNCH, lambda s, v: launch(s, launch_name=v)),
    "Launch(description)": Row(LAUNCH, lambda s, v: launch(s, description=v)),
    "Launch(randomization_salt)": Row(LAUNCH, lambda s, v: launch(s, randomization_salt=v)),
    "Launch(tags)": Row(LAUNCH, lambda s, v: launch(s, tags={"team": v})),
    "Launch(tags' keys)": Row(LAUNCH, lambda s, v: launch(s, tags={v: "web"})),
    "Launch.from_launch_arn(launch_arn)": Row(
        STARTED, lambda s, v: start_launch(s, launch=Launch.from_launch_arn(s, "L", v))
    ),
    "Launch.from_launch_name(launch_name)": Row(
        STARTED, lambda s, v: start_launch(s, launch=Launch.from_launch_name(s, "L", v, project="petfood"))
    ),
    "Launch.from_launch_name(project)": Row(
        "AWS::SSM::Parameter", lambda s, v: noted(s, Launch.from_launch_name(s, "L", "upsell", project=v).launch_arn)
    ),
    "MetricMonitor(name)": Row(LAUNCH, lambda s, v: monitoring(s, name=v)),
    "MetricMonitor(entity_id_key)": Row(LAUNCH, lambda s, v: monitoring(s, entity_id_key=v)),
    "MetricMonitor(value_key)": Row(LAUNCH, lambda s, v: monitoring(s, value_key=v)),
    "MetricMonitor(event_pattern)": Row(LAUNCH, lambda s, v: monitoring(s, event_pattern=v)),
    "MetricMonitor(unit_label)": Row(LAUNCH, lambda s, v: monitoring(s, unit_label=v)),
    "Project(project_name)": Row(PROJECT, lambda s, v: project(s, project_name=v)),
    "Project(description)": Row(PROJECT, lambda s, v: project(s, description=v)),
    "Project(data_delivery)": Row(PROJECT, lambda s, v: project(s, data_delivery=v)),
    "Project(tags)": Row(PROJECT, lambda s, v: project(s, tags={"team": v})),
    "Project(tags' keys)": Row(PROJECT, lambda s, v: project(s, tags={v: "web"})),
    "Project.from_project_arn(project_arn)": Row(
        FEATURE, lambda s, v: feature(s, project=Project.from_project_arn(s, "P", v))
    ),
    "Project.from_project_name(project_name)": Row(
        FEATURE, lambda s, v: feature(s, project=Project.from_project_name(s, "P", v))
    ),
    "Segment(pattern)": Row(SEGMENT, lambda s, v: segment(s, pattern=v)),
    "Segment(pattern's values)": Row(SEGMENT, lambda s, v: segment(s, pattern={"country": [v]})),
    "Segment(segment_name)": Row(SEGMENT, lambda s, v: segment(s, segment_name=v)),
    "Segment(description)": Row(SEGMENT, lambda s, v: segment(s, description=v)),
    "Segment(tags)": Row(SEGMENT, lambda s, v: segment(s, tags={"team": v})),
    "Segment(tags' keys)": Row(SEGMENT, lambda s, v: segment(s, tags={v: "web"})),
    "Segment.from_segment_arn(segment_arn)": Row(
        LAUNCH, lambda s, v: overriding(s, segment=Segment.from_segment_arn(s, "N", v))
    ),
    "Segment.from_segment_name(segment_name)": Row(
        LAUNCH, lambda s, v: overriding(s, segment=Segment.from_segment_name(s, "N", v))
    ),
    "SegmentOverride(segment)": Row(LAUNCH, lambda s, v: overriding(s, segment=v)),
    "SegmentOverride(weights' keys)": Row(LAUNCH, lambda s, v: overriding(s, weights={v: 1})),
    "ServiceGrants.evaluate(project)": Row(POLICY, lambda s, v: granted("evaluate", s, project=v)),
    "ServiceGrants.manage(project)": Row(POLICY, lambda s, v: granted("manage", s, project=v)),
    "ServiceGrants.manage(launch)": Row(POLICY, lambda s, v: granted("manage", s, project="petfood", launch=v)),
    "ServiceGrants.read(project)": Row(POLICY, lambda s, v: granted("read", s, project=v)),
    "ServiceGrants.read(launch)": Row(POLICY, lambda s, v: granted("read", s, project="petfood", launch=v)),
    "ServiceGrants.start_launch(project)": Row(POLICY, lambda s, v: granted("start_launch", s, project=v)),
    "ServiceGrants.start_launch(launch)": Row(
        POLICY, lambda s, v: granted("start_launch", s, project="petfood", launch=v)
    ),
    "ServiceMetrics.evaluations(project)": Row(ALARM, lambda s, v: counted(s, project=v)),
    "ServiceMetrics.evaluations(feature)": Row(ALARM, lambda s, v: counted(s, feature=v)),
    "ServiceMetrics.evaluations(variation)": Row(ALARM, lambda s, v: counted(s, variation=v)),
    "ServiceMetrics.evaluations(reason)": Row(ALARM, lambda s, v: counted(s, reason=v)),
    "StartLaunch(project)": Row(STARTED, lambda s, v: start_launch(s, project=v)),
    "StartLaunch(launch)": Row(STARTED, lambda s, v: start_launch(s, launch=v)),
    "Step(start)": Row(LAUNCH, lambda s, v: a_launch(s, start=v)),
    "Step(weights' keys)": Row(LAUNCH, lambda s, v: a_launch(s, weights={v: 1, "all": 1})),
    "Variation.boolean(name)": Row(FEATURE, lambda s, v: with_variation(s, Variation.boolean(v, True))),
    "Variation.double(name)": Row(FEATURE, lambda s, v: with_variation(s, Variation.double(v, 1))),
    "Variation.long(name)": Row(FEATURE, lambda s, v: with_variation(s, Variation.long(v, 1))),
    "Variation.string(name)": Row(FEATURE, lambda s, v: with_variation(s, Variation.string(v, "x"))),
    "Variation.string(value)": Row(FEATURE, lambda s, v: with_variation(s, Variation.string("a", v))),
}
# Of what is known at synth, a lookup's dummy too, the template has a digest.
TRIGGER_ROWS: Final[Mapping[str, Row]] = {
    "Triggers.of(values)": Row(STARTED, lambda s, v: start_launch(s, triggers=Triggers.of({"shop": v}))),
}
NUMBER_ROWS: Final[Mapping[str, Row]] = {
    "EvidentlyProvider(memory_size)": Row(
        FUNCTION, lambda s, v: EvidentlyProvider(s, "P", endpoint=ENDPOINT, memory_size=v)
    ),
    "EvidentlyService(memory_size)": Row(FUNCTION, lambda s, v: EvidentlyService(s, "E", memory_size=v)),
    **{f"Quotas({name})": Row(FUNCTION, partial(limited, name)) for name in inspect.signature(Quotas).parameters},
}
NUMBER_OR_RESOLVABLE_ROWS: Final[Mapping[str, Row]] = {
    "SegmentOverride(order)": Row(LAUNCH, lambda s, v: overriding(s, order=v)),
    "SegmentOverride(weights)": Row(LAUNCH, lambda s, v: overriding(s, weights={"all": v})),
    "Step(weights)": Row(LAUNCH, lambda s, v: a_launch(s, weights={"all": v})),
    "Variation.double(value)": Row(FEATURE, lambda s, v: with_variation(s, Variation.double("a", v))),
    "Variation.long(value)": Row(FEATURE, lambda s, v: with_variation(s, Variation.long("a", v))),
    "percent(share)": Row(LAUNCH, lambda s, v: a_launch(s, weights={"all": percent(v)})),
}
RESOLVABLE_ROWS: Final[Mapping[str, Row]] = {
    "Variation.boolean(value)": Row(FEATURE, lambda s, v: with_variation(s, Variation.boolean("a", v))),
}

# Arguments whose value synth needs, and the end of the error that says so.
KNOWN_ROWS: Final[Mapping[str, tuple[Make, str]]] = {
    "EvidentlyEndpoint.from_url(signing_name)": (
        lambda s, v: at(EvidentlyEndpoint.from_url("https://a.example.com", signing_name=v), s),
        "known at synth",
    ),
    "EvidentlyService(gateway_url)": (lambda s, v: EvidentlyService(s, "E", gateway_url=v), "known at synth"),
    "Segment(pattern) without a name": (
        lambda s, v: segment(s, pattern=v, segment_name=None),
        "known only at the deploy",
    ),
    "Segment(description) without a name": (
        lambda s, v: segment(s, description=v, segment_name=None),
        "known only at the deploy",
    ),
    "Triggers.of(values' names)": (lambda s, v: start_launch(s, triggers=Triggers.of({v: 1})), "known at synth"),
}
KNOWN_NUMBER_ROWS: Final[Mapping[str, tuple[Make, str]]] = {
    "StartLaunch(timeout)": (lambda s, v: start_launch(s, timeout=Duration.seconds(v)), "known at synth"),
}
KNOWN_RESOLVABLE_ROWS: Final[Mapping[str, tuple[Make, str]]] = {
    f"{kind}(adopt_existing)": (partial(adopting, make), "no value at synth")
    for kind, make in (("Project", project), ("Feature", feature), ("Segment", segment), ("Launch", launch))
}
