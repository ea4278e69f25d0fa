"""Who is who: physical ids, the launch they name, and the starter that proves whose start it was. Pure.

A physical id is the launch's ARN if this resource started it, the ARN with `#adopted` after it if it ran already, and
`not-started:…` if nothing was started. Any other was made up by CloudFormation, for a Create that never answered.
"""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final

ADOPTED: Final = "#adopted"
NOT_STARTED: Final = "not-started:"
NOT_CREATED: Final = "not-created:"  # of a resource that makes something
_LAUNCH_ARN: Final = re.compile(
    r"arn:[^:]+:evidently:[^:]*:[^:]*:project/(?P<project>[^/#]+)/launch/(?P<launch>[^/#]+)"
)


@dataclass(frozen=True, slots=True)
class LaunchName:
    """A launch by the names of its project and itself: what makes two launches the same one."""

    project: str
    launch: str

    def __str__(self) -> str:
        return f"launch '{self.launch}' of project '{self.project}'"

    @classmethod
    def from_arn(cls, arn: str) -> "LaunchName | None":
        """The launch that an ARN names, None if it names something else."""
        found = _LAUNCH_ARN.fullmatch(arn)
        return cls(**found.groupdict()) if found else None

    def arn_beside(self, stack_id: str) -> str:
        """The launch's ARN, as far as the ARN of a stack in its account and Region tells; its names are exact."""
        _, partition, _, region, account, *_ = [*stack_id.split(":"), *[""] * 5]
        return f"arn:{partition}:evidently:{region}:{account}:project/{self.project}/launch/{self.launch}"


class Hold(StrEnum):
    """What a resource has of its launch, by its physical id."""

    STARTED = auto()
    ADOPTED = auto()
    NOTHING = auto()
    UNKNOWN = auto()  # an id that CloudFormation made up: a Create may have started it, or still do


@dataclass(frozen=True, slots=True)
class PhysicalId:
    """A physical id, understood."""

    hold: Hold
    launch: LaunchName | None

    @classmethod
    def parse(cls, text: str) -> "PhysicalId":
        """What a physical id says."""
        if text.startswith(NOT_STARTED):
            return cls(Hold.NOTHING, None)
        launch = LaunchName.from_arn(text.removesuffix(ADOPTED))
        if launch is None:
            return cls(Hold.UNKNOWN, None)
        return cls(Hold.ADOPTED if text.endswith(ADOPTED) else Hold.STARTED, launch)


def adopted(arn: str) -> str:
    """The physical id of a resource that found its launch running."""
    return arn + ADOPTED


@dataclass(frozen=True, slots=True)
class Starter:
    """Who starts and stops: the same at every retry, and no one else's.

    Args:
        resource: A digest of the stack and the logical id.
        stack: A digest of the stack, whose resources may hold a launch together.
        asked: When it was asked to, in milliseconds since 1970.

    """

    resource: str
    stack: str
    asked: int

    @classmethod
    def of(cls, stack_id: str, logical_id: str, asked: int) -> "Starter":
        """The starter that a resource of a stack is."""
        return cls(_digest(f"{stack_id}|{logical_id}"), _digest(stack_id), asked)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
