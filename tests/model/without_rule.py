"""Each rule of docs/ownership.md, removed from the functions under test one at a time, and restored.

A test replaces one small function of the rules by one without the rule, or wraps it so that the rule has no effect. The
code of the rules has nothing for this.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any, Final
from unittest.mock import patch

from evidently_provider.ownership import plan as provider_rules
from evidently_provider.ownership.identity import Mark
from evidently_provider.ownership.plan import Action as PlanAction
from evidently_provider.ownership.plan import Call, Plan, Result, Subject
from evidently_provider.ownership.plan import Outcome as Seen
from evidently_provider.runtime.request import RequestType
from evidently_service.domain import ownership as service_rules
from evidently_service.domain.ownership import NOBODYS, Action, Caller, Note, Outcome, Ownership, Ruling, State
from model import provider, service
from model.state import Record

Plans = Callable[[Subject], Plan]
Releases = Callable[[Ownership, Note, Caller], Ruling]
Acquires = Callable[[State, Ownership, Note, Caller], Ruling]

_FAILED_CREATES: Final = {Mark.NOT_STARTED, Mark.FAILED}


# --- rules of the API


def _nothing_is_stale(_original: object) -> Callable[[Note, Caller], bool]:
    return lambda _note, _claim: False


def _the_same_second_is_not_stale(original: Callable[[Note, Caller], bool]) -> Callable[[Note, Caller], bool]:
    return lambda note, caller: original(note, caller) and caller.requested_at != note.released_at


def _no_release_is_stale(original: Releases) -> Releases:
    def release(ownership: Ownership, note: Note, caller: Caller) -> Ruling:
        if ownership.is_owned_by(caller):
            ownership = replace(ownership, owners={**ownership.owners, caller.resource: None})
        return original(ownership, note, caller)

    return release


def _a_release_with_an_effect_leaves_no_note(original: Releases) -> Releases:
    def release(ownership: Ownership, note: Note, caller: Caller) -> Ruling:
        ruling = original(ownership, note, caller)
        return ruling._replace(note=note) if ownership.is_owned_by(caller) else ruling

    return release


def _notes_go_with_the_resource(_original: object) -> Callable[[Record], Record]:
    return lambda record: record if record.state in {State.ACTIVE, State.ENDED} else record._replace(notes=())


def _nobody_joins(original: Acquires) -> Acquires:
    def acquire(state: State, ownership: Ownership, note: Note, caller: Caller) -> Ruling:
        ruling = original(state, ownership, note, caller)
        joined = state is State.ACTIVE and ruling.outcome is Outcome.OK and not ownership.is_owned_by(caller)
        return Ruling(Outcome.RUNNING, ownership, note) if joined else ruling

    return acquire


def _no_previous_incarnation(_original: object) -> Callable[[Ownership, Caller], bool]:
    return lambda _ownership, _claim: False


def _after_a_previous_incarnation_nobody_joins(original: Acquires) -> Acquires:
    def acquire(state: State, ownership: Ownership, note: Note, caller: Caller) -> Ruling:
        ruling = original(state, ownership, note, caller)
        if state is State.ACTIVE and service_rules._is_previous_incarnations(ownership, caller):
            return Ruling(Outcome.RUNNING, ownership.without(caller), note) if ruling.outcome is Outcome.OK else ruling
        return ruling

    return acquire


def _an_owner_keeps_its_first_time(original: Callable[[Ownership, Caller], Ownership]) -> Any:
    return lambda self, caller: self if self.is_owned_by(caller) else original(self, caller)


def _a_leave_takes_out_every_owner(original: Releases) -> Releases:
    def release(ownership: Ownership, note: Note, caller: Caller) -> Ruling:
        ruling = original(ownership, note, caller)
        if ruling.outcome is Outcome.LEFT and caller.action is Action.LEAVE:
            return Ruling(Outcome.KEPT, NOBODYS, ruling.note)
        return ruling

    return release


def _the_last_to_arrive_has_the_last_word(original: Releases) -> Releases:
    def release(ownership: Ownership, note: Note, caller: Caller) -> Ruling:
        return original(replace(ownership, last_word=None), note, caller)

    return release


def _no_update_is_stale(_original: object) -> Releases:
    return lambda ownership, note, _claim: Ruling(Outcome.OK, ownership, note)


def _an_update_is_only_as_old_as_its_own_owner(original: Releases) -> Releases:
    def update(ownership: Ownership, note: Note, caller: Caller) -> Ruling:
        own = {owner: at for owner, at in ownership.owners.items() if owner == caller.resource}
        ruling = original(replace(ownership, owners=own), note, caller)
        owners = {**ownership.owners, **ruling.ownership.owners}
        return ruling._replace(ownership=replace(ownership, owners=owners))

    return update


def _an_adopter_leaves_no_note(original: Callable[[Note, Caller], Note]) -> Callable[[Note, Caller], Note]:
    return lambda note, caller: note if caller.action is not Action.UPDATE else original(note, caller)


# --- rules of the handler


def _calls(original: Plans, change: Callable[[Subject, Call], Call | None]) -> Plans:
    """Return plans with changed calls; None skips a call as if it had succeeded."""

    def plan(subject: Subject) -> Plan:
        steps = original(subject)
        try:
            call = next(steps)
            while True:
                changed = change(subject, call)
                call = steps.send(Seen.RELEASED if changed is None else (yield changed))
        except StopIteration as stop:
            result: Result = stop.value
            return result

    return plan


def _ends(original: Plans, change: Callable[[Subject, Result], Result]) -> Plans:
    """Return plans with a changed result."""

    def plan(subject: Subject) -> Plan:
        return change(subject, (yield from original(subject)))

    return plan


def _a_create_elsewhere_acquires_as_new(original: Plans) -> Plans:
    def change(subject: Subject, call: Call) -> Call:
        elsewhere = subject.given is not None and subject.given.target != call.target
        return call._replace(action=PlanAction.ACQUIRE_NEW) if call.action is PlanAction.ACQUIRE and elsewhere else call

    return _calls(original, change)


def _nobody_leaves(original: Plans) -> Plans:
    return _calls(original, lambda _subject, call: None if call.action is PlanAction.LEAVE else call)


def _no_update_releases(original: Plans) -> Plans:
    return lambda subject: original(replace(subject, old=None))


def _a_failed_update_undoes(original: Plans) -> Plans:
    def plan(subject: Subject) -> Plan:
        result = yield from original(subject)
        elsewhere = subject.given is not None and subject.given.target not in {None, subject.target}
        is_update = subject.type is RequestType.UPDATE and subject.target is not None
        if is_update and elsewhere and result.outcome is Seen.UNKNOWN and subject.target is not None:
            yield Call(subject.target, PlanAction.RELEASE, subject.requested_at, result.physical_id, owned=False)
        return result

    return plan


def _deletes_nothing_of(*marks: Mark) -> Callable[[Plans], Plans]:
    def without(original: Plans) -> Plans:
        def change(subject: Subject, call: Call) -> Call | None:
            is_delete = subject.type is RequestType.DELETE
            return None if is_delete and subject.given is not None and subject.given.mark in marks else call

        return _calls(original, change)

    return without


def _a_failed_create_has_no_time(original: Plans) -> Plans:
    def change(subject: Subject, call: Call) -> Call:
        is_of_failed = subject.given is not None and subject.given.mark in _FAILED_CREATES
        return call._replace(requested_at=subject.requested_at) if is_of_failed else call

    return _calls(original, change)


def _a_refused_delete_succeeds(original: Plans) -> Plans:
    def change(subject: Subject, result: Result) -> Result:
        refused = subject.type is RequestType.DELETE and result.outcome is Seen.REFUSED
        return result._replace(success=True) if refused else result

    return _ends(original, change)


def _an_update_of_what_has_ended_fails(original: Plans) -> Plans:
    def change(_subject: Subject, result: Result) -> Result:
        return result._replace(success=False) if result.outcome in {Seen.ENDED, Seen.NOT_FOUND} else result

    return _ends(original, change)


_API: Final = service_rules
_PLAN: Final = (provider_rules, "plan")
RULES: Final[dict[str, tuple[Any, str, Callable[[Any], Any]]]] = {
    "a stale acquire is refused": (_API, "_is_released", _nothing_is_stale),
    "the same second is stale": (_API, "_is_released", _the_same_second_is_not_stale),
    "a stale release changes nothing": (_API, "release", _no_release_is_stale),
    "every release leaves a note": (_API, "release", _a_release_with_an_effect_leaves_no_note),
    "notes outlive the resource": (service, "stored", _notes_go_with_the_resource),
    "another resource of the stack joins": (_API, "acquire", _nobody_joins),
    "acquire-new ends a previous incarnation": (_API, "_is_previous_incarnations", _no_previous_incarnation),
    "and then joins the other owners": (_API, "acquire", _after_a_previous_incarnation_nobody_joins),
    "an acquire again moves the time": (Ownership, "with_owner", _an_owner_keeps_its_first_time),
    "a leave takes out the caller only": (_API, "release", _a_leave_takes_out_every_owner),
    "the last word is the one requested last": (_API, "release", _the_last_to_arrive_has_the_last_word),
    "a stale Update changes nothing": (_API, "update", _no_update_is_stale),
    "another owner's later request counts": (_API, "update", _an_update_is_only_as_old_as_its_own_owner),
    "an adopter leaves a note": (_API, "_updated", _an_adopter_leaves_no_note),
    "only a Create acquires as new": (*_PLAN, _a_create_elsewhere_acquires_as_new),
    "what is kept is left": (*_PLAN, _nobody_leaves),
    "an Update releases the old properties' target": (*_PLAN, _no_update_releases),
    "a failed Update does not undo": (*_PLAN, _a_failed_update_undoes),
    "a Delete with a made-up id releases": (*_PLAN, _deletes_nothing_of(Mark.MADE_UP)),
    "a Delete of a Create without an effect releases": (*_PLAN, _deletes_nothing_of(Mark.NOT_STARTED)),
    "the id of a failed Create has its time": (*_PLAN, _a_failed_create_has_no_time),
    "a Delete of an ARN that was refused fails": (*_PLAN, _a_refused_delete_succeeds),
    "an Update of what has ended succeeds": (*_PLAN, _an_update_of_what_has_ended_fails),
}


@contextmanager
def without_rule(rule: str) -> Iterator[None]:
    """Remove a rule while the block runs."""
    place, name, without = RULES[rule]
    with ExitStack() as stack:
        stack.callback(_forget)
        stack.enter_context(patch.object(place, name, without(getattr(place, name))))
        _forget()
        yield


def _forget() -> None:
    service.forget()
    provider.forget()
