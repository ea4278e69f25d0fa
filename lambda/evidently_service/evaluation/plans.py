"""A cache of compiled plans: compiling one takes longer than the rest of an evaluation.

The key is all of the stored text that a plan is compiled from. So a plan is never stale, and nothing has to invalidate
it. The size is bounded: the largest feature and its plan take about a megabyte.
"""

import json
from functools import lru_cache
from typing import Final

from evidently_service.evaluation.evaluate import Plan, compile_plan
from evidently_service.evaluation.pattern import compile_pattern

_MOST_PLANS: Final = 64


@lru_cache(maxsize=_MOST_PLANS)
def plan_of(name: str, feature: str, runs: tuple[str, ...]) -> Plan:
    """Return the plan of a feature.

    Args:
        name: the feature's name.
        feature: the feature's stored document.
        runs: the stored documents of its runs.

    """
    launches = [json.loads(run) for run in runs]
    patterns = {segment: pattern for launch in launches for segment, pattern in launch["patterns"].items()}
    compiled = {segment: compile_pattern(pattern) for segment, pattern in patterns.items()}
    return compile_plan({**json.loads(feature), "name": name}, launches, compiled)
