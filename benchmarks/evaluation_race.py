"""The race itself; evaluation.py runs it where the other SDKs are installed.

All engines have the same rule, entities and process. First, untimed, each evaluates every entity and must keep the
rule: an entity with an override gets it, and each variation's count is within five standard deviations of the weights.
Then they are timed in turns, so that a busy machine slows all of them; the result is each one's median turn.
"""

import platform
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from math import sqrt
from time import perf_counter

from evaluation_engines import Engine, Evidently, EvidentlyFromText, GrowthBook, Unleash
from evaluation_rule import DEFAULT, GROUP_WEIGHTS, SEGMENTS, Entity, Weights, population

ENGINES: Sequence[Callable[[Mapping[str, str]], Engine]] = (Evidently, EvidentlyFromText, Unleash, GrowthBook)
ENTITIES = 20_000
OVERRIDES = 2500
TURNS = 9
TURN_ENTITIES = 4000
STANDARD_DEVIATIONS = 5


def overrides_of(entities: Sequence[Entity]) -> dict[str, str]:
    """Return entity overrides for every eighth entity."""
    names = list(GROUP_WEIGHTS)
    chosen = entities[:: len(entities) // OVERRIDES][:OVERRIDES]
    return {entity.name: names[index % len(names)] for index, entity in enumerate(chosen)}


def shares(entity: Entity) -> dict[str, float]:
    """Return the probability of each variation for an entity without an override."""
    rules: list[Weights] = [segment.weights for segment in SEGMENTS if segment.contains(entity.traits)]
    found = dict.fromkeys([DEFAULT, *GROUP_WEIGHTS], 0.0)
    left = 1.0
    for weights in [*rules, GROUP_WEIGHTS]:
        for group, percent in weights.items():
            found[group] += left * percent / 100
        left *= 1 - sum(weights.values()) / 100
    found[DEFAULT] += left
    return found


def check(engine: Engine, entities: Sequence[Entity], overrides: Mapping[str, str]) -> None:
    """Exit with a message if an engine breaks the rule."""
    found: Counter[str] = Counter()
    mean = dict.fromkeys([DEFAULT, *GROUP_WEIGHTS], 0.0)
    variance = dict(mean)
    for entity in entities:
        variation = engine.variation(engine.prepared(entity))
        if entity.name in overrides:
            if variation != overrides[entity.name]:
                sys.exit(f"{engine.name}: {entity.name} has an override to {overrides[entity.name]}, got {variation}")
            continue
        found[variation] += 1
        for name, share in shares(entity).items():
            mean[name] += share
            variance[name] += share * (1 - share)
    for name in mean:
        if abs(found[name] - mean[name]) > STANDARD_DEVIATIONS * sqrt(variance[name]):
            sys.exit(f"{engine.name}: {found[name]} entities got {name}, the rule says {mean[name]:.0f}")


def race(overrides: Mapping[str, str], entities: Sequence[Entity]) -> dict[str, float]:
    """Return each engine's microseconds for one evaluation."""
    engines = [make(overrides) for make in ENGINES]
    for engine in engines:
        check(engine, entities, overrides)
    prepared = [[engine.prepared(entity) for entity in entities] for engine in engines]
    times: dict[str, list[float]] = {engine.name: [] for engine in engines}
    for turn in range(TURNS):
        start = turn * TURN_ENTITIES % len(entities)
        for engine, inputs in zip(engines, prepared, strict=True):
            some = inputs[start : start + TURN_ENTITIES]
            evaluate = engine.variation
            started = perf_counter()
            for each in some:
                evaluate(each)
            times[engine.name].append((perf_counter() - started) / len(some) * 1e6)
    for engine in engines:
        engine.close()
    return {name: statistics.median(each) for name, each in times.items()}


def table(title: str, times: Mapping[str, float]) -> str:
    """Return a table in Markdown; the last column is the time divided by that of cdk-evidently."""
    ours = times[Evidently.name]
    rows = [f"| {name} | {1e6 / time:,.0f} | {time:.1f} | {time / ours:.1f} |" for name, time in times.items()]
    return "\n".join(
        [f"{title}:", "", "| engine | evaluations/s | µs each | times ours |", "|---|---:|---:|---:|", *rows, "", ""]
    )


def main() -> None:
    """Check, time and print both rules."""
    entities = population(ENTITIES)
    rule = f"{len(GROUP_WEIGHTS)} groups, {len(SEGMENTS)} segment overrides"
    sys.stdout.write(
        f"python benchmarks/evaluation.py: {ENTITIES} entities, median of {TURNS} turns of {TURN_ENTITIES}, "
        f"one thread, CPython {platform.python_version()} on {platform.machine()}\n\n"
    )
    overrides = overrides_of(entities)
    sys.stdout.write(table(f"{rule}, {OVERRIDES} entity overrides", race(overrides, entities)))
    sys.stdout.write(table(f"{rule}, no entity overrides", race({}, entities)))


if __name__ == "__main__":
    main()
