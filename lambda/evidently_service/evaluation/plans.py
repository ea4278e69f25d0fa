"""Plans of features, kept warm: compiling one takes longer than all else in an evaluation, and few change often.

The key is all that a plan is made of, as it stands in the table, so a plan is never stale and nothing has to be told
that something changed. The number is bounded: the largest feature and its plan take about a megabyte.
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
        name: Its name.
        feature: Its document as stored.
        runs: What is stored of the launches that run on it.

    """
    launches = [json.loads(run) for run in runs]
    patterns = {segment: pattern for launch in launches for segment, pattern in launch["patterns"].items()}
    compiled = {segment: compile_pattern(pattern) for segment, pattern in patterns.items()}
    return compile_plan({**json.loads(feature), "name": name}, launches, compiled)
