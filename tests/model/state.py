"""The world of the model checker: everything that can still matter, as plain values.

A world is what the API stores, what CloudFormation knows and waits for, and what is in flight. The promises also need
ghosts, which the code under test cannot see: which run of a launch its stack started, and which incarnation of a
resource named it from when to when. The existence of a managed resource is a run too.
"""

from collections.abc import Iterable
from enum import StrEnum, auto
from functools import cache
from typing import NamedTuple, TypeVar

from evidently_provider.ownership.identity import PhysicalId
from evidently_provider.ownership.plan import Outcome
from evidently_provider.runtime.request import RequestType
from evidently_service.domain.ownership import Action, Note, State, Word

T = TypeVar("T")
parsed = cache(PhysicalId.parse)

# Who started a run, if no stack of the model, which are 1, 2, …. There is no -1, because its hash is that of -2.
NOBODY, BY_HAND, OTHER_STACK = 0, -2, -3
MADE_UP = "made-up"  # the physical id of a Create that never responded


class Who(NamedTuple):
    """A resource of a stack, as an owner."""

    stack: int
    resource: str


class Caller(NamedTuple):
    """Who makes a call, with which action."""

    who: Who
    action: Action
    requested_at: int | None


class Record(NamedTuple):
    """The API's record of one run or existence; its notes are kept by name, and outlive it."""

    state: State
    stack: int = NOBODY
    owners: tuple[tuple[str, int | None], ...] = ()
    word: Word | None = None
    notes: tuple[tuple[Who, Note], ...] = ()
    definition: int = 0

    def note(self, who: Who) -> Note:
        """Return the note of an owner."""
        return next((note for known, note in self.notes if known == who), Note())

    def with_note(self, who: Who, note: Note) -> "Record":
        """Return the record with another note of an owner."""
        others = [each for each in self.notes if each[0] != who]
        return self._replace(notes=tuple(sorted([*others, (who, note)]) if note != Note() else others))


class Kept(StrEnum):
    """Whether the stack that started a run has left it: the last incarnation kept it, and none names it."""

    NO = auto()
    KNOWN = auto()
    UNKNOWN = auto()  # to the API: Retain, or a leave that could not reach it


class Run(NamedTuple):
    """Ghost: the present or last run.

    Args:
        serial: its number; 0 is none.
        started_by: a stack, or one of the constants above.
        kept: whether its stack has left it.
        dropped: whether a later incarnation ended the ownership of one that had not left it.
        late_adopter: whether a late request of a resource that adopted the target started or joined it.
    """

    serial: int = 0
    started_by: int = NOBODY
    kept: Kept = Kept.NO
    dropped: bool = False
    late_adopter: bool = False


class Phase(StrEnum):
    """Ghost: the state of an incarnation towards a target."""

    NAMES = auto()  # since its Create or Update
    RELEASES = auto()  # since its Delete, or the rollback's Update
    LEAVES = auto()  # the same, and it keeps the target
    RETAINED = auto()  # it keeps the target, and the API does not know
    ADOPTER = auto()  # it is deleted, and had adopted what its stack had started before
    LOST = auto()  # its Delete could not reach the API, and CloudFormation gave it up
    GIVEN_UP = auto()  # the rollback's Update was given up, and no other request releases it


class Incarnation(NamedTuple):
    """Ghost: one incarnation of a resource, and a target that it names or named.

    Args:
        stack: its stack.
        target: the target.
        number: number of the incarnation.
        resource: the resource.
        phase: its state towards the target.
        since: since when, in the order of events.
        said: the run that its last accepted SUCCESS reported.
        met: the run that its last acquire met.
        adopted: whether its last accepted SUCCESS reported an adoption.
        speaks_late: whether it is a Create that FAILED, so that its Delete has an earlier time.
    """

    stack: int
    target: int
    number: int
    resource: str
    phase: Phase
    since: int
    said: int = 0
    met: int = 0
    adopted: bool = False
    speaks_late: bool = False


class Resource(NamedTuple):
    """A resource as CloudFormation knows it; `previous` is the target in OldResourceProperties."""

    logical_id: str
    incarnation: int
    physical_id: str
    target: int
    keep: bool
    previous: int
    definition: int | None = 0  # None: unknown after a rollback without an Update


