"""The life of a launch: which change is allowed in which state, and whose start it was.

    CREATED ──StartLaunch──> RUNNING ──StopLaunch──> COMPLETED or CANCELLED

Stopped is for good. UPDATING exists in the model and is never entered: every change here is one write.

A caller may say who it is, by its signed `x-evidently-starter`. Then it holds what it starts, and stops nothing else. A
resource of a stack may be replaced by another one of the stack (`x-evidently-stack`) that names the same launch: then
both hold it for a while, and it runs as long as one of them does.

A Delete may overtake the Create that it undoes: a stop by a starter that does not hold the launch withdraws every start
that the same starter was asked for before it (`x-evidently-asked`), and comes later.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum, auto
from typing import Final

_MOST_WITHDRAWN = 20  # a launch is started by one resource, and by a few in the course of moves


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
        asked: When it was asked to, in milliseconds since 1970.
        first: Whether it says that it holds nothing of the launch.

    """

    starter: str | None = None
    stack: str | None = None
    asked: int | None = None
    first: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """Who started a launch.

    Args:
        starters: The resources that started it; empty where the start didn't say who it was.
        stack: Their stack.
        since: When the start of a resource was asked for, by that resource.
        withdrawn: When the stop of a resource was asked for that did not hold the launch, by that resource.

    """

    starters: frozenset[str] = frozenset()
    stack: str | None = None
    since: Mapping[str, int] = field(default_factory=dict)
    withdrawn: Mapping[str, int] = field(default_factory=dict)

    def taken_by(self, caller: Caller) -> "Hold":
        """Return the hold of a caller that has just started the launch."""
        stack = caller.stack if caller.starter else None
        return replace(self, starters=frozenset(), stack=stack, since={}).joined_by(caller)

    def joined_by(self, caller: Caller) -> "Hold":
        """Return the hold with one resource more."""
        if caller.starter is None:
            return self
        since = self.since if caller.asked is None else {**self.since, caller.starter: caller.asked}
        return replace(self, starters=self.starters | {caller.starter}, since=since)

    def left_by(self, caller: Caller) -> "Hold":
        """Return the hold with one resource less."""
        since = {starter: asked for starter, asked in self.since.items() if starter != caller.starter}
        return replace(self, starters=self.starters - {caller.starter}, since=since)

    def is_left_over(self, caller: Caller) -> bool:
        """Say whether the caller held the launch in an earlier life, and let it run on when that ended."""
        since = self.since.get(caller.starter or "")
        return caller.first and caller.asked is not None and since is not None and since < caller.asked

    def withdrawn_by(self, caller: Caller) -> "Hold":
        """Return the hold with a note that a resource's stop was asked for; the same where that is known."""
        if caller.starter is None or caller.asked is None or caller.asked <= self.withdrawn.get(caller.starter, -1):
            return self
        latest = sorted({**self.withdrawn, caller.starter: caller.asked}.items(), key=lambda each: each[1])
        return replace(self, withdrawn=dict(latest[-_MOST_WITHDRAWN:]))

    def has_withdrawn(self, caller: Caller) -> bool:
        """Say whether a start was asked for before a stop that has come already."""
        return caller.asked is not None and caller.asked < self.withdrawn.get(caller.starter or "", 0)


NOBODYS: Final = Hold()


class Start(StrEnum):
    """What StartLaunch does."""

    START = auto()
    ANSWER_AGAIN = auto()
    JOIN = auto()
    REFUSE_WITHDRAWN = auto()
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
    siblings = bool(caller.starter and hold.starters and caller.stack and caller.stack == hold.stack)
    match status:
        case LaunchStatus.CREATED:
            return Start.REFUSE_WITHDRAWN if hold.has_withdrawn(caller) else Start.START
        case LaunchStatus.RUNNING if hold.is_left_over(caller):
            return Start.REFUSE_RUNNING
        case LaunchStatus.RUNNING if caller.starter in hold.starters:
            return Start.ANSWER_AGAIN
        case LaunchStatus.RUNNING if siblings:
            return Start.REFUSE_WITHDRAWN if hold.has_withdrawn(caller) else Start.JOIN
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
