"""One rule in the configuration of three engines.

The rule: a feature of six variations, one of them the default; 2500 entity overrides; a running launch of five groups
and six segment overrides, whose unassigned share goes on to the next rule and at last to the default. Weights are whole
percents, the finest that Unleash has.
"""

import importlib
import json
import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, Final, Protocol

from evidently_service.evaluation.context import parse_context
from evidently_service.evaluation.evaluate import compile_plan
from evidently_service.evaluation.pattern import compile_pattern

FEATURE: Final = "upsell"
DEFAULT: Final = "off"
SENIOR: Final = 64
NOW: Final = 1_793_491_200
GROUP_WEIGHTS: Final = {"a": 10, "b": 20, "c": 30, "d": 5, "e": 15}

Weights = Mapping[str, int]
Traits = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment in each engine's configuration.

    Args:
        name: Its name.
        weights: Percent by group; the rest goes on to the next rule.
        contains: The same condition in Python.
        pattern: Evidently's pattern.
        constraints: Unleash's constraints.
        condition: GrowthBook's condition.

    """

    name: str
    weights: Weights
    contains: Callable[[Traits], bool]
    pattern: Mapping[str, Any]
    constraints: Sequence[Mapping[str, Any]]
    condition: Mapping[str, Any]


def constraint(field: str, operator: str, *values: str) -> Mapping[str, Any]:
    """Return a constraint of Unleash."""
    return {"contextName": field, "operator": operator, "values": list(values)}


SEGMENTS: Final = (
    Segment(
        "vip",
        {"a": 60, "b": 40},
        lambda traits: bool(traits["tier"] == "gold"),
        {"tier": ["gold"]},
        [constraint("tier", "IN", "gold")],
        {"tier": "gold"},
    ),
    Segment(
        "nordic-desktop",
        {"c": 50},
        lambda traits: traits["country"] in {"se", "no", "fi"} and traits["device"] == "desktop",
        {"country": ["se", "no", "fi"], "device": ["desktop"]},
        [constraint("country", "IN", "se", "no", "fi"), constraint("device", "IN", "desktop")],
        {"country": {"$in": ["se", "no", "fi"]}, "device": "desktop"},
    ),
    Segment(
        "mobile",
        {"d": 30, "e": 40},
        lambda traits: bool(traits["device"].startswith("mobile")),
        {"device": [{"prefix": "mobile"}]},
        [constraint("device", "STR_STARTS_WITH", "mobile")],
        {"device": {"$regex": "^mobile"}},
    ),
    Segment(
        "seniors",
        {"b": 100},
        lambda traits: bool(traits["age"] > SENIOR),
        {"age": [{"numeric": [">", SENIOR]}]},
        [{"contextName": "age", "operator": "NUM_GT", "value": str(SENIOR)}],
        {"age": {"$gt": SENIOR}},
    ),
    Segment(
        "abroad",
        {"a": 20},
        lambda traits: traits["country"] not in {"se", "de", "us"},
        {"country": [{"anything-but": ["se", "de", "us"]}]},
        [constraint("country", "NOT_IN", "se", "de", "us")],
        {"country": {"$nin": ["se", "de", "us"]}},
    ),
    Segment(
        "beta",
        {"e": 90},
        lambda traits: traits["channel"] in {"beta", "canary"},
        {"channel": ["beta", "canary"]},
        [constraint("channel", "IN", "beta", "canary")],
        {"channel": {"$in": ["beta", "canary"]}},
    ),
)


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity to evaluate, with its attributes."""

    name: str
    traits: Traits


def population(size: int) -> list[Entity]:
    """Return entities, the same in every run."""
    dice = random.Random(20261101)  # noqa: S311, no secret

    def traits() -> Traits:
        return {
            "tier": dice.choices(["none", "silver", "gold"], [80, 15, 5])[0],
            "country": dice.choice(["se", "no", "fi", "de", "us"]),
            "device": dice.choice(["desktop", "mobile-ios", "mobile-android", "tablet"]),
            "age": dice.randint(16, 80),
            "channel": dice.choices(["stable", "beta", "canary"], [90, 8, 2])[0],
        }

    return [Entity(f"user-{number}", traits()) for number in range(size)]


class Engine(Protocol):
    """Prepares each entity once, untimed; then evaluates it to a variation's name."""

    name: str

    def prepared(self, entity: Entity) -> Any:
        """Return the entity as the engine's callers pass it."""
        ...

    def variation(self, prepared: Any) -> str:
        """Evaluate; the race times this."""
        ...

    def close(self) -> None:
        """Stop background threads."""
        ...


class Evidently:
    """cdk-evidently's `Plan`, with a parsed context."""

    name = "cdk-evidently"

    def __init__(self, overrides: Mapping[str, str]) -> None:
        variations = [DEFAULT, *GROUP_WEIGHTS]
        feature = {
            "name": FEATURE,
            "variations": [{"name": name, "value": {"stringValue": name}} for name in variations],
            "defaultVariation": DEFAULT,
            "evaluationStrategy": "ALL_RULES",
            "entityOverrides": overrides,
        }
        step = {
            "startTime": NOW,
            "groupWeights": _thousandths(GROUP_WEIGHTS),
            "segmentOverrides": [
                {"segment": segment.name, "evaluationOrder": order, "weights": _thousandths(segment.weights)}
                for order, segment in enumerate(SEGMENTS)
            ],
        }
        launch = {
            "name": "november",
            "groups": [{"name": name, "featureVariations": {FEATURE: name}} for name in GROUP_WEIGHTS],
            "scheduledSplitsDefinition": {"steps": [step]},
            "randomizationSalt": "november",
            "execution": {"startedTime": NOW},
        }
        patterns = {segment.name: compile_pattern(json.dumps(segment.pattern)) for segment in SEGMENTS}
        self.plan = compile_plan(feature, [launch], patterns)

    def prepared(self, entity: Entity) -> Any:
        """See `Engine`."""
        return entity.name, parse_context(json.dumps(entity.traits))

    def variation(self, prepared: Any) -> str:
        """See `Engine`."""
        name, context = prepared
        return self.plan.evaluate(name, context, NOW).variation

    def close(self) -> None:
        """See `Engine`."""


