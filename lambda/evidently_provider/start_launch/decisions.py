"""What a launch's status means for a request: the table of docs/start-launch.md, as pure functions."""

from evidently_provider.api.launch import LaunchStatus
from evidently_provider.ownership.plan import Outcome


def after_start(status: LaunchStatus, *, owned: bool) -> Outcome | None:
    """Return the outcome of a StartLaunch; None: wait, and call it again.

    Args:
        status: the launch's status after the call.
        owned: whether the API says that this resource owns the run.

    """
    match status:
        case LaunchStatus.UPDATING:
            return None
        case LaunchStatus.RUNNING:
            return Outcome.OK if owned else Outcome.RUNNING
        case LaunchStatus.COMPLETED | LaunchStatus.CANCELLED:
            return Outcome.ENDED
        case LaunchStatus.CREATED:
            return Outcome.REFUSED


def after_refused_stop(status: LaunchStatus) -> Outcome | None:
    """Return the outcome of a StopLaunch that an API without ownership refused; None: wait, and call it again."""
    match status:
        case LaunchStatus.UPDATING:
            return None
        case LaunchStatus.RUNNING:
            return Outcome.REFUSED
        case LaunchStatus.CREATED | LaunchStatus.COMPLETED | LaunchStatus.CANCELLED:
            return Outcome.RELEASED
