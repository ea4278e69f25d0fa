"""The life of a launch: which change is allowed in which state, and whose start it was.

    CREATED ──StartLaunch──> RUNNING ──StopLaunch──> COMPLETED or CANCELLED

Stopped is for good. UPDATING exists in the model and is never entered: every change here is one write.
A starter is the caller's signed `x-evidently-starter`; None stands for a call without it.
"""

from enum import StrEnum, auto


class LaunchStatus(StrEnum):
    """LaunchStatus of the API model."""

    CREATED = "CREATED"
    UPDATING = "UPDATING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


class Start(StrEnum):
    """What StartLaunch does."""

    START = auto()
    ALREADY_STARTED_BY_CALLER = auto()
    REFUSE_RUNNING = auto()
    REFUSE_STOPPED = auto()


class Stop(StrEnum):
    """What StopLaunch does."""

    STOP = auto()
    REFUSE_NOT_RUNNING = auto()
    REFUSE_STRANGER = auto()


def start(status: LaunchStatus, started_by: str | None, caller: str | None) -> Start:
    """StartLaunch in a state: a caller that started the launch before gets the same answer again."""
    match status:
        case LaunchStatus.CREATED:
            return Start.START
        case LaunchStatus.RUNNING if caller is not None and caller == started_by:
            return Start.ALREADY_STARTED_BY_CALLER
        case LaunchStatus.RUNNING | LaunchStatus.UPDATING:
            return Start.REFUSE_RUNNING
        case LaunchStatus.COMPLETED | LaunchStatus.CANCELLED:
            return Start.REFUSE_STOPPED


def stop(status: LaunchStatus, started_by: str | None, caller: str | None) -> Stop:
    """StopLaunch in a state: a caller that says who it is stops what it started and nothing else."""
    if status is not LaunchStatus.RUNNING:
        return Stop.REFUSE_NOT_RUNNING
    if caller is not None and caller != started_by:
        return Stop.REFUSE_STRANGER
    return Stop.STOP
