"""The world of the model checker: all that can still matter, as plain values.

A world is what the API stores, what CloudFormation knows and waits for, and what is in flight. Beside them stand the
ghosts, which no code of ours can see and the promises are made of: which run of a launch its stack started, and which
incarnation of a resource named it from when to when. The existence of a managed resource is a run, too.
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

# Who started a run, where it wasn't one of our stacks, which are 1, 2, …; not -1, whose hash is that of -2.
NOBODY, BY_HAND, OTHER_STACK = 0, -2, -3
MADE_UP = "made-up"  # the physical id of a Create that never responded


class Who(NamedTuple):
    """A resource of a stack, as an owner."""

    stack: int
    resource: str


class Caller(NamedTuple):
    """Who makes a call, and for what."""

    who: Who
    action: Action
    requested_at: int | None


class Record(NamedTuple):
    """What the API stores of one run or existence; notes are kept by its name, and outlive it."""

    state: State
    stack: int = NOBODY
    owners: tuple[tuple[str, int | None], ...] = ()
    word: Word | None = None
    notes: tuple[tuple[Who, Note], ...] = ()
    definition: int = 0

    def note(self, who: Who) -> Note:
        """What is remembered of an owner."""
        return next((note for known, note in self.notes if known == who), Note())

    def with_note(self, who: Who, note: Note) -> "Record":
        """The record with what is remembered of an owner from now on."""
        others = [each for each in self.notes if each[0] != who]
        return self._replace(notes=tuple(sorted([*others, (who, note)]) if note != Note() else others))


class Kept(StrEnum):
    """Whether the stack that started a run has left it: no incarnation names it, and the last one kept it."""

    NO = auto()
    KNOWN = auto()
    UNKNOWN = auto()  # to the API: Retain, or a leave that could not reach it


class Run(NamedTuple):
    """Ghost: the present or last run.

    Args:
        serial: which one it is; 0 is none.
        started_by: a stack, or one of the constants above.
        kept: whether its stack has left it.
        dropped: whether a later incarnation ended the ownership of one that had not left it.
        late_adopter: whether a late request of a resource that has adopted the target started or joined it.
    """

    serial: int = 0
    started_by: int = NOBODY
    kept: Kept = Kept.NO
    dropped: bool = False
    late_adopter: bool = False


class Phase(StrEnum):
    """Ghost: how an incarnation stands to a target."""

    NAMES = auto()  # from when its Create or Update is sent
    RELEASES = auto()  # from when its Delete, or the Update back, is sent
    LEAVES = auto()  # the same, and it is to be kept
    RETAINED = auto()  # it is to be kept, and the API does not know
    ADOPTER = auto()  # it has gone, and had adopted what its stack had started before
    LOST = auto()  # its Delete could not reach the API, and CloudFormation went on
    GIVEN_UP = auto()  # the Update back was given up, and no other request releases it


class Incarnation(NamedTuple):
    """Ghost: one life of a resource, and a target that it names or has named.

    Args:
        stack: its stack.
        target: what it names.
        number: which incarnation it is.
        resource: of which resource.
        phase: how it stands to the target.
        since: when that began, as a place in the order of events.
        said: the run of which an accepted SUCCESS said that it runs.
        met: the run that an acquire of its own met last.
        adopted: whether the last accepted SUCCESS said that it has adopted the target.
        speaks_late: whether its Delete is that of a Create which FAILED, and so speaks as of an earlier time.
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
    """A resource as CloudFormation knows it; `previous` is what OldResourceProperties will name."""

    logical_id: str
    incarnation: int
    physical_id: str
    target: int
    keep: bool
    previous: int
    definition: int | None = 0  # None: a rollback without an Update has left that open


class Tag(StrEnum):
    """What a request is for."""

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
    """A request that CloudFormation is going to send.

    Args:
        tag: what it is for.
        logical_id: of which resource.
        incarnation: of which incarnation of it.
        physical_id: "" in a Create.
        target: what the properties name.
        keep: whether a Delete leaves the target.
        definition: of the target, in the properties.
        old: what OldResourceProperties name.
        before: the resource before the operation; of a clean-up, only if its target stays the same.
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
    """A step of a deploy that is over; the physical id is "" where no response came."""

    step: Step
    success: bool
    physical_id: str


class OperationStatus(StrEnum):
    """How far an operation of CloudFormation is."""

    FORWARD = auto()
    FAILED = auto()  # a resource FAILED: roll back, or stay
    CLEANING_UP = auto()
    ROLLING_BACK = auto()
    DELETING = auto()
    BOUND = auto()  # it FAILED, and the bound on requests lets nobody try again


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
    step: Step | None = None  # which step that is


class Request(NamedTuple):
    """A request of CloudFormation that is under way; the incarnation is a ghost."""

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
    """What a call came to.

    Args:
        outcome: as the handler sees it.
        definition: of the target, as the API showed it.
        is_fault: whether it is a fault of the network or the API.
        run: ghost: the run that an acquire met.
    """

    outcome: Outcome
    definition: int = 0
    is_fault: bool = False
    run: int = 0


class Flight(NamedTuple):
    """An invocation, on its way or still to come, with the replies of the API so far."""

    request: Request
    replies: tuple[Reply, ...] = ()
    awaited: bool = True  # by CloudFormation


class Call(NamedTuple):
    """A call of the API; the incarnation, a ghost, is that of the request which makes it."""

    target: int
    caller: Caller
    definition: int = 0
    incarnation: int = 0


class Left(NamedTuple):
    """What may still happen."""

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
    failed: tuple[Resource, ...] = ()  # what an operation without rollback left to be deleted
    operation: Operation | None = None
    other_stack: str = ""  # the mark of its physical id
    flights: tuple[Flight, ...] = ()
    effects: tuple[Call, ...] = ()  # calls without a reply, which take effect later
    time: int = 1  # of the last request, in whole seconds
    order: int = 1  # the last place given away in the order of events

    def spend(self, *, faults: int = 0, hands: int = 0, retains: int = 0) -> "World":
        """The world with less left."""
        left = self.left
        return self._replace(left=Left(left.requests, left.faults - faults, left.hands - hands, left.retains - retains))

    def with_flights(self, *flights: Flight) -> "World":
        """The world with more in flight."""
        return self._replace(flights=tuple(sorted([*self.flights, *flights])))


def put(values: tuple[T, ...], index: int, value: T) -> tuple[T, ...]:
    """Values with another one in one place."""
    return (*values[:index], value, *values[index + 1 :])


def without(values: Iterable[T], value: T) -> tuple[T, ...]:
    """Values without the first that is equal to one."""
    rest = list(values)
    rest.remove(value)
    return tuple(rest)
