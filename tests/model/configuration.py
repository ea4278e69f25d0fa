"""What may happen in a world: the templates, the bounds, the faults, and changes out of band."""

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
        existence: for a run, the target that is its launch's existence; None: the launch always exists.
    """

    name: str
    kind: Kind = Kind.LAUNCH
    is_run: bool = True
    existence: int | None = None

    @property
    def ref(self) -> ResourceRef:
        """The reference in physical ids."""
        return ResourceRef(self.kind, self.name, PROJECT)


NOVEMBER: Final = Target("november")
DECEMBER: Final = Target("december")
FEATURE: Final = Target("upsell", Kind.FEATURE, is_run=False)
OTHER_FEATURE: Final = Target("banner", Kind.FEATURE, is_run=False)


class Fault(StrEnum):
    """A fault; each counts towards the bound."""

    LOST = auto()  # a call has no effect and no reply: 503
    REPLY_LOST = auto()  # a call has its effect and no reply
    LATE_EFFECT = auto()  # a call has no reply, and takes effect at any later time
    REFUSED = auto()  # a call surely has no effect: 429, 403, connection or TLS handshake refused
    DEATH = auto()  # the sandbox dies after a call with an effect, and Lambda retries the request
    DUPLICATE = auto()  # Lambda delivers the request twice, the second at any time, call by call
    TIME_OUT = auto()  # CloudFormation gives up a Delete or a rollback's Update
    SAME_SECOND = auto()  # a request has the time of the one before


class Hand(StrEnum):
    """Who else changes the stack's launches and resources."""

    PERSON = auto()
    STACK = auto()


@dataclass(frozen=True, eq=False)  # by identity: it is a key of the caches, a million times
class Configuration:
    """What may happen.

    Args:
        name: name in reports.
        templates: the templates to deploy; an empty one has none of these resources.
        targets: the targets of the templates' entries, by index.
        requests: number of requests after which no operation begins; one in progress continues to its end.
        faults: the most faults.
        hands: the most changes out of band.
        retains: the most removals with DeletionPolicy or UpdateReplacePolicy Retain.
        disables_rollback: whether a failed deploy may stay as it is, `--disable-rollback`.
        deletes_failed_first: whether the Delete of a failed resource comes before its next Create, not after.
        rollback_ids: the ids that the Update of a rolled back replacement may have: original, new.
        dated: whether the response URLs have a date: True, False, or None for any mixture.
        in_order: whether a request that CloudFormation gives up is never delivered late.
        adopts: whether a managed resource adopts an existing one.
        exists: whether another owner started or created the first target before.
        fault_kinds: the possible faults.
        hand_kinds: who may make changes out of band.
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
        """The bounds as a text."""
        hands = f", {self.hands} by others" if self.hands else ""
        return f"{self.name}: {self.requests} requests, {self.faults} faults{hands}"

    def first_world(self) -> World:
        """Return the world before the first request."""
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
        """Return the target in the physical id of a resource for this one, None if the id has none."""
        return _named(self.targets, self.targets[target].is_run, physical_id)

    def acquired(self, target: int, physical_id: str) -> int:
        """Return the target of a Delete: from its id, or else its properties."""
        named = self.named(target, physical_id)
        return target if named is None else named

    def run_of(self, target: int) -> int | None:
        """Return the run of the launch whose existence this is."""
        return next((run for run, each in enumerate(self.targets) if each.existence == target), None)


@cache
def _named(targets: tuple[Target, ...], is_run: bool, physical_id: str) -> int | None:  # noqa: FBT001
    ref = PhysicalId.parse(physical_id).target if physical_id else None
    return next((index for index, each in enumerate(targets) if each.ref == ref and each.is_run == is_run), None)


def template(**targets: int) -> Template:
    """Return a template: targets by logical id."""
    return tuple(Entry(logical_id, target) for logical_id, target in targets.items())
