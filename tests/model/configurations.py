"""The configurations to explore and walk.

A and B are resources of a stack that start the same launch, as two providers do. A template whose resource has another
target stands for a token whose value changes.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

from model.configuration import DECEMBER, FEATURE, NOVEMBER, OTHER_FEATURE, Configuration, Fault, Target
from model.state import Entry

A: Final = (Entry("A", 0),)
A_KEPT: Final = (Entry("A", 0, keep=True),)
A_NEXT: Final = (Entry("A", 1),)
B: Final = (Entry("B", 0),)
B_KEPT: Final = (Entry("B", 0, keep=True),)
B_NEXT: Final = (Entry("B", 1),)
A_AND_B: Final = (Entry("A", 0), Entry("B", 1))
B_AND_A: Final = (Entry("A", 1), Entry("B", 0))
NONE: Final = ()
# CloudFormation creates the launch before it is started, and deletes in the opposite order of the logical ids.
MADE: Final = (Entry("Made", 0),)
BEGUN: Final = (Entry("Begun", 1),)
MADE_AND_BEGUN: Final = MADE + BEGUN
OF_B: Final = (Entry("B", 0, definition=2),)
FIRST: Final = (Entry("A", 0, definition=1),)
SECOND: Final = (Entry("A", 0, definition=2),)

LAUNCHES: Final = (NOVEMBER, DECEMBER)
FEATURES: Final = (FEATURE, OTHER_FEATURE)
LAUNCH_AND_RUN: Final = (Target("november", is_run=False), Target("november", existence=0))
BOTH_IDS: Final = ("original", "new")
# Without two requests in one second, which have one time, so that their order of arrival decides.
SECONDS_APART: Final = frozenset(Fault) - {Fault.SAME_SECOND}
# Faults of a network that keeps the order: no call is late or duplicate.
IN_ORDER: Final = frozenset({Fault.LOST, Fault.REPLY_LOST, Fault.REFUSED, Fault.DEATH})

KEEP: Final = Configuration("a launch, kept or not", (A, A_KEPT, NONE))
SWAP: Final = Configuration("two providers", (A, B, NONE))
SWAP_KEEP: Final = Configuration("two providers, kept or not", (A, A_KEPT, B, B_KEPT, NONE))
TOKEN: Final = Configuration("another launch", (A, A_NEXT), LAUNCHES, rollback_ids=BOTH_IDS)
TWO_TOKENS: Final = Configuration("two launches that change places", (A_AND_B, B_AND_A), LAUNCHES)
RETAIN: Final = Configuration("two providers, retained", (A, B, NONE), retains=1)
HANDS: Final = Configuration("a launch, kept or not, other hands", (A, A_KEPT, NONE), hands=1)
HANDS_FAULTS: Final = Configuration("a launch, other hands", (A, NONE), hands=1)
HANDS_TOKEN: Final = Configuration("another launch, other hands", (A, A_NEXT), LAUNCHES, hands=1)
NO_ROLLBACK: Final = Configuration("a launch, --disable-rollback", (A, NONE), disables_rollback=True)
NO_ROLLBACK_DELETE_FIRST: Final = replace(
    NO_ROLLBACK,
    name="a launch, --disable-rollback, failed ones deleted first",
    deletes_failed_first=True,
    fault_kinds=SECONDS_APART,
)
NO_ROLLBACK_SWAP: Final = Configuration("two providers, --disable-rollback", (A, B, NONE), disables_rollback=True)
NO_ROLLBACK_TOKEN: Final = Configuration(
    "another launch, --disable-rollback", (A, A_NEXT), LAUNCHES, disables_rollback=True
)
MANAGED: Final = replace(SWAP, name="a feature, two providers", targets=(FEATURE,), adopts=False)
MANAGED_ADOPT: Final = replace(SWAP, name="a feature, two providers that adopt", targets=(FEATURE,))
MANAGED_TOKEN: Final = Configuration("another feature", (A, A_NEXT), FEATURES)
MANAGED_HANDS: Final = replace(HANDS_FAULTS, name="a feature, other hands", targets=(FEATURE,))
MANAGED_RETAIN: Final = replace(RETAIN, name="a feature, two providers, retained", targets=(FEATURE,))
DEFINITIONS: Final = Configuration(
    "a feature's definitions", (FIRST, SECOND, NONE), (FEATURE,), fault_kinds=SECONDS_APART
)
SWAP_DEFINITIONS: Final = replace(
    DEFINITIONS, name="a feature's definitions, two providers", templates=(FIRST, OF_B, NONE)
)
ADOPTED_DEFINITIONS: Final = replace(DEFINITIONS, name="an adopted feature's definitions", exists=True)
PAIR: Final = Configuration("a launch and its run", (MADE_AND_BEGUN, MADE, BEGUN, NONE), LAUNCH_AND_RUN)
PAIR_HANDS: Final = replace(PAIR, name="a launch and its run, other hands", hands=1)


def bounded(configuration: Configuration, requests: int, faults: int, hands: int = 0) -> Configuration:
    """Return the configuration with other bounds."""
    return replace(configuration, requests=requests, faults=faults, hands=hands)


def in_order(configuration: Configuration, *, dated: bool | None) -> Configuration:
    """Return it with a network that keeps the order, and dates in all, none or some of the response URLs."""
    dates: Mapping[bool | None, str] = {True: "dated", False: "undated", None: "some undated"}
    name = f"{configuration.name}, in order, {dates[dated]}"
    return replace(configuration, name=name, dated=dated, in_order=True, fault_kinds=IN_ORDER)


# Explored by every run of the unit tests, each with the weaknesses that show within its bounds.
GATE: Final[tuple[tuple[Configuration, AbstractSet[str]], ...]] = (
    (bounded(KEEP, 3, 1), {"W1"}),
    (bounded(SWAP, 3, 1), set()),
    (bounded(SWAP_KEEP, 4, 0), set()),
    (bounded(TOKEN, 3, 1), set()),
    (bounded(TWO_TOKENS, 4, 0), set()),
    (bounded(RETAIN, 4, 0), {"W1", "W2", "W4"}),
    (bounded(HANDS, 4, 0, 1), set()),
    (bounded(NO_ROLLBACK, 3, 0), {"W5", "W6"}),
    (bounded(NO_ROLLBACK_DELETE_FIRST, 3, 1), set()),
    (bounded(NO_ROLLBACK_SWAP, 3, 0), {"W5", "W6"}),
    (bounded(NO_ROLLBACK_TOKEN, 3, 0), {"W5", "W6", "W10"}),
    (bounded(MANAGED, 3, 1), set()),
    (bounded(MANAGED_ADOPT, 3, 1), set()),
    (bounded(MANAGED_TOKEN, 4, 0), set()),
    (bounded(MANAGED_RETAIN, 4, 0), {"W1", "W2", "W4"}),
    (bounded(DEFINITIONS, 3, 1), {"W7"}),
    (bounded(SWAP_DEFINITIONS, 3, 1), set()),
    (bounded(ADOPTED_DEFINITIONS, 3, 0, 1), {"W7"}),
    (bounded(PAIR, 4, 0), set()),
    (bounded(PAIR_HANDS, 3, 0, 1), set()),
    *((bounded(in_order(each, dated=None), 4, 0), set()) for each in (KEEP, SWAP, TOKEN, MANAGED, PAIR)),
    *((bounded(in_order(each, dated=False), 5, 0), set()) for each in (SWAP_KEEP, TOKEN, PAIR)),
)
# Beside them in `make test-all`: they take seconds each.
LONGER: Final[tuple[tuple[Configuration, AbstractSet[str]], ...]] = (
    (bounded(KEEP, 4, 1), {"W1"}),
    (bounded(SWAP, 4, 1), set()),
    (bounded(SWAP_KEEP, 3, 1), {"W1", "W2", "W4"}),
    (bounded(TOKEN, 4, 1), set()),
    (bounded(RETAIN, 3, 1), {"W1", "W2", "W4"}),
    (bounded(HANDS_FAULTS, 3, 1, 1), set()),
    (bounded(HANDS_TOKEN, 3, 0, 2), set()),
    (bounded(NO_ROLLBACK, 3, 1), {"W5", "W6"}),
    (bounded(MANAGED, 4, 1), set()),
    (bounded(MANAGED_HANDS, 4, 0, 2), {"W7"}),
    (bounded(ADOPTED_DEFINITIONS, 3, 1), {"W7"}),
    (bounded(PAIR, 3, 1), set()),
)
# Larger ones for `make soak`.
LARGER: Final = (
    bounded(KEEP, 5, 1),
    bounded(SWAP, 5, 1),
    bounded(SWAP_KEEP, 4, 1),
    bounded(TOKEN, 5, 1),
    bounded(TWO_TOKENS, 6, 0),
    bounded(TWO_TOKENS, 4, 1),
    bounded(RETAIN, 5, 0),
    bounded(RETAIN, 4, 1),
    bounded(HANDS, 4, 0, 2),
    bounded(HANDS_FAULTS, 4, 1, 1),
    bounded(HANDS_TOKEN, 4, 0, 2),
    bounded(NO_ROLLBACK, 4, 1),
    bounded(NO_ROLLBACK_DELETE_FIRST, 4, 1),
    bounded(NO_ROLLBACK_SWAP, 4, 0),
    bounded(NO_ROLLBACK_TOKEN, 4, 0),
    bounded(MANAGED, 5, 1),
    bounded(MANAGED_ADOPT, 4, 1),
    bounded(MANAGED_TOKEN, 5, 0),
    bounded(MANAGED_HANDS, 4, 1, 1),
    bounded(MANAGED_RETAIN, 5, 0),
    bounded(DEFINITIONS, 4, 1),
    bounded(SWAP_DEFINITIONS, 4, 1),
    bounded(ADOPTED_DEFINITIONS, 4, 1),
    bounded(PAIR, 4, 1),
    bounded(PAIR_HANDS, 4, 0, 2),
    bounded(in_order(SWAP_KEEP, dated=None), 5, 0),
    bounded(KEEP, 3, 2),
)

_ALL: Final = replace(
    bounded(TOKEN, 30, 6, 4),
    name="all",
    templates=(A, A_KEPT, A_NEXT, B, B_KEPT, B_NEXT, A_AND_B, B_AND_A, NONE),
)
WALKS: Final = (
    _ALL,
    replace(_ALL, name="all, retained", retains=3),
    replace(_ALL, name="all, --disable-rollback", disables_rollback=True),
    replace(
        _ALL,
        name="all, --disable-rollback, failed ones deleted first",
        disables_rollback=True,
        deletes_failed_first=True,
        fault_kinds=SECONDS_APART,
    ),
    replace(_ALL, name="all, in order, some undated", dated=None, in_order=True, fault_kinds=IN_ORDER, hands=0),
    replace(_ALL, name="features", targets=FEATURES, adopts=False),
    replace(_ALL, name="features, adopted, retained", targets=FEATURES, retains=3),
    replace(bounded(PAIR, 30, 6, 4), rollback_ids=BOTH_IDS),
    bounded(DEFINITIONS, 30, 6, 4),
    bounded(SWAP_DEFINITIONS, 30, 6, 4),
    bounded(ADOPTED_DEFINITIONS, 30, 6, 4),
)