class EvidentlyFromText(Evidently):
    """The same with the context as JSON text, as a request has it: the timed part parses it."""

    name = "cdk-evidently, context as JSON text"

    def prepared(self, entity: Entity) -> Any:
        """See `Engine`."""
        return entity.name, json.dumps(entity.traits)

    def variation(self, prepared: Any) -> str:
        """See `Engine`."""
        name, text = prepared
        return self.plan.evaluate(name, parse_context(text), NOW).variation


class Unleash:
    """UnleashClient.get_variant, offline: strategies in order, the first enabled one's variants."""

    name = "UnleashClient"

    def __init__(self, overrides: Mapping[str, str]) -> None:
        by_variation = _by_variation(overrides)
        strategies = [
            *(
                _strategy(f"override-{name}", {name: 100}, [constraint("userId", "IN", *entities)])
                for name, entities in by_variation.items()
            ),
            *(_strategy(segment.name, segment.weights, segment.constraints) for segment in SEGMENTS),
            _strategy("groups", GROUP_WEIGHTS, []),
        ]
        toggle = {"name": FEATURE, "type": "release", "enabled": True, "strategies": strategies, "variants": []}
        # By name: the project's environment, and so its type checker, has neither SDK.
        sdk, caches = importlib.import_module("UnleashClient"), importlib.import_module("UnleashClient.cache")
        self.folder = tempfile.TemporaryDirectory(prefix="bench-unleash-")
        cache = caches.FileCache("bench", directory=self.folder.name)
        cache.bootstrap_from_dict({"version": 2, "features": [toggle]})
        self.client = sdk.UnleashClient(
            "http://127.0.0.1:9/api",
            f"bench-{len(overrides)}",
            cache=cache,
            disable_metrics=True,
            disable_registration=True,
        )
        self.client.initialize_client(fetch_toggles=False)

    def prepared(self, entity: Entity) -> Any:
        """See `Engine`."""
        return {"userId": entity.name, "properties": {key: str(value) for key, value in entity.traits.items()}}

    def variation(self, prepared: Any) -> str:
        """See `Engine`."""
        variant = self.client.get_variant(FEATURE, prepared)
        return str(variant["name"]) if variant["enabled"] else DEFAULT

    def close(self) -> None:
        """See `Engine`."""
        self.client.destroy()
        self.folder.cleanup()


class GrowthBook:
    """GrowthBook.eval_feature, offline: rules in order, the first that takes the entity."""

    name = "GrowthBook"

    def __init__(self, overrides: Mapping[str, str]) -> None:
        by_variation = _by_variation(overrides)
        rules = [
            *({"condition": {"id": {"$in": entities}}, "force": name} for name, entities in by_variation.items()),
            *(_rule(segment.name, segment.weights, segment.condition) for segment in SEGMENTS),
            _rule("groups", GROUP_WEIGHTS, {}),
        ]
        sdk = importlib.import_module("growthbook")
        self.client = sdk.GrowthBook(features={FEATURE: {"defaultValue": DEFAULT, "rules": rules}})

    def prepared(self, entity: Entity) -> Any:
        """See `Engine`."""
        return {"id": entity.name, **entity.traits}

    def variation(self, prepared: Any) -> str:
        """See `Engine`."""
        self.client.set_attributes(prepared)
        return str(self.client.eval_feature(FEATURE).value)

    def close(self) -> None:
        """See `Engine`."""
        self.client.destroy()


def _thousandths(weights: Weights) -> dict[str, int]:
    return {group: percent * 1000 for group, percent in weights.items()}


def _by_variation(overrides: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entity, variation in overrides.items():
        found.setdefault(variation, []).append(entity)
    return found


def _strategy(group: str, weights: Weights, constraints: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return a strategy of Unleash: a rollout to the sum of the weights, split by them."""
    total = sum(weights.values())
    return {
        "name": "flexibleRollout",
        "parameters": {"rollout": str(total), "stickiness": "userId", "groupId": group},
        "constraints": list(constraints),
        "variants": [
            {"name": name, "weight": round(1000 * percent / total), "stickiness": "userId", "weightType": "variable"}
            for name, percent in weights.items()
        ],
    }


def _rule(seed: str, weights: Weights, condition: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a rule of GrowthBook: consecutive ranges, or a rollout for a single group; the rest goes on."""
    hashing = {"seed": seed, "hashVersion": 2, "hashAttribute": "id"}
    applies = {**hashing, "condition": condition} if condition else hashing
    if len(weights) == 1:
        [(group, percent)] = weights.items()
        return {**applies, "force": group, "coverage": percent / 100}
    ends = [percent / 100 for percent in accumulate(weights.values())]
    return {**applies, "key": seed, "variations": list(weights), "ranges": list(pairwise([0.0, *ends]))}
