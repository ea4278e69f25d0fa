"""What may happen in a world: the templates, the bounds, and which faults and hands there are."""

from dataclasses import dataclass
from enum import StrEnum, auto
from functools import cache
from typing import Final, NamedTuple

from evidently_provider.ownership.identity import PhysicalId
from evidently_provider.ownership.references import Kind, ResourceRef
from evidently_service.domain.ownership import State
from model.state import BY_HAND, Entry, Left, Record, Run, Template, World

PROJECT: Final = "shop"


class Target(NamedTuple):
    """What a resource of a stack acquires.

    Args:
        name: a plain name.
        kind: LAUNCH, a launch's run or its existence; or FEATURE.
        is_run: whether it is a launch's run, StartLaunch's, and not the existence of a managed resource.
        existence: which target the existence is of the launch whose run this is; None: it exists, come what may.
    """

    name: str
    kind: Kind = Kind.LAUNCH
    is_run: bool = True
    existence: int | None = None

    @property
    def ref(self) -> ResourceRef:
        """What physical ids name."""
        return ResourceRef(self.kind, self.name, PROJECT)


NOVEMBER: Final = Target("november")
DECEMBER: Final = Target("december")
FEATURE: Final = Target("upsell", Kind.FEATURE, is_run=False)
OTHER_FEATURE: Final = Target("banner", Kind.FEATURE, is_run=False)


class Fault(StrEnum):
    """What may go wrong; each costs one of the bound."""

    LOST = auto()  # a call has no effect and no reply: 503
    REPLY_LOST = auto()  # a call has its effect and no reply
    LATE_EFFECT = auto()  # a call has no reply, and its effect comes at any later time
    REFUSED = auto()  # it surely has no effect: 429, 403, connection or TLS handshake refused
    DEATH = auto()  # the sandbox dies after a call that had an effect, and Lambda delivers the request once more
    DUPLICATE = auto()  # Lambda delivers the request twice, the second at any time, call by call
    TIME_OUT = auto()  # CloudFormation waits no longer for a Delete or a rollback's Update
    SAME_SECOND = auto()  # as the request before it


class Hand(StrEnum):
    """Who else changes what the stack names."""

    PERSON = auto()
    STACK = auto()


@dataclass(frozen=True, eq=False)  # compared by identity: it is a key of the caches, a million times
class Configuration:
    """What may happen.

    Args:
        name: for reports.
        templates: between which deploys go; an empty one is the stack without any of these resources.
        targets: what the templates' entries name, by index.
        requests: no operation begins after so many requests of CloudFormation; one in progress goes on to its end.
        faults: how many there may be.
        hands: how many moves others make.
        retains: how many removals leave a resource by DeletionPolicy or UpdateReplacePolicy Retain.
        disables_rollback: whether a deploy that FAILED may stay as it is, `--disable-rollback`.
        deletes_failed_first: whether the Delete of a failed resource comes before its next Create, not after.
        rollback_ids: which id the Update of a rolled back replacement carries: the original one, the new one.
        dated: whether the response URLs have a date: True, False, or None for any mixture.
        in_order: whether a request that is given up is never delivered late.
        adopts: whether somebody else's managed resource will do.
        exists: whether somebody else has started or created the first target before.
        fault_kinds: which faults there are.
        hand_kinds: which others there are.
    """

    name: str
    templates: tuple[Template, ...]
    targets: tuple[Target, ...] = (NOVEMBER,)
    requests: int = 4
    faults: int = 1
    hands: int = 0
    retains: int = 0
    disables_rollback: bool = False
    deletes_failed_first: bool = False
    rollback_ids: tuple[str, ...] = ("original",)
    dated: bool | None = True
    in_order: bool = False
    adopts: bool = True
    exists: bool = False
    fault_kinds: frozenset[Fault] = frozenset(Fault)
    hand_kinds: frozenset[Hand] = frozenset(Hand)

    @property
    def bounds(self) -> str:
        """What is explored, as a text."""
        hands = f", {self.hands} by others" if self.hands else ""
        return f"{self.name}: {self.requests} requests, {self.faults} faults{hands}"

    def first_world(self) -> World:
        """The world before anything has happened."""
        left = Left(self.requests, self.faults, self.hands, self.retains)
        records = tuple(
            Record(State.MISSING if each.is_run and each.existence is not None else State.FREE) for each in self.targets
        )
        world = World(records, (Run(),) * len(records), left)
        if self.exists:
            active, run = Record(State.ACTIVE), Run(1, BY_HAND)
            world = world._replace(records=(active, *world.records[1:]), runs=(run, *world.runs[1:]))
        return world

    def named(self, target: int, physical_id: str) -> int | None:
        """The target that the physical id of a resource for one of these names, None if it names none."""
        return _named(self.targets, self.targets[target].is_run, physical_id)

    def acquired(self, target: int, physical_id: str) -> int:
        """The target that a Delete is about: its id's, or else its properties'."""
        named = self.named(target, physical_id)
        return target if named is None else named

    def run_of(self, target: int) -> int | None:
        """The target that is the run of the launch whose existence this is."""
        return next((run for run, each in enumerate(self.targets) if each.existence == target), None)


@cache
def _named(targets: tuple[Target, ...], is_run: bool, physical_id: str) -> int | None:  # noqa: FBT001
    ref = PhysicalId.parse(physical_id).target if physical_id else None
    return next((index for index, each in enumerate(targets) if each.ref == ref and each.is_run == is_run), None)


def template(**targets: int) -> Template:
    """A template that names targets, each by the logical id of a resource."""
    return tuple(Entry(logical_id, target) for logical_id, target in targets.items())
