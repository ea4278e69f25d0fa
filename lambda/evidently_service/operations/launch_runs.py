"""StartLaunch and StopLaunch. Each makes two round trips: a strong read, one transaction.

A stop that is refused writes too, where it comes from a resource that may be about to start the launch: see
`launch_states`.
"""

from collections.abc import Mapping
from typing import Any

from evidently_service import launch_states, writes
from evidently_service.call import Call
from evidently_service.errors import ConflictError, NotFoundError, Problem, Reason, ValidationError
from evidently_service.launch_states import Hold, LaunchStatus, Start, Stop
from evidently_service.operations.changes import write_change
from evidently_service.operations.launches import launch_answer, launch_arn, read_launch
from evidently_service.quotas import QuotaCode, exceeded
from evidently_service.resources import Kind, Launch
from evidently_service.transaction import ConditionsFailedError, Update

_RUNNING_COUNTER = "activeLaunchCount"


def start_launch(call: Call) -> Mapping[str, Any]:
    """StartLaunch. Several launches may run on one feature; AWS checks neither sums of weights nor start times."""
    caller = call.caller
    launch = read_launch(call)
    match launch_states.start(launch.status, launch.hold, caller):
        case Start.ANSWER_AGAIN:
            return launch_answer(call, launch)
        case Start.JOIN:
            write_change(call, launch, launch.held(launch.hold.joined_by(caller)))
            return launch_answer(call, launch)
        case Start.REFUSE_WITHDRAWN:
            message = "Launch is not started: the resource that asks for it was deleted since."
            raise ConflictError.of(message, Kind.LAUNCH, launch_arn(call))
        case Start.REFUSE_RUNNING:
            raise ConflictError.of("Launch is already running.", Kind.LAUNCH, launch_arn(call))
        case Start.REFUSE_STOPPED:
            message = f"Launch is {launch.status.value} and cannot be started again; create a new launch."
            raise ConflictError.of(message, Kind.LAUNCH, launch_arn(call))
        case Start.START:
            started = launch.start(call.now, caller)
            _write_start(call, launch, started)
            return launch_answer(call, started)


def stop_launch(call: Call) -> Mapping[str, Any]:
    """StopLaunch: COMPLETED unless told otherwise. Only what the caller started, where it says who it is."""
    caller = call.caller
    launch = read_launch(call)
    match launch_states.stop(launch.status, launch.hold, caller):
        case Stop.REFUSE_NOT_RUNNING:
            _withdraw(call, launch, launch.hold)
            raise ValidationError("Launch cannot be cancelled from current status", reason=Reason.OTHER)
        case Stop.REFUSE_STRANGER:
            _withdraw(call, launch, launch.hold)
            # StopLaunch models no conflict; a starter is no part of AWS's API either, so no AWS client meets this.
            raise ConflictError.of("Launch was started by someone else.", Kind.LAUNCH, launch_arn(call))
        case Stop.LEAVE_TO_OTHERS:
            _withdraw(call, launch, launch.hold.left_by(caller))
            raise ConflictError.of("Launch is held by another resource of its stack.", Kind.LAUNCH, launch_arn(call))
        case Stop.STOP:
            state = LaunchStatus(call.given.get("desiredState", LaunchStatus.COMPLETED))
            stopped = launch.stop(call.now, state, call.given.get("reason"))
            _write_stop(call, launch, stopped)
            return {"endedTime": stopped.ended}


def _withdraw(call: Call, launch: Launch, hold: Hold) -> None:
    """Note that this resource starts the launch no more; a launch that has ended needs no note."""
    hold = hold.withdrawn_by(call.caller)
    if hold != launch.hold and not launch.status.is_stopped:
        write_change(call, launch, launch.held(hold))


def _write_start(call: Call, launch: Launch, started: Launch) -> None:
    limit = call.quotas.running_launches_per_project
    served = started.feature_variations()
    active = writes.count_in_project(started.project, _RUNNING_COUNTER, limit)
    notes = {
        feature: writes.run_on_feature(started, feature, [variation for _, variation in variations])
        for feature, variations in served.items()
    }
    runs = [writes.begin_run(started, feature) for feature in served]
    try:
        write_change(call, launch, started, active, *notes.values(), *runs)
    except ConditionsFailedError as error:
        if error.absent(active):
            raise NotFoundError.missing(Kind.PROJECT, call.place.project(started.project)) from None
        problems = [
            problem for feature, note in notes.items() for problem in _unserved(error, feature, note, served[feature])
        ]
        if problems:
            raise ValidationError.of(problems) from None
        raise exceeded(QuotaCode.RUNNING_LAUNCHES_PER_PROJECT, limit, Kind.LAUNCH, launch_arn(call)) from None


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
    features = list(stopped.feature_variations())
    notes = [writes.end_on_feature(stopped, feature) for feature in features]
    runs = [writes.end_run(stopped, feature) for feature in features]
    write_change(call, launch, stopped, writes.uncount_in_project(stopped.project, _RUNNING_COUNTER), *notes, *runs)
