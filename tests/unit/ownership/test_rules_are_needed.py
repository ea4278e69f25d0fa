"""Each rule of docs/ownership.md is needed: without it, a sequence within these bounds breaks a promise."""

from dataclasses import replace

import pytest

from model.configuration import Configuration, Fault
from model.configurations import (
    ADOPTED_DEFINITIONS,
    DEFINITIONS,
    HANDS,
    KEEP,
    NO_ROLLBACK,
    NONE,
    RETAIN,
    SWAP,
    SWAP_DEFINITIONS,
    SWAP_KEEP,
    TOKEN,
    A,
    bounded,
)
from model.explore import explore
from model.without_rule import RULES, without_rule

# W4 is a known weakness where the API cannot know better; without this rule it also shows where it can.
_RETAINED_AND_NAMED_AGAIN = replace(bounded(RETAIN, 3, 0), templates=(A, NONE))

# One delivery starts the launch and dies, the next is refused.
_DYING_AND_REFUSED = replace(bounded(KEEP, 3, 2), fault_kinds=frozenset({Fault.DEATH, Fault.REFUSED}))


def _with(fault: Fault, configuration: Configuration) -> Configuration:
    """Return the configuration with the one fault that needs the rule: most of the others take longer, not further."""
    return replace(configuration, fault_kinds=frozenset({fault}))


_NEEDED = {
    "a stale acquire is refused": (bounded(KEEP, 3, 0), "P2"),
    "the same second is stale": (bounded(KEEP, 3, 1), "P2"),
    "a stale release changes nothing": (bounded(KEEP, 3, 1), "P4"),
    "every release leaves a note": (bounded(HANDS, 4, 0, 1), "P2"),
    "notes outlive the resource": (bounded(KEEP, 3, 0), "P2"),
    "another resource of the stack joins": (bounded(SWAP, 3, 0), "P4"),
    "acquire-new ends a previous incarnation": (_RETAINED_AND_NAMED_AGAIN, "W4"),
    "and then joins the other owners": (bounded(RETAIN, 3, 0), "P4"),
    "an acquire again moves the time": (_with(Fault.TIME_OUT, bounded(TOKEN, 4, 1)), "P4"),
    "a leave takes out the caller only": (bounded(SWAP_KEEP, 4, 0), "P2"),
    "the last word is the one requested last": (_with(Fault.TIME_OUT, bounded(SWAP_KEEP, 3, 1)), "P1"),
    "a stale Update changes nothing": (bounded(DEFINITIONS, 3, 0), "P4"),
    "another owner's later request counts": (_with(Fault.LOST, bounded(SWAP_DEFINITIONS, 3, 1)), "P4"),
    "an adopter leaves a note": (bounded(ADOPTED_DEFINITIONS, 3, 0), "P4"),
    "only a Create acquires as new": (_with(Fault.LOST, bounded(TOKEN, 4, 1)), "P2"),
    "what is kept is left": (bounded(KEEP, 3, 0), "P1"),
    "an Update releases the old properties' target": (bounded(TOKEN, 3, 0), "P2"),
    "a failed Update does not undo": (bounded(TOKEN, 3, 1), "P4"),
    "a Delete with a made-up id releases": (bounded(KEEP, 3, 0), "P2"),
    "a Delete of a Create without an effect releases": (_DYING_AND_REFUSED, "P2"),
    "the id of a failed Create has its time": (_with(Fault.LATE_EFFECT, bounded(NO_ROLLBACK, 3, 1)), "P4"),
    "a Delete of an ARN that was refused fails": (bounded(KEEP, 3, 1), "P2"),
    "an Update of what has ended succeeds": (bounded(HANDS, 3, 0, 1), "P3"),
}


@pytest.mark.parametrize("rule", RULES)
def test_without_this_rule_a_promise_is_broken(rule: str) -> None:
    configuration, promise = _NEEDED[rule]
    with without_rule(rule):
        result = explore(configuration, stops_at=promise)
    assert result.has(promise), result.found.keys()


def test_a_removed_rule_is_restored() -> None:
    with without_rule("a stale acquire is refused"):
        assert explore(bounded(KEEP, 3, 0)).broken
    assert not explore(bounded(KEEP, 3, 0)).broken


def test_a_previous_incarnation_counts_where_the_api_can_know() -> None:
    assert "W4" not in explore(_RETAINED_AND_NAMED_AGAIN).known


def test_a_broken_promise_is_found_with_a_shortest_path_to_it() -> None:
    with without_rule("a stale acquire is refused"):
        (found,) = explore(bounded(KEEP, 3, 0), stops_at="P2").broken
    assert str(found.broken) == "P2 november runs, and no resource of its stack names it"
    assert [label.strip() for label in found.path] == [
        "deploy {A: november}: create A  names november at 2",
        "create A is cancelled, as a sibling FAILED: its response will be ignored",
        "rollback (rollback's Delete made-up): rollback's Delete A made-up names november at 2",
        "Delete A of 2: release november: not-owner",
        "Create A of 1 (late): acquire-new november: ok",
        "Delete A of 2: SUCCESS made-up (released); ROLLBACK_COMPLETE",
    ]
