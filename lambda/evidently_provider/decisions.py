"""What a launch's status means for a request: the table of docs/behaviour, as pure functions of plain values."""

from enum import StrEnum, auto


class LaunchStatus(StrEnum):
    """LaunchStatus of the API model."""

    CREATED = "CREATED"
    UPDATING = "UPDATING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"

    @property
    def has_ended(self) -> bool:
        """Whether the launch can never run again."""
        return self in {LaunchStatus.COMPLETED, LaunchStatus.CANCELLED}


class Started(StrEnum):
    """What follows from the status that was found after StartLaunch was asked for."""

    BY_US = auto()
    ADOPTED = auto()
    HAD_ENDED = auto()
    WAIT = auto()
    FAIL_REFUSED = auto()
    FAIL_ENDED = auto()


class Stopped(StrEnum):
    """What follows from the status that was found after a StopLaunch was refused."""

    DONE = auto()
    WAIT = auto()
    LEAVE = auto()
    FAIL_REFUSED = auto()


def after_start(status: LaunchStatus, *, started: bool, same_launch: bool) -> Started:
    """Settle a Create or an Update.

    Args:
        status: What the launch is now.
        started: Whether the API has said that StartLaunch, by us, succeeded.
        same_launch: Whether this is an Update of a resource that had this launch before.

    """
    match status:
        case LaunchStatus.UPDATING:
            return Started.WAIT
        case LaunchStatus.RUNNING:
            return Started.BY_US if started else Started.ADOPTED
        case LaunchStatus.COMPLETED | LaunchStatus.CANCELLED:
            # An end that came after the start must not block every later change of the stack.
            return Started.HAD_ENDED if same_launch else Started.FAIL_ENDED
        case LaunchStatus.CREATED:
            return Started.FAIL_REFUSED


def after_refused_stop(status: LaunchStatus, *, knows_starter: bool) -> Stopped:
    """Settle a Delete.

    Args:
        status: What the launch is now.
        knows_starter: Whether the API refuses a StopLaunch by another starter: it runs then, but not by us.

    """
    match status:
        case LaunchStatus.UPDATING:
            return Stopped.WAIT
        case LaunchStatus.RUNNING:
            return Stopped.LEAVE if knows_starter else Stopped.FAIL_REFUSED
        case LaunchStatus.CREATED | LaunchStatus.COMPLETED | LaunchStatus.CANCELLED:
            return Stopped.DONE
