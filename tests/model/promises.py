"""The promises of docs/ownership.md as predicates over the ghosts.

P1  No launch or resource is stopped or deleted that another owner started, or that the stack has left.
P2  When CloudFormation is at rest, a launch that a stack started and has not left runs only while a resource names it.
P3  A Delete or a rollback's Update is FAILED only by a fault of the API in the same invocation.
P4  SUCCESS is true: after a resource's SUCCESS its stack stops the run only by the resource's own Delete; the stack
    owns what a response says it owns; at rest each managed resource has its stack's last definition. No request that
    CloudFormation waits for is stale.

P5, no call of the API after the response, is the handler's: here late effects and duplicates stand for such calls. W1
to W14 are the known weaknesses; W15 to W19 need several resources, or other hands, that the model does not have. A path
ends at a weakness, as at a broken promise.
"""

from typing import Final

from evidently_provider.ownership.identity import Mark
from evidently_provider.ownership.plan import Outcome as Seen
from evidently_provider.runtime.request import RequestType
from evidently_service.domain.ownership import Action, Outcome, State
from model import ghosts
from model.configuration import Configuration
from model.ghosts import Made
from model.provider import Response
from model.state import Call, Flight, Incarnation, Kept, Phase, Step, Tag, World, parsed

_CREATES: Final = {Mark.MADE_UP, Mark.FAILED, Mark.NOT_STARTED}  # of a Create without SUCCESS
_LAST_WORD: Final = {Phase.NAMES, Phase.LOST}


class Broken(Exception):  # noqa: N818 - a promise is broken, not the code
    """A promise is broken, or a known weakness shows.

    Args:
        promise: P1 to P4, or W1 to W14.
        what: what happened.
    """

    def __init__(self, promise: str, what: str) -> None:
        super().__init__(f"{promise} {what}")
        self.promise = promise

    @property
    def is_known(self) -> bool:
        """Whether it is a known weakness."""
        return self.promise.startswith("W")


def check_call(configuration: Configuration, before: World, world: World, made: Made) -> None:
    """Check a call after it.

    Raises:
        Broken: the call breaks a promise.
    """
    target, caller, outcome = made.call.target, made.call.caller, made.outcome
    name = configuration.targets[target].name
    if outcome is Outcome.OK and caller.action is Action.UPDATE:
        who = ghosts.found(world, target, made.call.incarnation)
        is_gone, record = who is None or who.phase is not Phase.NAMES, world.records[target]
        is_owner = record.stack == caller.who.stack and caller.who.resource in dict(record.owners)
        if is_gone and not is_owner:
            raise Broken("W7", f"{name} is changed by a late request of a resource that is gone, and had adopted it")
    elif outcome is Outcome.OK and world.runs[target].started_by != caller.who.stack:
        raise Broken("P4", f"{name} was started by somebody else, and the API says that the caller owns it")
    is_of_another = configuration.disables_rollback and _is_of_another(before, made)
    if is_of_another and outcome in {Outcome.LEFT, Outcome.KEPT}:
        raise Broken("W5", f"{name} is released by the Delete of another Create, without SUCCESS")
    was, now = before.records[target].state, world.records[target].state
    if was is State.ACTIVE and now is not State.ACTIVE:
        _check_stop(name, before, made.call, is_of_another=is_of_another)


def _is_of_another(world: World, made: Made) -> bool:
    """Whether a Delete of a Create without SUCCESS meets a run that another incarnation acquired.

    A made-up id does not name its incarnation, and a failed Create is later than the incarnations before it.
    """
    target, who, number = made.call.target, made.call.caller.who, made.call.incarnation
    serial, own = world.runs[target].serial, ghosts.found(world, target, number)
    is_own = made.mark in {Mark.FAILED, Mark.NOT_STARTED} and own is not None and own.met == serial
    return (
        made.mark in _CREATES
        and not is_own
        and any(
            each.phase is Phase.NAMES and each.met == serial and each.number != number
            for each in world.incarnations
            if (each.target, each.stack, each.resource) == (target, *who)
        )
    )


def _check_stop(name: str, world: World, call: Call, *, is_of_another: bool) -> None:
    target, stack, run = call.target, call.caller.who.stack, world.runs[call.target]
    of_stack = [each for each in world.incarnations if each.target == target and each.stack == stack]
    if run.started_by != stack:
        raise Broken("P1", f"{name} is stopped by a stack that did not start it")
    match run.kept:
        case Kept.UNKNOWN if _is_untold(of_stack, call):
            raise Broken("W1", f"{name} is stopped though its stack has left it, which the API does not know")
        case Kept.KNOWN | Kept.UNKNOWN if any(each.speaks_late for each in of_stack):
            raise Broken("W12", f"{name} is stopped though its stack has left it by the Delete of a Create that FAILED")
        case Kept.UNKNOWN:
            raise Broken("P1", f"{name} is stopped by a Delete that comes late, though its stack has left it since")
        case Kept.KNOWN if run.late_adopter:
            raise Broken("W7", f"{name} is stopped though one has left it that had adopted it, and acquired it late")
        case Kept.KNOWN:
            raise Broken("P1", f"{name} is stopped though its stack has left it")
    if any(each.phase is Phase.NAMES and each.said == run.serial for each in of_stack):
        if is_of_another:
            raise Broken("W5", f"{name} is stopped by the Delete of another Create, without SUCCESS")
        raise Broken("P4", f"{name} is stopped under a resource that says it runs")


