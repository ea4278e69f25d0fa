"""What a request of CloudFormation asks of the API, one call after the other, and what the outcomes come to. Pure.

docs/ownership.md has these decisions as a table. The API keeps who owns what, by rules of its own
(`evidently_service/domain/ownership.py`); this says who asks, for what, as of when. StartLaunch and the four managed
resources follow the same plan: an acquire is a StartLaunch or a Create, a release a StopLaunch or a Delete.
"""

from collections.abc import Generator
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final, NamedTuple

import evidently_contract as contract
from evidently_provider.ownership.identity import Mark, PhysicalId
from evidently_provider.ownership.references import ResourceRef
from evidently_provider.runtime.request import RequestType


class Action(StrEnum):
    """What a call wants of the ownership."""

    ACQUIRE_NEW = contract.ACTION_ACQUIRE_NEW
    ACQUIRE = contract.ACTION_ACQUIRE
    UPDATE = contract.ACTION_UPDATE
    RELEASE = contract.ACTION_RELEASE
    LEAVE = contract.ACTION_LEAVE


class Outcome(StrEnum):
    """What a call came to."""

    OK = auto()  # of an acquire: the resource is ours
    RUNNING = auto()  # somebody else's
    ENDED = auto()
    NOT_FOUND = auto()
    STALE = auto()  # this resource was deleted since
    RELEASED = auto()  # of a release or leave, whatever it came to
    IN_USE = auto()  # of a release: not deleted, because something else needs it
    REFUSED = auto()  # it had no effect, and won't have any: 4xx, 429, no connection
    UNKNOWN = auto()  # it may have had an effect, or still have it: 5xx, a reset, no answer


FAULTS: Final = frozenset({Outcome.REFUSED, Outcome.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Subject:
    """A request, as far as ownership goes.

    Args:
        type: Create, Update or Delete.
        given: The physical id it came with; None for a Create.
        target: What the properties name; None where a Delete's name nothing that could have been acquired.
        old: What the properties of before an Update name.
        keep: Whether a Delete leaves the target running, or existing.
        adopts: Whether somebody else's will do.
        requested_at: When CloudFormation signed the request, in seconds since 1970, if that is known.
        request_id: RequestId.
        stack_id: StackId.
        endpoint: What new ids say of the API's URL, "" where that can't change.

    """

    type: RequestType
    given: PhysicalId | None
    target: ResourceRef | None
    old: ResourceRef | None
    keep: bool
    adopts: bool
    requested_at: int | None
    request_id: str
    stack_id: str
    endpoint: str = ""

    @property
    def not_started(self) -> PhysicalId:
        """The id of a Create that acquired nothing."""
        return PhysicalId(Mark.NOT_STARTED, incarnation=self._incarnation, endpoint=self.endpoint)

    def failed(self, target: ResourceRef) -> PhysicalId:
        """The id of a Create whose outcome is unknown."""
        return PhysicalId(Mark.FAILED, target.arn_beside(self.stack_id), self._incarnation, self.endpoint)

    def new(self, mark: Mark, target: ResourceRef) -> PhysicalId:
        """The id of a resource that owns, or has adopted, its target."""
        return PhysicalId(mark, target.arn_beside(self.stack_id), endpoint=self.endpoint)

    @property
    def _incarnation(self) -> str:
        return self.request_id if self.requested_at is None else str(self.requested_at)


class Call(NamedTuple):
    """A call of the API.

    Args:
        target: What it is about.
        action: What it wants.
        requested_at: As of when.
        unanswered: The physical id of this request's response, as long as the call's outcome is unknown.
        owned: Whether an earlier response says that this resource owns the target.

    """

    target: ResourceRef
    action: Action
    requested_at: int | None
    unanswered: PhysicalId
    owned: bool


class End(NamedTuple):
    """What the request comes to.

    Args:
        success: Whether it succeeded.
        physical_id: The id of the response.
        outcome: Of the call that decided it; None where none was made.

    """

    success: bool
    physical_id: PhysicalId
    outcome: Outcome | None = None


Plan = Generator[Call, Outcome, End]


def plan(subject: Subject) -> Plan:
    """Return the calls of a request; is sent the outcome of each, and returns what the request comes to."""
    if subject.type is RequestType.DELETE:
        return _release(subject, subject.given or subject.not_started)
    if subject.target is None:
        raise ValueError("a Create and an Update name what they acquire")
    return _acquire(subject, subject.target)


def _acquire(subject: Subject, target: ResourceRef) -> Plan:
    given, at = subject.given, subject.requested_at
    named = given.target if given else None
    failed = given or subject.not_started
    if subject.old is not None and subject.old not in {target, named}:
        # What a cancelled or failed Update has acquired: neither a clean-up nor another Update speaks of it again.
        # Where it is in use, that Update has succeeded: what depends on it went there, and goes back after this one.
        # Then the clean-up deletes it by its id; a rollback that failed here would wait for itself.
        outcome = yield Call(subject.old, Action.RELEASE, at, failed, owned=False)
        if outcome in FAULTS:
            return End(success=False, physical_id=failed, outcome=outcome)
    same = named == target
    owned = given if given and same and given.mark is Mark.OWNED else None
    unanswered = given or subject.failed(target)
    # Only a Create acquires anew: a rollback's Update may carry the new id, and must get back what this resource owns.
    action = Action.ACQUIRE if named else Action.ACQUIRE_NEW
    outcome = yield Call(target, action, at, unanswered, owned=owned is not None)
    match outcome:
        case Outcome.OK:
            return End(success=True, physical_id=owned or subject.new(Mark.OWNED, target), outcome=outcome)
        case Outcome.RUNNING if same or subject.adopts:
            adopted = given if given and same else subject.new(Mark.ADOPTED, target)
            return End(success=True, physical_id=adopted, outcome=outcome)
        case Outcome.ENDED | Outcome.NOT_FOUND if given and same:
            # What has run and ended must block neither a later change of the stack nor its rollback.
            return End(success=True, physical_id=given, outcome=outcome)
        case Outcome.UNKNOWN:
            return End(success=False, physical_id=unanswered, outcome=outcome)
        case _:
            return End(success=False, physical_id=failed, outcome=outcome)


def _release(subject: Subject, given: PhysicalId) -> Plan:
    target = given.target or subject.target
    if given.mark is Mark.ADOPTED or target is None:
        return End(success=True, physical_id=given)
    # The Delete of a Create that FAILED must not touch what a later incarnation acquired.
    is_dated = given.mark in {Mark.NOT_STARTED, Mark.FAILED}
    at = given.requested_at if is_dated else subject.requested_at
    action = Action.LEAVE if subject.keep else Action.RELEASE
    outcome = yield Call(target, action, at, given, owned=given.mark is Mark.OWNED)
    failed = outcome in {*FAULTS, Outcome.IN_USE} and given.owns and not subject.keep
    return End(success=not failed, physical_id=given, outcome=outcome)
