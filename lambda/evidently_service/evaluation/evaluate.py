"""A feature and its running launches, compiled into a plan: an evaluation only looks up and hashes.

The order is the API's: the strategy DEFAULT_VARIATION gives everybody the default; then an entity override; then the
running launch; then the default. Of several running launches the latest start decides, from its first step on. An
entity that it leaves unassigned gets the default, never a variation of an earlier launch: so an entity is in at most
one launch.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from evidently_service.evaluation.errors import UnknownSegmentError
from evidently_service.evaluation.pattern import Pattern
from evidently_service.evaluation.schedule import Schedule
from evidently_service.evaluation.search import Search
from evidently_service.evaluation.split import Split


class Reason(StrEnum):
    """The `reason` of an evaluation, in AWS's spelling."""

    DEFAULT = "DEFAULT"
    ENTITY_OVERRIDES_MATCH = "ENTITY_OVERRIDES_MATCH"
    LAUNCH_RULE_MATCH = "LAUNCH_RULE_MATCH"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result of an EvaluateFeature.

    Args:
        variation: name of the variation.
        value: the variation's VariableValue, such as {"boolValue": True}; results share it, so nobody may change it.
        reason: the rule that decided.
        details: JSON text with the group and the launch; "{}" if no launch decided.

    """

    variation: str
    value: Mapping[str, Any]
    reason: Reason
    details: str = "{}"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a launch's schedule.

    Args:
        overrides: patterns of segments and their splits, in evaluationOrder; of one order as listed.
        split: the split of the group weights.

    """

    overrides: tuple[tuple[Pattern, Split], ...]
    split: Split

    def group_of(self, entity_id: str, context: Mapping[str, Any]) -> str | None:
        """Return an entity's group; the next rule decides for an entity that a matching override leaves unassigned."""
        met = 0
        search = Search(context)
        for pattern, split in self.overrides:
            if search.matches(pattern.edges):
                group = split.group_of(entity_id, met)
                if group is not None:
                    return group
                met += 1
        return self.split.group_of(entity_id, met)


@dataclass(frozen=True, slots=True)
class RunningLaunch:
    """A running launch, compiled for one feature.

    Args:
        schedule: the launch's steps.
        results: evaluations by group, except groups that serve another feature or a deleted variation. An entity in
            such a group gets the default: it has its group, so no later rule of the launch applies.

    """

    schedule: Schedule[Step]
    results: Mapping[str, Evaluation]


@dataclass(frozen=True, slots=True)
class Plan:
    """A feature, ready to evaluate; `compile_plan` makes one.

    Args:
        default: the evaluation if no rule decides.
        overrides: evaluations by id of the overridden entity.
        launches: the running launches, the latest start first.

    """

    default: Evaluation
    overrides: Mapping[str, Evaluation]
    launches: tuple[RunningLaunch, ...]

    def evaluate(self, entity_id: str, context: Mapping[str, Any], now: float) -> Evaluation:
        """Return the evaluation of an entity.

        Args:
            entity_id: any string.
            context: the result of `parse_context`, {} for a request without evaluationContext.
            now: the time, in the unit of the launches' startTime.

        Raises:
            TooManyStepsError: the context takes too long to match.

        """
        override = self.overrides.get(entity_id)
        if override is not None:
            return override
        for launch in self.launches:
            step = launch.schedule.current(now)
            if step is not None:
                group = step.group_of(entity_id, context)
                return self.default if group is None else launch.results.get(group, self.default)
        return self.default


def compile_plan(
    feature: Mapping[str, Any], launches: Sequence[Mapping[str, Any]], patterns: Mapping[str, Pattern]
) -> Plan:
    """Return the plan of a feature.

    Args:
        feature: a Feature in the API's response form; only name, variations, defaultVariation, evaluationStrategy and
            entityOverrides matter.
        launches: RUNNING Launches of the feature's project in the API's response form, in any order; only name, groups,
            scheduledSplitsDefinition, randomizationSalt and execution.startedTime matter. Launches without a group for
            this feature have no effect. All times are in one unit.
        patterns: patterns by segment name, of all segments in the launches' overrides.

    Raises:
        UnknownSegmentError: the pattern of a segment is missing.

    """
    values = {variation["name"]: variation["value"] for variation in feature["variations"]}
    default = feature["defaultVariation"]
    default_result = Evaluation(default, values[default], Reason.DEFAULT)
    if feature["evaluationStrategy"] == "DEFAULT_VARIATION":
        return Plan(default_result, {}, ())
    overridden = {name: Evaluation(name, value, Reason.ENTITY_OVERRIDES_MATCH) for name, value in values.items()}
    overrides = {
        entity: overridden[name] for entity, name in feature.get("entityOverrides", {}).items() if name in overridden
    }
    serving = [launch for launch in launches if _serves(launch, feature["name"])]
    # Of two launches with the same start the first by name decides, as in the feature's evaluationRules.
    serving.sort(key=lambda launch: (-launch["execution"]["startedTime"], launch["name"]))
    running = (_running(launch, feature["name"], values, patterns) for launch in serving)
    return Plan(default_result, overrides, tuple(running))


def _segment_name(segment: str) -> str:
    """Return the segment's name in a reference, which is a name or an ARN."""
    return segment.rpartition("/")[2]


def _serves(launch: Mapping[str, Any], feature: str) -> bool:
    return any(feature in group["featureVariations"] for group in launch["groups"])


def _running(
    launch: Mapping[str, Any], feature: str, values: Mapping[str, Any], patterns: Mapping[str, Pattern]
) -> RunningLaunch:
    served = {group["name"]: group["featureVariations"].get(feature) for group in launch["groups"]}
    results = {
        group: Evaluation(variation, values[variation], Reason.LAUNCH_RULE_MATCH, _details(group, launch["name"]))
        for group, variation in served.items()
        if variation in values
    }
    steps = launch.get("scheduledSplitsDefinition", {}).get("steps", [])
    return RunningLaunch(Schedule.of((step["startTime"], _step(step, launch, patterns)) for step in steps), results)


def _step(step: Mapping[str, Any], launch: Mapping[str, Any], patterns: Mapping[str, Pattern]) -> Step:
    groups = [group["name"] for group in launch["groups"]]

    def split(weights: Mapping[str, int]) -> Split:
        return Split.of(launch["randomizationSalt"], [(group, weights.get(group, 0)) for group in groups])

    overrides = []
    for override in sorted(step.get("segmentOverrides", []), key=lambda each: each["evaluationOrder"]):
        name = _segment_name(override["segment"])
        if name not in patterns:
            raise UnknownSegmentError(
                f"launch {launch['name']} uses segment {name}, whose pattern is missing; pass the patterns of all "
                "segments in the launches' overrides"
            )
        overrides.append((patterns[name], split(override["weights"])))
    return Step(tuple(overrides), split(step["groupWeights"]))


def _details(group: str, launch: str) -> str:
    return json.dumps({"group": group, "launch": launch}, separators=(",", ":"))
