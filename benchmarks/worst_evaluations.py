"""`make bench`: how long an evaluation takes at worst, from a context's text to its end, with six segments of a step.

First the contexts and patterns that are known to be bad, each with each. Then a search by Hypothesis, guided towards
the longest time, through random contexts of the largest size and random patterns; it has the same seed in each run. An
evaluation that is refused for its steps counts with the time until then. The time is the processor's, the best of
three runs, so that other work on the machine counts less. The exit code is 1 if one takes longer than the target.
"""

import json
import sys
from dataclasses import dataclass
from time import process_time
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, settings, target
from hypothesis import strategies as st

from evidently_service.evaluation.context import parse_context
from evidently_service.evaluation.errors import PatternError, TooManyStepsError
from evidently_service.evaluation.pattern import Pattern, compile_pattern
from evidently_service.evaluation.search import MOST_STEPS, Search
from helpers.worst_evaluations import ITEMS, PATTERN_CHARACTERS, PATTERNS, SEGMENTS, array_of, nested, wide

TARGET_MILLISECONDS: Final = 50
RUNS: Final = 3
EXAMPLES: Final = 300
LONGEST_ROW: Final = 60

NAMES = st.sampled_from(["a", "b", "c0", "c1", "z"])
VALUES = st.sampled_from(
    [1, 2, "x", {"exists": False}, {"exists": True}, {"prefix": "x"}, {"anything-but": [0]}, {"numeric": [">", 2e9]}]
)
FIELDS = st.lists(VALUES, min_size=1, max_size=12)
OBJECTS = st.recursive(
    st.dictionaries(NAMES, FIELDS, min_size=1, max_size=4),
    lambda inner: (
        st.dictionaries(NAMES, FIELDS | inner, min_size=1, max_size=4)
        | st.lists(inner, min_size=2, max_size=8).map(lambda choices: {"$or": choices})
    ),
    max_leaves=12,
)
ELEMENTS = st.recursive(
    st.sampled_from([0, 1, 2, 1e9, "", "x", None]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)


@dataclass(frozen=True)
class Timing:
    """An evaluation's time, and how it ended."""

    milliseconds: float
    steps: int
    refused: bool


def timed(context: str, patterns: list[Pattern]) -> Timing:
    """Return the best of some runs."""
    return min((_run(context, patterns) for _ in range(RUNS)), key=lambda timing: timing.milliseconds)


def _run(context: str, patterns: list[Pattern]) -> Timing:
    start = process_time()
    search, refused = Search(parse_context(context)), False
    try:
        for pattern in patterns:
            search.matches(pattern.edges)
    except TooManyStepsError:
        refused = True
    return Timing((process_time() - start) * 1000, search.steps, refused)


def known() -> dict[str, Timing]:
    """Return the time of each known pattern with its worst context."""
    contexts = {**{item: array_of(item) for item in ITEMS}, "nested": nested(400), "wide": wide()}
    worst = {}
    for name, text in PATTERNS.items():
        patterns = [compile_pattern(text) for _ in range(SEGMENTS)]
        timings = {f"{name}, {context}": timed(each, patterns) for context, each in contexts.items()}
        slowest = max(timings, key=lambda row: timings[row].milliseconds)
        worst[slowest] = timings[slowest]
    return worst


def searched() -> dict[str, Timing]:
    """Return the longest time that Hypothesis finds."""
    found: dict[str, Timing] = {}

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate, Phase.target),
        suppress_health_check=list(HealthCheck),
    )
    @given(OBJECTS, ELEMENTS)
    def explore(pattern: Any, element: Any) -> None:
        text, item = (json.dumps(each, separators=(",", ":")) for each in ({"a": pattern}, element))
        if len(text) > PATTERN_CHARACTERS:
            return
        try:
            patterns = [compile_pattern(text) for _ in range(SEGMENTS)]
        except PatternError:
            return
        timing = timed(array_of(item), patterns)
        target(timing.milliseconds)
        found[f"found: {text}, {item}"] = timing

    explore()
    slowest = max(found, key=lambda row: found[row].milliseconds)
    return {slowest: found[slowest]}


def main() -> int:
    """Print the table."""
    timings = {**known(), **searched()}
    rows = (
        f"{row[:LONGEST_ROW]:{LONGEST_ROW}} {timing.milliseconds:6.1f} ms  "
        f"{'refused' if timing.refused else f'{timing.steps:,} steps'}"
        for row, timing in timings.items()
    )
    worst = max(timing.milliseconds for timing in timings.values())
    sys.stdout.write(
        f"make bench: the longest evaluations, of {SEGMENTS} segments; {MOST_STEPS:,} steps are allowed\n\n"
    )
    sys.stdout.writelines(f"{row}\n" for row in rows)
    sys.stdout.write(f"\nworst: {worst:.1f} ms; target: at most {TARGET_MILLISECONDS} ms\n\n")
    return int(worst > TARGET_MILLISECONDS)


if __name__ == "__main__":
    sys.exit(main())