class Tag(StrEnum):
    """The purpose of a request."""

    CREATE = auto()
    UPDATE = auto()
    CLEAN_UP = "clean-up"
    ROLLBACK_UPDATE = "rollback's Update"
    ROLLBACK_DELETE = "rollback's Delete"
    STACK_DELETE = "stack's Delete"

    @property
    def request_type(self) -> RequestType:
        """The type of its request."""
        match self:
            case Tag.CREATE:
                return RequestType.CREATE
            case Tag.UPDATE | Tag.ROLLBACK_UPDATE:
                return RequestType.UPDATE
            case _:
                return RequestType.DELETE


class Step(NamedTuple):
    """A request that CloudFormation will send.

    Args:
        tag: its purpose.
        logical_id: the resource.
        incarnation: the resource's incarnation.
        physical_id: "" in a Create.
        target: the target in the properties.
        keep: whether a Delete keeps the target.
        definition: the definition in the properties.
        old: the target in OldResourceProperties.
        before: the resource before the operation; in a clean-up, only if the target stays the same.
    """

    tag: Tag
    logical_id: str
    incarnation: int
    physical_id: str
    target: int
    keep: bool
    definition: int | None = 0
    old: int | None = None
    before: Resource | None = None


class Done(NamedTuple):
    """A finished step of a deploy; the physical id is "" without a response."""

    step: Step
    success: bool
    physical_id: str


class OperationStatus(StrEnum):
    """The status of CloudFormation's operation."""

    FORWARD = auto()
    FAILED = auto()  # a resource FAILED: rollback comes next, or none
    CLEANING_UP = auto()
    ROLLING_BACK = auto()
    DELETING = auto()
    BOUND = auto()  # the operation FAILED, and the bound on requests forbids a retry


class Entry(NamedTuple):
    """A resource in a template."""

    logical_id: str
    target: int
    keep: bool = False
    definition: int = 0


Template = tuple[Entry, ...]


class Operation(NamedTuple):
    """A deploy, or the Delete of the stack."""

    status: OperationStatus
    template: Template
    queue: tuple[Step, ...]
    done: tuple[Done, ...] = ()
    waits_for: int = 0  # the request that CloudFormation waits for
    step: Step | None = None  # the step of that request


class Request(NamedTuple):
    """A request of CloudFormation in flight; the incarnation is a ghost."""

    number: int
    type: RequestType
    who: Who
    physical_id: str
    target: int
    keep: bool
    definition: int | None
    old: int | None
    requested_at: int | None
    incarnation: int


class Reply(NamedTuple):
    """The reply to a call.

    Args:
        outcome: the outcome, as the handler sees it.
        definition: the target's definition, as the API returned it.
        is_fault: whether it is a fault of the network or the API.
        run: ghost: the run that an acquire met.
    """

    outcome: Outcome
    definition: int = 0
    is_fault: bool = False
    run: int = 0


class Flight(NamedTuple):
    """An invocation that runs or will run, with the replies of the API so far."""

    request: Request
    replies: tuple[Reply, ...] = ()
    awaited: bool = True  # by CloudFormation


class Call(NamedTuple):
    """A call of the API; the incarnation, a ghost, is that of its request."""

    target: int
    caller: Caller
    definition: int = 0
    incarnation: int = 0


class Left(NamedTuple):
    """What remains of the bounds."""

    requests: int
    faults: int
    hands: int
    retains: int


class World(NamedTuple):
    """Everything that can still matter."""

    records: tuple[Record, ...]
    runs: tuple[Run, ...]
    left: Left
    incarnations: tuple[Incarnation, ...] = ()
    stack: int = 1
    resources: tuple[Resource, ...] = ()
    failed: tuple[Resource, ...] = ()  # leftovers of an operation without rollback
    operation: Operation | None = None
    other_stack: str = ""  # the mark of its physical id
    flights: tuple[Flight, ...] = ()
    effects: tuple[Call, ...] = ()  # late calls, which take effect later
    time: int = 1  # of the last request, in whole seconds
    order: int = 1  # the last place in the order of events

    def spend(self, *, faults: int = 0, hands: int = 0, retains: int = 0) -> "World":
        """Return the world with less left of the bounds."""
        left = self.left
        return self._replace(left=Left(left.requests, left.faults - faults, left.hands - hands, left.retains - retains))

    def with_flights(self, *flights: Flight) -> "World":
        """Return the world with more flights."""
        return self._replace(flights=tuple(sorted([*self.flights, *flights])))


def put(values: tuple[T, ...], index: int, value: T) -> tuple[T, ...]:
    """Return values with one of them replaced."""
    return (*values[:index], value, *values[index + 1 :])


def without(values: Iterable[T], value: T) -> tuple[T, ...]:
    """Return values without the first equal one."""
    rest = list(values)
    rest.remove(value)
    return tuple(rest)
