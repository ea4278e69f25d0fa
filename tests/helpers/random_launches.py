"""A feature with running launches at random, entities to evaluate it for, and who moves between two of these."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

from evidently_service.documents import launches as documents
from evidently_service.documents import schedules
from evidently_service.domain.arns import Arns
from evidently_service.domain.ownership import NOBODYS
from evidently_service.domain.resources import Launch
from evidently_service.evaluation.context import parse_context
from evidently_service.evaluation.evaluate import Evaluation, compile_plan
from evidently_service.evaluation.pattern import compile_pattern
from helpers.evaluation import feature

HOUR: Final = 3_600_000
NOW: Final = 1_793_491_200_000  # milliseconds
ARNS: Final = Arns("aws", "eu-north-1", "123456789012")
WHOLE: Final = 100_000
PATTERNS: Final = {
    "gold": '{"tier": ["gold"]}',
    "mobile": '{"device": [{"prefix": "mobile"}]}',
    "nordic": '{"country": ["NO", "SE"]}',
    "guests": '{"email": [{"exists": false}]}',
    "gold-nordic": '{"tier": ["gold"], "country": ["NO", "SE"]}',
}
Step = dict[str, Any]
Moved = tuple["Entity", Evaluation, Evaluation]


@dataclass(frozen=True)
class Entity:
    """An entity and its evaluation context."""

    name: str
    context: Mapping[str, Any]

    def matches(self, pattern: str) -> bool:
        """Whether a segment with this pattern contains the entity."""
        return compile_pattern(pattern).matches(self.context)


def entities(random: Random, count: int) -> list[Entity]:
    """Return entities with contexts at random."""
    found = []
    for number in range(count):
        traits = {
            "tier": random.choice(["gold", "silver"]),
            "device": random.choice(["mobile-7", "desktop"]),
            "country": random.choice(["NO", "SE", "DE"]),
            **({"email": "a@b"} if random.random() < 0.5 else {}),
        }
        found.append(Entity(f"user-{number}", parse_context(json.dumps(traits))))
    return found


@dataclass(frozen=True)
class World:
    """A feature and the launches that run on it, the first started first."""

    feature: Mapping[str, Any]
    launches: tuple[Launch, ...]

    @property
    def launch(self) -> Launch:
        """The launch that was started last."""
        return self.launches[-1]

    def evaluate(self, who: Sequence[Entity], now: int = NOW) -> list[Evaluation]:
        """Return each entity's evaluation."""
        patterns = {name: compile_pattern(text) for launch in self.launches for name, text in launch.patterns.items()}
        plan = compile_plan(self.feature, [launch.plan() for launch in self.launches], patterns)
        return [plan.evaluate(each.name, each.context, now) for each in who]

    def with_feature(self, **members: Any) -> "World":
        """Return the world with other members of the feature."""
        return replace(self, feature={**self.feature, **members})

    def updated(self, *, patterns: Mapping[str, str] | None = None, **given: Any) -> "World":
        """Return the world after an UpdateLaunch of the latest launch, which the API does not refuse.

        Args:
            patterns: the patterns of segments that are not in `PATTERNS`.
            given: the request.

        """
        before = self.launch
        after = documents.updated_launch(before, given, NOW, ARNS)
        known = {**PATTERNS, **before.patterns, **(patterns or {})}
        after = replace(after, patterns={name: known[name] for name in after.segments()})
        assert not documents.frozen_changes(before, after)
        assert schedules.loses_step(before, after, NOW) is None
        return replace(self, launches=(*self.launches[:-1], after))

    def steps(self) -> list[Step]:
        """Return a copy of the steps of the latest launch, as in a request."""
        steps: list[Step] = json.loads(json.dumps(self.launch.body["scheduledSplitsDefinition"]["steps"]))
        return steps

    def with_steps(self, steps: Sequence[Step], **options: Any) -> "World":
        """Return the world after an update of the schedule of the latest launch."""
        return self.updated(scheduledSplitsConfig={"steps": list(steps)}, **options)

    def editing(self, edit: Callable[[Step], object], **options: Any) -> "World":
        """Return the world after an edit of the step in force."""
        steps = self.steps()
        edit(in_force(steps))
        return self.with_steps(steps, **options)


def in_force(steps: Sequence[Step]) -> Step:
    """Return the step in force; no two begin at one time."""
    return max((step for step in steps if step["startTime"] <= NOW), key=lambda step: int(step["startTime"]))


def moved(before: World, after: World, who: Sequence[Entity]) -> list[Moved]:
    """Return the entities that get another variation or group, with their evaluations before and after.

    A result without the launch's name: a launch that replaces another one moves nobody by its name.
    """
    pairs = zip(who, before.evaluate(who), after.evaluate(who), strict=True)
    return [pair for pair in pairs if _seen(pair[1]) != _seen(pair[2])]


def group_of(result: Evaluation) -> str | None:
    """Return the group that decided."""
    group: str | None = json.loads(result.details).get("group")
    return group


def _seen(result: Evaluation) -> tuple[object, ...]:
    return result.variation, result.reason, group_of(result)


def random_world(random: Random) -> World:
    """Return a feature with one or two running launches, of which the latest has a step in force."""
    names = ["v0", "v1", "v2", "v3", "v4"]
    overrides = {f"user-{random.randrange(40)}": random.choice(names) for _ in range(random.randrange(3))}
    of = feature(*names, entityOverrides=overrides)
    count = random.choice([1, 1, 2])
    launches = [random_launch(random, f"launch-{number}", started=NOW - 9 + number) for number in range(count)]
    return World(of, tuple(launches))


def random_launch(random: Random, name: str, *, started: int, **members: Any) -> Launch:
    """Return a running launch."""
    groups = random.sample(["a", "b", "c", "d", "e"], random.randint(2, 5))
    starts = random.sample(range(-9, 0), random.randint(1, 2)) + random.sample(range(1, 9), random.randint(0, 2))
    steps = [random_step(random, groups, NOW + start * HOUR) for start in starts]
    given = {
        "name": name,
        "groups": [{"name": each, "feature": "upsell", "variation": f"v{random.randrange(5)}"} for each in groups],
        "scheduledSplitsConfig": {"steps": steps},
        **members,
    }
    launch = documents.new_launch(given, "petfood", NOW, ARNS)
    launch = replace(launch, patterns={segment: PATTERNS[segment] for segment in launch.segments()})
    return launch.start(started, NOBODYS)


def random_step(random: Random, groups: Sequence[str], start: int) -> Step:
    """Return a step; two of its overrides may have one order."""
    overrides = [
        {"segment": segment, "evaluationOrder": random.randint(-2, 5), "weights": random_weights(random, groups)}
        for segment in random.sample(list(PATTERNS), random.randint(0, len(PATTERNS) - 1))
    ]
    return {"startTime": start, "groupWeights": random_weights(random, groups), "segmentOverrides": overrides}


def random_weights(random: Random, groups: Sequence[str]) -> dict[str, int]:
    """Return weights of at most 100 % in all; some groups have 0 or are left out."""
    cuts = sorted(random.randint(0, WHOLE) for _ in groups)
    shares = [upper - lower for lower, upper in zip([0, *cuts], cuts, strict=False)]
    random.shuffle(shares)
    weights = {group: random.choice([share, share, 0]) for group, share in zip(groups, shares, strict=True)}
    return {group: weight for group, weight in weights.items() if weight or random.random() < 0.5}
