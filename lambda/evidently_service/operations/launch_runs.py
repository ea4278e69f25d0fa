"""StartLaunch and StopLaunch. Each takes two round trips: a strongly consistent read, and one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from evidently_service.domain.errors import NotFoundError, Problem, Reason, ValidationError
from evidently_service.domain.launch_states import LaunchStatus
from evidently_service.domain.ownership import Outcome, State
from evidently_service.domain.quotas import QuotaCode, exceeded
from evidently_service.domain.resources import Kind, Launch
from evidently_service.operations import owners
from evidently_service.operations.call import Call
from evidently_service.operations.changes import write_change, write_if_unchanged
from evidently_service.operations.launches import (
    RUNNING_COUNTER,
    launch_arn,
    launch_missing,
    launch_named,
    launch_response,
    read_launch,
)
from evidently_service.operations.result import Result
from evidently_service.storage import items, writes
from evidently_service.storage.transaction import ConditionsFailedError, Update, Write


def start_launch(call: Call) -> Result:
    """StartLaunch: as on AWS, several launches may run on one feature, and nothing checks weights or start times."""
    found = owners.look_up(call, _record(call), items.launch_from)
    ruling = owners.acquire(call, found)
    if found.resource is None:
        raise launch_missing(call)
    launch = found.resource
    if found.state is State.FREE:
        launch = launch.start(call.now, ruling.ownership)
        _write_start(call, found.resource, launch, found.remembering(ruling.note, call.now))
    return owners.succeeded(call, launch_response(call, launch))


def stop_launch(call: Call) -> Mapping[str, Any] | Result:
    """StopLaunch: COMPLETED unless the request says CANCELLED. The release of the last owner stops the run."""
    if call.caller is None:
        launch = read_launch(call)
        if launch.status is not LaunchStatus.RUNNING:
            raise ValidationError("Launch cannot be cancelled from current status", reason=Reason.OTHER)
        change, more = _stop(call, launch)
        write_if_unchanged(call, change, *more)
        return _ended(call)
    found = owners.look_up(call, _record(call), items.launch_from)
    result = owners.release(call, call.caller, found, _stop)
    return replace(result, output=_ended(call)) if result.outcome is Outcome.DONE else result


def _record(call: Call) -> owners.Record:
    return owners.Record(launch_named(call), is_run=True)


def _ended(call: Call) -> Mapping[str, Any]:
    return {"endedTime": call.now}


def _stop(call: Call, launch: Launch) -> tuple[list[Write], list[Write]]:
    state = LaunchStatus(call.given.get("desiredState", LaunchStatus.COMPLETED))
    stopped = launch.stop(call.now, state, call.given.get("reason"))
    uncount = writes.uncount_in_project(stopped.project, RUNNING_COUNTER)
    return [writes.change(launch, stopped)], [uncount, *writes.end_everywhere(stopped)]


def _write_start(call: Call, launch: Launch, started: Launch, remembering: Sequence[Write]) -> None:
    limit = call.quotas.running_launches_per_project
    served = started.feature_variations()
    active = writes.count_in_project(started.project, RUNNING_COUNTER, limit)
    notes = {
        feature: writes.run_on_feature(started, feature, [variation for _, variation in variations])
        for feature, variations in served.items()
    }
    runs = [writes.begin_run(started, feature) for feature in served]
    try:
        write_change(call, launch, started, active, *notes.values(), *runs, unchanged=remembering)
    except ConditionsFailedError as error:
        # Several conditions may be false at once. A missing project makes the others meaningless, and the quota comes
        # last: its message would hide an error that no stopped launch cures.
        if error.absent(active):
            raise NotFoundError.missing(Kind.PROJECT, call.arns.project(started.project)) from None
        problems = [
            problem for feature, note in notes.items() for problem in _unserved(error, feature, note, served[feature])
        ]
        if problems:
            raise ValidationError.of(problems) from None
        raise exceeded(QuotaCode.RUNNING_LAUNCHES_PER_PROJECT, limit, Kind.LAUNCH, launch_arn(call)) from None


def _unserved(
    error: ConditionsFailedError, feature: str, note: Update, variations: list[tuple[str, str]]
) -> list[Problem]:
    """Return the problems of the launch's groups for one feature: an unknown feature, or unknown variations."""
    if not error.failed(note):
        return []
    if error.absent(note):
        return [Problem(field, f"names a feature that does not exist: '{feature}'") for field, _ in variations]
    known = error.strings(note, "variations")
    return [
        Problem(field, f"names a variation that feature '{feature}' does not have: '{variation}'")
        for field, variation in variations
        if variation not in known
    ]
