"""The plan of a request: which calls it makes, one after the other, and its result by their outcomes. Pure.

docs/ownership.md has these decisions as a table. The API keeps the owners, by its own rules
(`evidently_service/domain/ownership.py`); the plan says for which owner, what, and as of when. All five resource types
share it: an acquire is a StartLaunch or a Create…, a release a StopLaunch or a Delete….
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
    """Action of the owner header."""

    ACQUIRE_NEW = contract.ACTION_ACQUIRE_NEW
    ACQUIRE = contract.ACTION_ACQUIRE
    UPDATE = contract.ACTION_UPDATE
    RELEASE = contract.ACTION_RELEASE
    LEAVE = contract.ACTION_LEAVE


class Outcome(StrEnum):
    """Outcome of a call."""

    # Of an acquire.
    OK = auto()  # this resource owns it
    RUNNING = auto()  # it runs, or exists, under another owner
    ENDED = auto()
    NOT_FOUND = auto()
    STALE = auto()  # this resource was released since
    # Of a release or leave.
    RELEASED = auto()  # whatever the API did
    IN_USE = auto()  # not deleted, because something else needs it
    # Of any call: faults.
    REFUSED = auto()  # it had no effect and will have none: 4xx, 429, no connection
    UNKNOWN = auto()  # it may have had an effect, or still have one: 5xx, a reset, no response


FAULTS: Final = frozenset({Outcome.REFUSED, Outcome.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Subject:
    """A request, as far as ownership depends on it.

    Args:
        type: Create, Update or Delete.
        given: the physical id in the request; None for a Create.
        target: the resource in the properties; None if a Delete's are invalid, so that nothing was acquired by them.
        old: the resource in an Update's old properties.
        keep: whether a Delete keeps the launch running, or the resource.
        adopts: whether to adopt a resource under another owner.
        requested_at: when CloudFormation signed the request, in seconds since 1970; None if unknown.
        request_id: RequestId.
        stack_id: StackId.
        endpoint: digest of the API's URL for new physical ids, "" if the URL cannot change.

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
        """The physical id of a Create that acquired nothing."""
        return PhysicalId(Mark.NOT_STARTED, incarnation=self._incarnation, endpoint=self.endpoint)

    def failed(self, target: ResourceRef) -> PhysicalId:
        """The physical id of a Create whose outcome is unknown."""
        return PhysicalId(Mark.FAILED, target.arn_beside(self.stack_id), self._incarnation, self.endpoint)

    def new(self, mark: Mark, target: ResourceRef) -> PhysicalId:
        """The physical id of a resource that owns, or has adopted, its target."""
        return PhysicalId(mark, target.arn_beside(self.stack_id), endpoint=self.endpoint)

    @property
    def _incarnation(self) -> str:
        return self.request_id if self.requested_at is None else str(self.requested_at)


class Call(NamedTuple):
    """A call of the plan.

    Args:
        target: the resource.
        action: what the call does to its ownership.
        requested_at: as of when, in seconds since 1970; None if unknown.
        failure_id: the physical id to respond with if the call's outcome stays unknown.
        owned: whether the request's physical id says that this resource owns the target.

    """

    target: ResourceRef
    action: Action
    requested_at: int | None
    failure_id: PhysicalId
    owned: bool


class Result(NamedTuple):
    """The result of a plan.

    Args:
        success: whether the request succeeded.
        physical_id: the physical id of the response.
        outcome: outcome of the call that decided it; None if the plan made no call.

    """

    success: bool
    physical_id: PhysicalId
    outcome: Outcome | None = None


Plan = Generator[Call, Outcome, Result]


def plan(subject: Subject) -> Plan:
    """Yield the calls of a request, receive the outcome of each, and return the result."""
    if subject.type is RequestType.DELETE:
        return _release(subject, subject.given or subject.not_started)
    if subject.target is None:
        raise ValueError("a Create and an Update name what they acquire")
    return _acquire(subject, subject.target)


def _acquire(subject: Subject, target: ResourceRef) -> Plan:
    given, at = subject.given, subject.requested_at
    named = given.target if given else None
    nothing_acquired = given or subject.not_started
    maybe_acquired = given or subject.failed(target)
    if subject.old is not None and subject.old not in {target, named}:
        # A cancelled or failed Update may have acquired this one, and no later request names it again. Where it is in
        # use, that Update has succeeded: CloudFormation rolls back what depends on it after this one, and has the
        # clean-up delete it by its id; a rollback that failed here would wait for itself.
        outcome = yield Call(subject.old, Action.RELEASE, at, nothing_acquired, owned=False)
        if outcome in FAULTS:
            return Result(success=False, physical_id=nothing_acquired, outcome=outcome)
    same = named == target
    owned = given if given and same and given.mark is Mark.OWNED else None
    # An id that names something never acquires as new: a rollback's Update may have the new id, and must get back what
    # this resource owns.
    action = Action.ACQUIRE if named else Action.ACQUIRE_NEW
    outcome = yield Call(target, action, at, maybe_acquired, owned=owned is not None)
    match outcome:
        case Outcome.OK:
            return Result(success=True, physical_id=owned or subject.new(Mark.OWNED, target), outcome=outcome)
        case Outcome.RUNNING if same or subject.adopts:
            adopted = given if given and same else subject.new(Mark.ADOPTED, target)
            return Result(success=True, physical_id=adopted, outcome=outcome)
        case Outcome.ENDED | Outcome.NOT_FOUND if given and same:
            # A launch that has ended must block neither a later change of the stack nor its rollback.
            return Result(success=True, physical_id=given, outcome=outcome)
        case Outcome.UNKNOWN:
            return Result(success=False, physical_id=maybe_acquired, outcome=outcome)
        case _:
            return Result(success=False, physical_id=nothing_acquired, outcome=outcome)


def _release(subject: Subject, given: PhysicalId) -> Plan:
    target = given.target or subject.target
    if given.mark is Mark.ADOPTED or target is None:
        return Result(success=True, physical_id=given)
    # The Delete of a Create that FAILED must not touch what a later incarnation acquired.
    is_dated = given.mark in {Mark.NOT_STARTED, Mark.FAILED}
    at = given.requested_at if is_dated else subject.requested_at
    action = Action.LEAVE if subject.keep else Action.RELEASE
    outcome = yield Call(target, action, at, given, owned=given.mark is Mark.OWNED)
    failed = outcome in {*FAULTS, Outcome.IN_USE} and given.owns and not subject.keep
    return Result(success=not failed, physical_id=given, outcome=outcome)
