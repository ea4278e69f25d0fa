"""The measured split of 100 000 entities is within the binomial bound of the weights, overrides and segments included.

The ids and the hash are fixed, so the measured shares never change; the bound shows that the hash has no bias.
"""

from collections import Counter
from math import sqrt
from typing import Final

import pytest

from evidently_service.evaluation.context import parse_context
from evidently_service.evaluation.evaluate import Reason, compile_plan
from evidently_service.evaluation.pattern import compile_pattern
from helpers.evaluation import NOON, feature, launch, override, step

ENTITIES: Final = 100_000
STANDARD_DEVIATIONS: Final = 4  # one count in 16 000 is further away by chance
GROUPS: Final = ("a", "b", "c", "d", "e")
WEIGHTS: Final = {"a": 10_000, "b": 20_000, "c": 30_000, "d": 5_000, "e": 15_000}  # 20 % get the default
VIP: Final = {"a": 50_000, "b": 20_000}  # 30 % fall through to the next rule
MOBILE: Final = {"c": 60_000}  # 40 % fall through
PATTERNS: Final = {
    "vip": compile_pattern('{"tier": ["gold"]}'),
    "mobile": compile_pattern('{"device": [{"prefix": "mobile"}]}'),
}
CONTEXTS: Final = {
    "neither": "{}",
    "vip": '{"tier": "gold"}',
    "mobile": '{"device": "mobile-7"}',
    "both": '{"tier": "gold", "device": "mobile-7"}',
}
RULES: Final = {
    "neither": [WEIGHTS],
    "vip": [VIP, WEIGHTS],
    "mobile": [MOBILE, WEIGHTS],
    "both": [VIP, MOBILE, WEIGHTS],
}


def expected(rules: list[dict[str, int]]) -> dict[str, float]:
    """Return each variation's share; a rule splits the entities that the rules before it leave unassigned."""
    shares = dict.fromkeys(GROUPS, 0.0)
    left = 1.0
    for weights in rules:
        for group, weight in weights.items():
            shares[group] += left * weight / 100_000
        left *= 1 - sum(weights.values()) / 100_000
    return {**shares, "off": left}


@pytest.mark.parametrize("audience", CONTEXTS)
def test_the_shares_of_100_000_entities_are_those_of_the_weights(audience: str) -> None:
    overridden = {f"user-{number * 40}": "e" for number in range(2500)}
    of = compile_plan(
        feature("off", *GROUPS, entityOverrides=overridden),
        [
            launch(
                "november",
                {group: group for group in GROUPS},
                step(WEIGHTS, [override(1, "vip", VIP), override(2, "mobile", MOBILE)]),
            )
        ],
        PATTERNS,
    )
    context = parse_context(CONTEXTS[audience])
    results = Counter(
        (result.reason, result.variation)
        for result in (of.evaluate(f"user-{number}", context, NOON) for number in range(ENTITIES))
    )
    assert results.pop((Reason.ENTITY_OVERRIDES_MATCH, "e")) == len(overridden)
    total = ENTITIES - len(overridden)
    for variation, share in expected(RULES[audience]).items():
        found = results.pop((Reason.DEFAULT if variation == "off" else Reason.LAUNCH_RULE_MATCH, variation))
        assert abs(found - total * share) <= STANDARD_DEVIATIONS * sqrt(total * share * (1 - share)), variation
    assert not results
