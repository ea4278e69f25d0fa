"""The life of a launch.

    CREATED ──StartLaunch──> RUNNING ──StopLaunch──> COMPLETED or CANCELLED

Stopped is for good. UPDATING exists in the model and is never entered: every change here is one write.
"""

from enum import StrEnum

from evidently_service.domain.ownership import State


class LaunchStatus(StrEnum):
    """LaunchStatus of the API model."""

    CREATED = "CREATED"
    UPDATING = "UPDATING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"

    @property
    def is_stopped(self) -> bool:
        """Whether nothing changes any more."""
        return self in {LaunchStatus.COMPLETED, LaunchStatus.CANCELLED}

    @property
    def run(self) -> State:
        """What there is to own of the launch's run."""
        match self:
            case LaunchStatus.CREATED:
                return State.FREE
            case LaunchStatus.RUNNING | LaunchStatus.UPDATING:
                return State.ACTIVE
            case LaunchStatus.COMPLETED | LaunchStatus.CANCELLED:
                return State.ENDED
