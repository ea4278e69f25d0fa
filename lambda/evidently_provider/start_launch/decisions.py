"""What a launch's status means for a request: the table of docs/start-launch.md, as pure functions of plain values."""

from evidently_provider.api.launch import LaunchStatus
from evidently_provider.ownership.plan import Outcome


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
