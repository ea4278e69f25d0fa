"""What a launch's status means for a request: the table of docs/behaviour.md, as pure functions of plain values."""

from enum import StrEnum

from evidently_provider.ownership import Outcome


class LaunchStatus(StrEnum):
    """LaunchStatus of the API model."""

    CREATED = "CREATED"
    UPDATING = "UPDATING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"

    @property
    def has_ended(self) -> bool:
        """Whether it will never run again."""
        return self in {LaunchStatus.COMPLETED, LaunchStatus.CANCELLED}


def after_start(status: LaunchStatus, *, ours: bool) -> Outcome | None:
    """Return what a StartLaunch came to; None: wait, and call it again.

    Args:
        status: What the launch is now.
        ours: Whether the API has said that the start is ours.

    """
    match status:
        case LaunchStatus.UPDATING:
            return None
        case LaunchStatus.RUNNING:
            return Outcome.OK if ours else Outcome.RUNNING
        case LaunchStatus.COMPLETED | LaunchStatus.CANCELLED:
            return Outcome.ENDED
        case LaunchStatus.CREATED:
            return Outcome.REFUSED


def after_refused_stop(status: LaunchStatus) -> Outcome | None:
    """Return what a StopLaunch came to that an API without the rules has refused; None: wait, and call it again."""
    match status:
        case LaunchStatus.UPDATING:
            return None
        case LaunchStatus.RUNNING:
            return Outcome.REFUSED
        case LaunchStatus.CREATED | LaunchStatus.COMPLETED | LaunchStatus.CANCELLED:
            return Outcome.RELEASED
