"""The engines of the race: ours, Unleash and GrowthBook, each with the same rule."""

import importlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any, Protocol

from evaluation_rule import DEFAULT, FEATURE, GROUP_WEIGHTS, NOW, SEGMENTS, Entity, Weights, constraint

from evidently_service.evaluation.context import parse_context
from evidently_service.evaluation.evaluate import compile_plan
from evidently_service.evaluation.pattern import compile_pattern


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
