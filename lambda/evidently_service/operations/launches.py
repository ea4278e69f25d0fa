"""Operations on launches. StartLaunch and StopLaunch make two round trips: a strong read, one transaction."""

from collections.abc import Mapping
from typing import Any

from evidently_service import documents, items, launch_states, writes
from evidently_service.call import Call
from evidently_service.errors import (
    ConflictError,
    ContendedError,
    NotFoundError,
    Problem,
    Reason,
    ValidationError,
)
from evidently_service.launch_states import Hold, LaunchStatus, Start, Stop
from evidently_service.operations.projects import require_project
from evidently_service.quotas import QuotaCode, exceeded
from evidently_service.resources import Kind, Launch
from evidently_service.store import ConditionsFailedError, Put, Update

_COUNTER = "launchCount"
_RUNNING_COUNTER = "activeLaunchCount"


def create_launch(call: Call) -> Mapping[str, Any]:
    """CreateLaunch."""
    launch = documents.new_launch(call.given, call.project, call.now, call.place)
    arn = call.place.launch(launch.project, launch.name)
    limit = call.quotas.launches_per_project
    put = Put(items.launch_item(launch))
    count = writes.count_in_project(launch.project, _COUNTER, limit)
    segments = {name: writes.refer_to_segment(name) for name in launch.segments()}
    try:
        call.store.write(put, count, *segments.values())
    except ConditionsFailedError as error:
        if error.absent(count):
            raise NotFoundError.missing(Kind.PROJECT, call.place.project(launch.project)) from None
        if error.failed(put):
            raise ConflictError.duplicate(Kind.LAUNCH, arn) from None
        for name, reference in segments.items():
            if error.failed(reference):
                raise NotFoundError.missing(Kind.SEGMENT, call.place.segment(name)) from None
        raise exceeded(QuotaCode.LAUNCHES_PER_PROJECT, limit, Kind.LAUNCH, arn) from None
    return _answer(call, launch)


def get_launch(call: Call) -> Mapping[str, Any]:
    """GetLaunch."""
    return _answer(call, _read(call))


def delete_launch(call: Call) -> Mapping[str, Any]:
    """DeleteLaunch: refused while it runs."""
    launch = _read(call)
    delete = writes.delete_idle_launch(launch.project, launch.name)
    releases = [writes.release_segment(name) for name in launch.segments()]
    try:
        call.store.write(delete, writes.uncount_in_project(launch.project, _COUNTER), *releases)
    except ConditionsFailedError as error:
        if error.absent(delete):
            raise _missing(call) from None
        message = "Launch cannot be deleted while it is running; stop it first."
        raise ConflictError.of(message, Kind.LAUNCH, _arn(call)) from None
    return {}


def start_launch(call: Call) -> Mapping[str, Any]:
    """StartLaunch. Several launches may run on one feature; AWS checks neither sums of weights nor start times."""
    caller = call.caller
    launch = _read(call)
    match launch_states.start(launch.status, launch.hold, caller):
        case Start.ANSWER_AGAIN:
            return _answer(call, launch)
        case Start.JOIN:
            _write_hold(call, launch, launch.hold.joined_by(caller.starter or ""))
            return _answer(call, launch)
        case Start.REFUSE_RUNNING:
            raise ConflictError.of("Launch is already running.", Kind.LAUNCH, _arn(call))
        case Start.REFUSE_STOPPED:
            message = f"Launch is {launch.status.value} and cannot be started again; create a new launch."
            raise ConflictError.of(message, Kind.LAUNCH, _arn(call))
        case Start.START:
            started = launch.start(call.now, caller)
            _write_start(call, launch, started)
            return _answer(call, started)


def stop_launch(call: Call) -> Mapping[str, Any]:
    """StopLaunch: COMPLETED unless told otherwise. Only what the caller started, where it says who it is."""
    caller = call.caller
    launch = _read(call)
    match launch_states.stop(launch.status, launch.hold, caller):
        case Stop.REFUSE_NOT_RUNNING:
            raise ValidationError("Launch cannot be cancelled from current status", reason=Reason.OTHER)
        case Stop.REFUSE_STRANGER:
            # StopLaunch models no conflict; a starter is no part of AWS's API either, so no AWS client meets this.
            raise ConflictError.of("Launch was started by someone else.", Kind.LAUNCH, _arn(call))
        case Stop.LEAVE_TO_OTHERS:
            _write_hold(call, launch, launch.hold.left_by(caller.starter or ""))
            raise ConflictError.of("Launch is held by another resource of its stack.", Kind.LAUNCH, _arn(call))
        case Stop.STOP:
            state = LaunchStatus(call.given.get("desiredState", LaunchStatus.COMPLETED))
            stopped = launch.stop(call.now, state, call.given.get("reason"))
            _write_stop(call, launch, stopped)
            return {"endedTime": stopped.ended}


def _write_hold(call: Call, launch: Launch, hold: Hold) -> None:
    try:
        call.store.write(writes.change_launch(launch, launch.held(hold)))
    except ConditionsFailedError:
        raise ContendedError("the launch changed after it was read") from None


def _write_start(call: Call, launch: Launch, started: Launch) -> None:
    limit = call.quotas.running_launches_per_project
    served = started.feature_variations()
    start = writes.change_launch(launch, started)
    active = writes.count_in_project(started.project, _RUNNING_COUNTER, limit)
    notes = {
        feature: writes.run_on_feature(started, feature, [variation for _, variation in variations])
        for feature, variations in served.items()
    }
    try:
        call.store.write(start, active, *notes.values())
    except ConditionsFailedError as error:
        if error.failed(start):
            raise ContendedError("the launch changed after it was read") from None
        if error.absent(active):
            raise NotFoundError.missing(Kind.PROJECT, call.place.project(started.project)) from None
        problems = [
            problem for feature, note in notes.items() for problem in _unserved(error, feature, note, served[feature])
        ]
        if problems:
            raise ValidationError.of(problems) from None
        raise exceeded(QuotaCode.RUNNING_LAUNCHES_PER_PROJECT, limit, Kind.LAUNCH, _arn(call)) from None


def _unserved(
    error: ConditionsFailedError, feature: str, note: Update, variations: list[tuple[str, str]]
) -> list[Problem]:
    """Say what is wrong with the groups of a launch that serve a feature."""
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


def _write_stop(call: Call, launch: Launch, stopped: Launch) -> None:
    stop = writes.change_launch(launch, stopped)
    active = writes.uncount_in_project(stopped.project, _RUNNING_COUNTER)
    notes = [writes.end_on_feature(stopped, feature) for feature in stopped.feature_variations()]
    try:
        call.store.write(stop, active, *notes)
    except ConditionsFailedError as error:
        if error.failed(stop):
            raise ContendedError("the launch changed after it was read") from None
        raise


def _read(call: Call) -> Launch:
    item = call.store.read(items.launch_key(call.project, call.given["launch"]))
    if item is None:
        raise _missing(call)
    return items.launch_from(item)


def _missing(call: Call) -> NotFoundError:
    require_project(call)
    return NotFoundError.missing(Kind.LAUNCH, _arn(call))


def _arn(call: Call) -> str:
    return call.place.launch(call.project, call.given["launch"])


def _answer(call: Call, launch: Launch) -> Mapping[str, Any]:
    return {"launch": documents.launch_document(launch, call.place)}
