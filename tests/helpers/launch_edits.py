"""Edits of a running launch and its feature, by the rows of the table in docs/evaluation.md that they stand for."""

import json
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any, Final

from evidently_service.evaluation.evaluate import Reason
from helpers.random_launches import (
    HOUR,
    NOW,
    PATTERNS,
    WHOLE,
    Moved,
    World,
    entities,
    group_of,
    in_force,
    random_launch,
    random_step,
    random_weights,
)

# The worlds before and after an edit, and who may have moved; None if the row says nobody.
Edited = tuple[World, World, Callable[[Moved], bool] | None]
Edit = Callable[[Random, World], Edited]
EDITS: Final[dict[str, Edit]] = {}


def row(name: str) -> Callable[[Edit], Edit]:
    """Register the edit of a row of the table."""

    def register(edit: Edit) -> Edit:
        EDITS[name] = edit
        return edit

    return register


def a_group(random: Random, world: World) -> str:
    return str(random.choice(world.launch.body["groups"])["name"])


def an_override(random: Random, world: World) -> dict[str, Any]:
    """Return an override of a segment at random."""
    groups = [group["name"] for group in world.launch.body["groups"]]
    segment = random.choice(list(PATTERNS))
    return {"segment": segment, "evaluationOrder": random.randint(-3, 6), "weights": random_weights(random, groups)}


@row("descriptions, tags and metric monitors, also the description of a group")
def _descriptions(random: Random, world: World) -> Edited:
    groups = [
        {
            "name": group["name"],
            "feature": "upsell",
            "variation": group["featureVariations"]["upsell"],
            "description": random.choice(["", "text"]),
        }
        for group in world.launch.body["groups"]
    ]
    return world, world.updated(description="text", groups=groups, metricMonitors=[]), None


@row("a weight of 0 is written, or left out")
def _zero(_: Random, world: World) -> Edited:
    def edit(step: dict[str, Any]) -> None:
        for weights in (step["groupWeights"], *(override["weights"] for override in step["segmentOverrides"])):
            for group in world.launch.body["groups"]:
                weights.setdefault(group["name"], 0)

    full = world.editing(edit)
    steps = full.steps()
    for weights in (step["groupWeights"] for step in steps):
        for name in [name for name, weight in weights.items() if not weight]:
            del weights[name]
    return world, full.with_steps(steps), None


@row("a group weight is raised, out of what no group has")
def _raise(random: Random, world: World) -> Edited:
    return _reweighed(random, world, lambda before, left: random.randint(before, before + left))


@row("a group weight is lowered, and the others stay")
def _lower(random: Random, world: World) -> Edited:
    return _reweighed(random, world, lambda before, _: random.randint(0, before))


def _reweighed(random: Random, world: World, new: Callable[[int, int], int]) -> Edited:
    weights = in_force(world.steps())["groupWeights"]
    chosen = a_group(random, world)
    before = weights.get(chosen, 0)
    after = new(before, WHOLE - sum(weights.values()))
    names = [group["name"] for group in world.launch.body["groups"]]
    order = [*names[names.index(chosen) :], None]

    def may(entry: Moved) -> bool:
        old, now = group_of(entry[1]), group_of(entry[2])
        if old not in order or now not in order:
            return False
        return order.index(now) < order.index(old) if after > before else order.index(old) < order.index(now)

    return world, world.editing(lambda step: step["groupWeights"].update({chosen: after})), may


@row("a group weight is raised at the expense of others")
def _expense(random: Random, world: World) -> Edited:
    chosen = a_group(random, world)

    def edit(step: dict[str, Any]) -> None:
        weights = step["groupWeights"]
        released = 0
        for name in [name for name in weights if name != chosen]:
            less = random.randint(0, weights[name])
            weights[name] -= less
            released += less
        weights[chosen] = weights.get(chosen, 0) + released

    return world, world.editing(edit), lambda entry: group_of(entry[1]) != chosen


@row("the weights of an override")
def _override_weights(random: Random, world: World) -> Edited:
    world = world.editing(lambda step: step["segmentOverrides"].append(an_override(random, world)))
    index = random.randrange(len(in_force(world.steps())["segmentOverrides"]))
    override = in_force(world.steps())["segmentOverrides"][index]
    weights = an_override(random, world)["weights"]
    after = world.editing(lambda step: step["segmentOverrides"][index].update(weights=weights))
    return world, after, lambda entry: entry[0].matches(PATTERNS[override["segment"]])


@row("an override is added or removed")
def _added(random: Random, world: World) -> Edited:
    override = an_override(random, world)
    place = random.randint(0, len(in_force(world.steps())["segmentOverrides"]))
    after = world.editing(lambda step: step["segmentOverrides"].insert(place, override))
    if random.random() < 0.5:
        world, after = after, world
    return world, after, lambda entry: entry[0].matches(PATTERNS[override["segment"]])


@row("overrides change their order; of one `evaluationOrder`, their places in the list")
def _reordered(random: Random, world: World) -> Edited:
    segments = [each["segment"] for each in in_force(world.steps())["segmentOverrides"]]

    def edit(step: dict[str, Any]) -> None:
        for override in step["segmentOverrides"]:
            override["evaluationOrder"] = random.randint(0, 2)
        random.shuffle(step["segmentOverrides"])

    return world, world.editing(edit), lambda entry: sum(entry[0].matches(PATTERNS[it]) for it in segments) > 1


