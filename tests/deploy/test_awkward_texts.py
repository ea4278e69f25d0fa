"""Texts and numbers arrive at the API as they were written, as literals and as parameters, whatever they hold."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aws_cdk import CfnOutput, CfnParameter, Stack
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cdk_evidently import EvidentlyEndpoint, Feature, Group, Launch, MetricMonitor, Project, Segment, Step, Variation
from helpers.deployment import Release
from helpers.managed_shop import STARTS

FOX = "\N{FOX FACE}"
LONGEST = 1024 - len('{"k": [""]}')  # in a pattern: 4 kB of foxes


@dataclass(frozen=True, slots=True)
class Texts:
    """The awkward texts of a stack; the template has the first three as values of parameters."""

    parameter: str
    description: str
    metric: str
    literal: str
    user: str
    segment: str


PARTS = ['"', "\\", "\\n", "'", "${AWS::Region}", "${}", "{{x}}", "\t", FOX, "é", "&<>", "%", "#", ",", " ", "a"]


def pattern(text: str) -> str:
    return json.dumps({"k": [text]}, ensure_ascii=False)


def texts(longest: int, *more: Any) -> Any:
    parts = st.lists(st.one_of(st.sampled_from(PARTS), *more), min_size=1, max_size=60)
    return parts.map(lambda found: "".join(found)[:longest])


RANDOM = st.builds(
    Texts,
    parameter=texts(512),
    description=texts(160),
    metric=texts(400).map(pattern),
    literal=texts(512, st.characters(max_codepoint=31)),  # XML, and so a parameter, has no control characters
    user=texts(512),
    segment=texts(400, st.characters(max_codepoint=31)),
)
BREAKS_OUT = 'x"}},{"name":"b","value":{"stringValue":"y'
TRIED = Texts(
    "C:\\new\\table", BREAKS_OUT, pattern(FOX * LONGEST), BREAKS_OUT, BREAKS_OUT, "\N{GREEK SMALL LETTER ALPHA}" * 765
)
LARGEST = Texts("\\" * 512, '"' * 160, pattern("'" * LONGEST), FOX * 512, f'"{FOX}' * 256, FOX * LONGEST)


def shop(endpoint: EvidentlyEndpoint, texts: Texts) -> Callable[[Stack], None]:
    """Return a stack with these texts."""

    def build(stack: Stack) -> None:
        parameter, description, metric = (
            CfnParameter(stack, name.capitalize(), default=getattr(texts, name)).value_as_string
            for name in ("parameter", "description", "metric")
        )
        project = Project(stack, "Project", project_name="texts", endpoint=endpoint)
        feature = Feature(
            stack,
            "Feature",
            project=project,
            feature_name="awkward",
            variations=[Variation.string("literal", texts.literal), Variation.string("parameter", parameter)],
            entity_overrides={texts.user: "literal"},
            description=description,
        )
        Launch(
            stack,
            "Launch",
            project=project,
            launch_name="awkward",
            groups=[Group(name="all", feature=feature, variation="literal")],
            steps=[Step(start=STARTS[0], weights={"all": 100_000})],
            metric_monitors=[MetricMonitor(name="m", entity_id_key="u", value_key="v", event_pattern=metric)],
        )
        segment = Segment(stack, "Segment", pattern={"k": [texts.segment]}, endpoint=endpoint)
        CfnOutput(stack, "SegmentName", value=segment.segment_name)

    return build


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(TRIED)
@example(LARGEST)
@given(RANDOM)
def test_a_text_arrives_as_it_was_written(release: Release, texts: Texts) -> None:
    evidently = release.deployment.evidently()
    name = release.deploy(shop(release.deployment.endpoint(), texts))["SegmentName"]

    feature = evidently.get_feature(project="texts", feature="awkward")["feature"]
    values = {each["name"]: each["value"] for each in feature["variations"]}
    assert values == {"literal": {"stringValue": texts.literal}, "parameter": {"stringValue": texts.parameter}}
    assert feature["entityOverrides"] == {texts.user: "literal"}
    assert feature["description"] == texts.description
    launch = evidently.get_launch(project="texts", launch="awkward")["launch"]
    assert launch["metricMonitors"][0]["metricDefinition"]["eventPattern"] == texts.metric
    assert evidently.get_segment(segment=name)["segment"]["pattern"] == pattern(texts.segment)
