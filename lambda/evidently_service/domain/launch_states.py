"""The states of a launch.

    CREATED ──StartLaunch──> RUNNING ──StopLaunch──> COMPLETED or CANCELLED

A stopped launch cannot start again. No launch ever is UPDATING, a state of the model: every change here is one write.
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
        """Whether the launch has ended, so that no request changes its state again."""
        return self in {LaunchStatus.COMPLETED, LaunchStatus.CANCELLED}

    @property
    def run(self) -> State:
        """State of the launch's run as a record that can be owned."""
        match self:
            case LaunchStatus.CREATED:
                return State.FREE
            case LaunchStatus.RUNNING | LaunchStatus.UPDATING:
                return State.ACTIVE
            case LaunchStatus.COMPLETED | LaunchStatus.CANCELLED:
                return State.ENDED