@row("other numbers for the same order, also for two overrides of one `evaluationOrder` as they are listed")
def _numbers(random: Random, world: World) -> Edited:
    def edit(step: dict[str, Any]) -> None:
        step["segmentOverrides"].sort(key=lambda each: each["evaluationOrder"])
        number = random.randint(-9, 9)
        for override in step["segmentOverrides"]:
            override["evaluationOrder"] = number
            number += random.randint(1, 3)
        random.shuffle(step["segmentOverrides"])

    return world, world.editing(edit), None


@row("a segment's name or description, another text of the same pattern, its ARN for its name")
def _renamed(random: Random, world: World) -> Edited:
    respelled = {f"{name}-1a2b": json.dumps(dict(reversed(json.loads(it).items()))) for name, it in PATTERNS.items()}

    def edit(step: dict[str, Any]) -> None:
        prefix = random.choice(["", "arn:aws:evidently:eu-north-1:123456789012:segment/"])
        for override in step["segmentOverrides"]:
            override["segment"] = f"{prefix}{override['segment']}-1a2b"

    return world, world.editing(edit, patterns=respelled), None


@row("a segment gets a pattern of another meaning")
def _pattern(random: Random, world: World) -> Edited:
    world = world.editing(lambda step: step["segmentOverrides"].append(an_override(random, world)))
    index = random.randrange(len(in_force(world.steps())["segmentOverrides"]))
    before = PATTERNS[in_force(world.steps())["segmentOverrides"][index]["segment"]]
    now = random.choice(['{"tier": ["silver"]}', '{"country": ["DE"]}', '{"country": [{"exists": true}]}'])
    after = world.editing(
        lambda step: step["segmentOverrides"][index].update(segment="changed"), patterns={"changed": now}
    )
    return world, after, lambda entry: entry[0].matches(before) != entry[0].matches(now)


@row("steps that have not begun, or that a later one has replaced; the order in which steps are listed")
def _other_steps(random: Random, world: World) -> Edited:
    steps = world.steps()
    current = in_force(steps)
    names = [group["name"] for group in world.launch.body["groups"]]
    others = [random_step(random, names, NOW + hours * HOUR) for hours in random.sample([-12, -11, 1, 2, 3], 2)]
    steps = [current, *others]
    random.shuffle(steps)
    return world, world.with_steps(steps), None


@row("a step begins, by its time or by an edit; it is removed or put off, and an earlier one has begun")
def _begins(random: Random, world: World) -> Edited:
    steps = world.steps()
    names = [group["name"] for group in world.launch.body["groups"]]
    begun = random_step(random, names, NOW)
    after = world.with_steps([*steps, begun])
    back = after.with_steps(steps)
    who = entities(random, 20)
    assert back.evaluate(who) == world.evaluate(who)
    assert after.evaluate(who) == world.with_steps([begun]).evaluate(who)
    return world, after, lambda _: True


@row("the default variation")
def _default(random: Random, world: World) -> Edited:
    after = world.with_feature(defaultVariation=random.choice(["v1", "v2"]))
    return world, after, lambda entry: entry[1].reason is Reason.DEFAULT is entry[2].reason


@row("an entity override is added, changed or removed")
def _entity(random: Random, world: World) -> Edited:
    entity = f"user-{random.randrange(40)}"
    overrides = {**world.feature["entityOverrides"], entity: random.choice(["v1", "v2"])}
    if random.random() < 0.5:
        del overrides[entity]
    return world, world.with_feature(entityOverrides=overrides), lambda entry: entry[0].name == entity


@row("a variation's value; the order of the variations; one that nobody is given is added or removed")
def _variations(random: Random, world: World) -> Edited:
    variations = [{"name": each["name"], "value": {"stringValue": "new"}} for each in world.feature["variations"]]
    variations.append({"name": "v9", "value": {"stringValue": "v9"}})
    random.shuffle(variations)
    after = world.with_feature(variations=variations)
    return (world, after, None) if random.random() < 0.5 else (after, world, None)


@row("the strategy becomes `DEFAULT_VARIATION`, or `ALL_RULES` again")
def _strategy(random: Random, world: World) -> Edited:
    after = world.with_feature(evaluationStrategy="DEFAULT_VARIATION")
    who = entities(random, 20)
    assert {result.reason for result in after.evaluate(who)} == {Reason.DEFAULT}
    assert after.with_feature(evaluationStrategy="ALL_RULES").evaluate(who) == world.evaluate(who)
    return world, after, lambda entry: entry[1].reason is not Reason.DEFAULT


@row("another launch is started on the feature, or it stops")
def _second(random: Random, world: World) -> Edited:
    later = random_launch(random, "later", started=NOW)
    after = replace(world, launches=(*world.launches, later))
    who = entities(random, 20)
    assert after.evaluate(who) == replace(world, launches=(later,)).evaluate(who)
    return world, after, lambda entry: entry[1].reason is not Reason.ENTITY_OVERRIDES_MATCH


@row("the launch stops")
def _stop(_: Random, world: World) -> Edited:
    after = replace(world, launches=world.launches[:-1])
    return world, after, lambda entry: entry[1].reason is not Reason.ENTITY_OVERRIDES_MATCH


@row("another launch takes its place, with the same salt, groups and steps: its name decides nothing")
def _replaced(_: Random, world: World) -> Edited:
    renamed = replace(world.launch, name="renamed")
    return world, replace(world, launches=(*world.launches[:-1], renamed)), None


@row("another launch takes its place, with another salt (by default its name)")
def _resalted(_: Random, world: World) -> Edited:
    renamed = replace(world.launch, body={**world.launch.body, "randomizationSalt": "renamed"})
    after = replace(world, launches=(*world.launches[:-1], renamed))
    return world, after, lambda entry: entry[1].reason is not Reason.ENTITY_OVERRIDES_MATCH