def _is_untold(of_stack: list[Incarnation], call: Call) -> bool:
    """Whether the API has not learned of the leave; that it has not learned of this Delete either is another matter."""
    own = {each.phase for each in of_stack if each.number == call.incarnation}
    others = {each.phase for each in of_stack if each.number != call.incarnation}
    return Phase.LOST not in own or not others.isdisjoint({Phase.LOST, Phase.RETAINED})


def check_response(world: World, step: Step, flight: Flight, response: Response) -> None:
    """Check a response that CloudFormation accepts."""
    request, is_faulty = flight.request, any(reply.is_fault for reply in flight.replies)
    is_delete = request.type is RequestType.DELETE
    if response.success:
        if not is_delete and response.outcome is Seen.OK:
            _check_ownership(world, request.target)
        return
    if is_delete and not parsed(step.physical_id).owns:
        raise Broken("P3", "a Delete FAILED that has nothing to release")
    if is_faulty:
        return
    if step.tag is Tag.ROLLBACK_UPDATE and step.before is not None:
        if step.physical_id != step.before.physical_id:
            raise Broken("W9", "the rollback's Update has the new id, and what it names has ended or gone")
        if response.outcome is Seen.STALE and parsed(step.physical_id).mark is Mark.ADOPTED:
            raise Broken("W11", "the rollback's Update is as old as the Delete of the new id, and stale")
    if is_delete or step.tag is Tag.ROLLBACK_UPDATE:
        raise Broken("P3", f"a {step.tag} FAILED without a fault: {response.outcome}")
    if response.outcome is Seen.STALE:
        raise Broken("P4", "a request that CloudFormation waits for is stale")


def _check_ownership(world: World, target: int) -> None:
    run = world.runs[target]
    if run.started_by == world.stack and run.kept is not Kept.NO and run.late_adopter:
        raise Broken("W7", "a late request of a resource that had adopted it owns it, after that has gone")
    if run.started_by == world.stack and run.kept is Kept.KNOWN:
        raise Broken("P4", "the stack owns it, says the response, and the stack has left it")
    if run.started_by == world.stack and run.kept is Kept.UNKNOWN:
        raise Broken("W4", "the stack owns it, says the response, and has left it, which the API does not know")


def check_rest(configuration: Configuration, world: World) -> None:
    """Check a world in which CloudFormation is at rest; invocations in flight may never run."""
    if world.operation is not None:
        return
    for target, record in enumerate(world.records):
        if record.state is State.ACTIVE:
            _check_orphan(configuration, world, target)
            _check_definition(configuration, world, target)


def _check_orphan(configuration: Configuration, world: World, target: int) -> None:
    name, run = configuration.targets[target].name, world.runs[target]
    if run.started_by <= 0 or run.kept is not Kept.NO:
        return
    of_stack = [each for each in world.incarnations if each.target == target and each.stack == run.started_by]
    phases = {each.phase for each in of_stack}
    if phases & _LAST_WORD:
        return
    if Phase.RETAINED in phases:
        raise Broken("W2", f"{name} runs: a resource that went, which the API does not know, owns it still")
    if run.late_adopter:
        raise Broken("W7", f"{name} runs: a late request of a resource that had adopted it started it")
    if configuration.disables_rollback and (run.dropped or Phase.ADOPTER in phases):
        raise Broken("W6", f"{name} runs: the incarnation after a failed one adopted it")
    if Phase.GIVEN_UP in phases:
        raise Broken("W10", f"{name} runs: the Update back from it was given up")
    if any(each.speaks_late for each in of_stack):
        raise Broken("W12", f"{name} runs: an earlier leave outlives the Delete of a Create that FAILED")
    raise Broken("P2", f"{name} runs, and no resource of its stack names it")


def _check_definition(configuration: Configuration, world: World, target: int) -> None:
    name, record, run = configuration.targets[target].name, world.records[target], world.runs[target]
    naming = [each for each in world.resources if each.target == target]
    if len(naming) != 1 or naming[0].definition in {None, record.definition}:
        return
    number = naming[0].incarnation
    if any(each.number == number and each.said == run.serial for each in world.incarnations if each.target == target):
        raise Broken("P4", f"{name} has definition {record.definition}, and its stack gave it {naming[0].definition}")
