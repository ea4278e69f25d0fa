"""The life of a launch: which change is allowed in which state, and whose start it was.

    CREATED ──StartLaunch──> RUNNING ──StopLaunch──> COMPLETED or CANCELLED

Stopped is for good. UPDATING exists in the model and is never entered: every change here is one write.

A caller may say who it is, by its signed `x-evidently-starter`. Then it holds what it starts, and stops nothing else. A
resource of a stack may be replaced by another one of the stack (`x-evidently-stack`) that names the same launch: then
both hold it for a while, and it runs as long as one of them does.
"""

from dataclasses import dataclass, replace
from enum import StrEnum, auto
from typing import Final


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


@dataclass(frozen=True, slots=True)
class Caller:
    """Who starts or stops a launch; None where the call doesn't say.

    Args:
        starter: The resource.
        stack: Its stack.

    """

    starter: str | None = None
    stack: str | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Who started a launch.

    Args:
        starters: The resources that started it; empty where the start didn't say who it was.
        stack: Their stack.

    """

    starters: frozenset[str] = frozenset()
    stack: str | None = None

    @classmethod
    def of(cls, caller: Caller) -> "Hold":
        """Return the hold of a caller that has just started the launch."""
        return cls(frozenset([caller.starter]), caller.stack) if caller.starter else NOBODYS

    def joined_by(self, starter: str) -> "Hold":
        """Return the hold with one resource more."""
        return replace(self, starters=self.starters | {starter})

    def left_by(self, starter: str) -> "Hold":
        """Return the hold with one resource less."""
        return replace(self, starters=self.starters - {starter})


NOBODYS: Final = Hold()


class Start(StrEnum):
    """What StartLaunch does."""

    START = auto()
    ANSWER_AGAIN = auto()
    JOIN = auto()
    REFUSE_RUNNING = auto()
    REFUSE_STOPPED = auto()


class Stop(StrEnum):
    """What StopLaunch does."""

    STOP = auto()
    LEAVE_TO_OTHERS = auto()
    REFUSE_NOT_RUNNING = auto()
    REFUSE_STRANGER = auto()


def start(status: LaunchStatus, hold: Hold, caller: Caller) -> Start:
    """StartLaunch in a state: who started the launch gets the same answer again, and so does a sibling in its stack."""
    match status:
        case LaunchStatus.CREATED:
            return Start.START
        case LaunchStatus.RUNNING if caller.starter in hold.starters:
            return Start.ANSWER_AGAIN
        case LaunchStatus.RUNNING if caller.starter and hold.starters and caller.stack and caller.stack == hold.stack:
            return Start.JOIN
        case LaunchStatus.RUNNING | LaunchStatus.UPDATING:
            return Start.REFUSE_RUNNING
        case LaunchStatus.COMPLETED | LaunchStatus.CANCELLED:
            return Start.REFUSE_STOPPED


def stop(status: LaunchStatus, hold: Hold, caller: Caller) -> Stop:
    """StopLaunch in a state: a caller that says who it is stops what it alone holds, and nothing else."""
    if status is not LaunchStatus.RUNNING:
        return Stop.REFUSE_NOT_RUNNING
    if caller.starter is None:
        return Stop.STOP
    if caller.starter not in hold.starters:
        return Stop.REFUSE_STRANGER
    return Stop.LEAVE_TO_OTHERS if len(hold.starters) > 1 else Stop.STOP
