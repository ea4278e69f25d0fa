"""One rule in the configuration of three engines, and the entities to evaluate.

The rule: a feature of six variations, one of them the default; 2500 entity overrides; a running launch of five groups
and six segment overrides, whose unassigned share goes on to the next rule and at last to the default. Weights are whole
percents, the finest that Unleash has.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

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
