"""A feature and the launches that run on it, compiled: everything an evaluation needs, decided before the first one.

The order is the API's: strategy DEFAULT_VARIATION → the default for everybody; an entity override; the running
launch; the default. Of several running launches the one that was started last decides, from its first step on. What
it leaves unassigned gets the default, never the earlier launch: an entity is in one launch at most.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from evidently_service.evaluation.errors import UnknownSegmentError
from evidently_service.evaluation.pattern import Pattern
from evidently_service.evaluation.schedule import Schedule
from evidently_service.evaluation.split import Split


class Reason(StrEnum):
    """`reason` of an evaluation, in AWS's spelling."""

    DEFAULT = "DEFAULT"
    ENTITY_OVERRIDES_MATCH = "ENTITY_OVERRIDES_MATCH"
    LAUNCH_RULE_MATCH = "LAUNCH_RULE_MATCH"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What EvaluateFeature answers.

    Args:
        variation: Name of the variation.
        value: Its VariableValue, such as {"boolValue": True}. Shared between answers: not to be changed.
        reason: Why this one.
        details: JSON text: the group and the launch, "{}" where none was involved.

    """

    variation: str
    value: Mapping[str, Any]
    reason: Reason
    details: str = "{}"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a launch's schedule.

    Args:
        overrides: Segments' patterns and their splits, by evaluationOrder.
        split: The group weights.

    """

    overrides: tuple[tuple[Pattern, Split], ...]
    split: Split

    def group_of(self, entity_id: str, context: Mapping[str, Any]) -> str | None:
        """Return the group of an entity; what a matching override leaves unassigned goes on to the next rule."""
        for pattern, split in self.overrides:
            if pattern.matches(context):
                group = split.group_of(entity_id)
                if group is not None:
                    return group
        return self.split.group_of(entity_id)


@dataclass(frozen=True, slots=True)
class RunningLaunch:
    """A running launch as one feature sees it.

    Args:
        schedule: Its steps.
        answers: By group. A group that serves another feature, or a variation that is gone, is not in here: whoever
            falls into it is in that group, so no further rule of this launch applies, and gets the default.

    """

    schedule: Schedule[Step]
    answers: Mapping[str, Evaluation]


@dataclass(frozen=True, slots=True)
class Plan:
    """A feature, ready to evaluate; `compile_plan` makes one.

    Args:
        default: The answer when nothing else applies.
        overrides: By entity.
        launches: The running launches, the one started last first.

    """

    default: Evaluation
    overrides: Mapping[str, Evaluation]
    launches: tuple[RunningLaunch, ...]

    def evaluate(self, entity_id: str, context: Mapping[str, Any], now: float) -> Evaluation:
        """Return the answer for an entity.

        Args:
            entity_id: Any string.
            context: What `parse_context` returned, {} where the request had no evaluationContext.
            now: The time, in the unit of the launches' startTime.

        """
        override = self.overrides.get(entity_id)
        if override is not None:
            return override
        for launch in self.launches:
            step = launch.schedule.current(now)
            if step is not None:
                group = step.group_of(entity_id, context)
                return self.default if group is None else launch.answers.get(group, self.default)
        return self.default


def compile_plan(
    feature: Mapping[str, Any], launches: Sequence[Mapping[str, Any]], patterns: Mapping[str, Pattern]
) -> Plan:
    """Return the plan of a feature.

    Args:
        feature: A Feature in the API's response form. Read: name, variations, defaultVariation, evaluationStrategy,
            entityOverrides.
        launches: RUNNING Launches of its project in the API's response form, in any order; those without a group for
            this feature are passed over. Read: name, groups, scheduledSplitsDefinition, randomizationSalt,
            execution.startedTime. Times may be in any one unit.
        patterns: By segment name: at least the patterns of the segments in these launches' overrides.

    Raises:
        UnknownSegmentError: A pattern is missing.

    """
    values = {variation["name"]: variation["value"] for variation in feature["variations"]}
    default = feature["defaultVariation"]
    answer = Evaluation(default, values[default], Reason.DEFAULT)
    if feature["evaluationStrategy"] == "DEFAULT_VARIATION":
        return Plan(answer, {}, ())
    overridden = {name: Evaluation(name, value, Reason.ENTITY_OVERRIDES_MATCH) for name, value in values.items()}
    overrides = {
        entity: overridden[name] for entity, name in feature.get("entityOverrides", {}).items() if name in overridden
    }
    here = [launch for launch in launches if _serves(launch, feature["name"])]
    # Two that started at the same moment: the first by name decides, as in the feature's evaluationRules.
    here.sort(key=lambda launch: (-launch["execution"]["startedTime"], launch["name"]))
    return Plan(answer, overrides, tuple(_running(launch, feature["name"], values, patterns) for launch in here))


def segment_name(segment: str) -> str:
    """Return the name in a segment's reference, which is a name or an ARN."""
    return segment.rpartition("/")[2]


def _serves(launch: Mapping[str, Any], feature: str) -> bool:
    return any(feature in group["featureVariations"] for group in launch["groups"])


def _running(
    launch: Mapping[str, Any], feature: str, values: Mapping[str, Any], patterns: Mapping[str, Pattern]
) -> RunningLaunch:
    served = {group["name"]: group["featureVariations"].get(feature) for group in launch["groups"]}
    answers = {
        group: Evaluation(variation, values[variation], Reason.LAUNCH_RULE_MATCH, _details(group, launch["name"]))
        for group, variation in served.items()
        if variation in values
    }
    steps = launch.get("scheduledSplitsDefinition", {}).get("steps", [])
    return RunningLaunch(Schedule.of((step["startTime"], _step(step, launch, patterns)) for step in steps), answers)


def _step(step: Mapping[str, Any], launch: Mapping[str, Any], patterns: Mapping[str, Pattern]) -> Step:
    groups = [group["name"] for group in launch["groups"]]

    def split(segment: str, weights: Mapping[str, int]) -> Split:
        return Split.of(launch["randomizationSalt"], segment, [(group, weights.get(group, 0)) for group in groups])

    overrides = []
    for override in sorted(step.get("segmentOverrides", []), key=lambda each: each["evaluationOrder"]):
        name = segment_name(override["segment"])
        if name not in patterns:
            raise UnknownSegmentError(
                f"launch {launch['name']} uses segment {name}, and no pattern was given for it; hand over the "
                "patterns of all segments in the launches' overrides"
            )
        overrides.append((patterns[name], split(name, override["weights"])))
    return Step(tuple(overrides), split("", step["groupWeights"]))


def _details(group: str, launch: str) -> str:
    return json.dumps({"group": group, "launch": launch}, separators=(",", ":"))
