"""The schedules of a running launch: the step in force, and the replaced schedules that a stack may go back to.

A running launch keeps a step in force: an update that takes out the step that has passed would take the feature from
everybody. A rollback must go back all the same, to a schedule of before, whose steps may all lie in the future, and
nothing tells it from a deploy. So a launch remembers for a day which schedules were replaced before they began.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from operator import itemgetter
from typing import Any, Final

import evidently_contract as contract
from evidently_service.domain.resources import Launch
from evidently_service.evaluation.schedule import Schedule

_SCHEDULE: Final = "scheduledSplitsDefinition"
_REMEMBERED_MILLISECONDS: Final = contract.NOTE_SECONDS * 1000
_MOST_REMEMBERED: Final = 20
_DIGITS: Final = 32  # of a schedule's digest


def loses_step(before: Launch, after: Launch, now: int) -> Mapping[str, Any] | None:
    """Return the step that is in force before an update, if no step is in force after it."""
    return None if _in_force(after, now) else _in_force(before, now)


def goes_back(before: Launch, after: Launch, now: int) -> bool:
    """Whether an update goes back to a schedule that an update of the last day replaced before it began."""
    replaced_at = before.replaced.get(_digest(after))
    return replaced_at is not None and replaced_at >= now - _REMEMBERED_MILLISECONDS


def replaced(before: Launch, after: Launch, now: int) -> dict[str, int]:
    """Return the times at which updates of the last day replaced schedules that had not begun, by their digests.

    Of more than twenty the latest twenty.
    """
    found = {digest: at for digest, at in before.replaced.items() if at >= now - _REMEMBERED_MILLISECONDS}
    if _digest(before) != _digest(after) and _in_force(before, now) is None:
        found.pop(_digest(before), None)
        found[_digest(before)] = now
    return dict(list(found.items())[-_MOST_REMEMBERED:])


def _in_force(launch: Launch, now: int) -> Mapping[str, Any] | None:
    steps = launch.body.get(_SCHEDULE, {}).get("steps", [])
    return Schedule.of((step["startTime"], step) for step in steps).current(now)


def _digest(launch: Launch) -> str:
    # Without the spellings that a stack takes for the same, as it does not write them.
    steps = [
        (
            step["startTime"],
            _weights(step["groupWeights"]),
            sorted(
                ((it["evaluationOrder"], it["segment"], _weights(it["weights"])) for it in step["segmentOverrides"]),
                key=itemgetter(0),
            ),
        )
        for step in launch.body.get(_SCHEDULE, {}).get("steps", [])
    ]
    return sha256(json.dumps(steps, sort_keys=True).encode()).hexdigest()[:_DIGITS]


def _weights(given: Mapping[str, int]) -> dict[str, int]:
    return {group: weight for group, weight in given.items() if weight}
