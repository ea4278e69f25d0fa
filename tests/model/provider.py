"""The handler around the plan: the next call of an invocation, after the replies of the API so far."""

from collections.abc import Generator
from functools import cache
from typing import Final, NamedTuple

from evidently_provider.ownership import plan as ownership
from evidently_provider.ownership.identity import PhysicalId
from evidently_provider.ownership.plan import FAULTS, Outcome, Result, Subject
from evidently_provider.runtime.request import RequestType
from evidently_service.domain.ownership import Action
from model.configuration import Configuration
from model.state import Reply, Request

STACK_ID: Final = "arn:aws:cloudformation:eu-north-1:123456789012:stack/shop/{}"


class NextCall(NamedTuple):
    """The next call of an invocation."""

    target: int
    action: Action
    requested_at: int | None


class Response(NamedTuple):
    """The response of an invocation, with the outcome of the call that decided it."""

    success: bool
    physical_id: str
    outcome: Outcome | None = None


@cache
def next_move(configuration: Configuration, request: Request, replies: tuple[Reply, ...]) -> NextCall | Response:
    """Return the next call or the response of an invocation after these replies."""
    carried_out = _carry_out(configuration, request)
    try:
        call = next(carried_out)
        for reply in replies:
            call = carried_out.send(reply)
    except StopIteration as stop:
        response: Response = stop.value
        return response
    return call


def forget() -> None:
    """Clear the cached plans, because the rules have changed."""
    next_move.cache_clear()


def _carry_out(configuration: Configuration, request: Request) -> Generator[NextCall, Reply, Response]:
    """Carry out a plan and reconcile the resource, as evidently_provider/lifecycle.py does."""
    is_run = configuration.targets[request.target].is_run
    targets = {each.ref: index for index, each in enumerate(configuration.targets) if each.is_run == is_run}
    subject = _subject(configuration, request)
    steps, reply = ownership.plan(subject), Reply(Outcome.OK)
    try:
        call = next(steps)
        while True:
            reply = yield NextCall(targets[call.target], Action(call.action.value), call.requested_at)
            call = steps.send(reply.outcome)
    except StopIteration as stop:
        result: Result = stop.value
    acquired = (
        request.type is not RequestType.DELETE and result.success and result.outcome in {Outcome.OK, Outcome.RUNNING}
    )
    if acquired and reply.definition != request.definition:
        owned = result.outcome is Outcome.OK
        target = configuration.targets[request.target].ref
        failed = subject.given or (subject.failed(target) if owned else subject.not_started)
        updated = yield NextCall(request.target, Action.UPDATE, request.requested_at)
        is_gone = updated.outcome is Outcome.NOT_FOUND
        if is_gone and subject.given is not None and subject.given.target == target:
            result = result._replace(outcome=updated.outcome)
        elif is_gone or updated.outcome in FAULTS:
            result = Result(success=False, physical_id=failed, outcome=updated.outcome)
    return Response(result.success, result.physical_id.text, result.outcome)


def _subject(configuration: Configuration, request: Request) -> Subject:
    return Subject(
        type=request.type,
        given=PhysicalId.parse(request.physical_id) if request.physical_id else None,
        target=configuration.targets[request.target].ref,
        old=None if request.old is None else configuration.targets[request.old].ref,
        keep=request.keep,
        adopts=configuration.targets[request.target].is_run or configuration.adopts,
        requested_at=request.requested_at,
        request_id="request",
        stack_id=STACK_ID.format(request.who.stack),
    )
