"""Physical ids: what each one says of the resource, and what that means for its Delete. Pure, standard library only.

    ARN                        this resource owns the launch, project, feature or segment
    ARN#adopted                it was there, or ran, already: somebody else's
    ARN#failed:TIME            a Create FAILED, and its outcome is unknown
    not-started:TIME           a Create FAILED, and no attempt of it can have acquired anything
    anything else              CloudFormation made it up, for a Create that never responded

TIME is the `requested_at` of that Create, its RequestId where that is not known. Where the API's URL may change without
a change of the template, `#at:DIGEST` follows: the URL at which the resource is.
"""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final

from evidently_provider.ownership.references import ResourceRef

_PHYSICAL_ID: Final = re.compile(
    r"(?:not-started:(?P<not_started>[^#]+)|(?P<arn>arn:[^#]+)(?:#(?P<adopted>adopted)|#failed:(?P<failed>[^#]+))?)"
    r"(?:#at:(?P<endpoint>[0-9a-f]+))?"
)
_DIGITS: Final = 8


class Mark(StrEnum):
    """What a physical id says."""

    OWNED = auto()
    ADOPTED = auto()
    FAILED = auto()
    NOT_STARTED = auto()
    MADE_UP = auto()


@dataclass(frozen=True, slots=True)
class PhysicalId:
    """A physical id, understood.

    Args:
        mark: What it says.
        arn: Of the resource of the API; "" where the id names none.
        incarnation: Of a Create that FAILED: its `requested_at`, or its RequestId.
        endpoint: A digest of the URL at which the resource is; "" where that can't change.
        made_up: What CloudFormation made up.

    """

    mark: Mark
    arn: str = ""
    incarnation: str = ""
    endpoint: str = ""
    made_up: str = ""

    @classmethod
    def parse(cls, text: str) -> "PhysicalId":
        """Return what a physical id says."""
        found = _PHYSICAL_ID.fullmatch(text)
        if found is None or (found["arn"] and ResourceRef.from_arn(found["arn"]) is None):
            return cls(Mark.MADE_UP, made_up=text)
        endpoint = found["endpoint"] or ""
        if found["not_started"]:
            return cls(Mark.NOT_STARTED, incarnation=found["not_started"], endpoint=endpoint)
        mark = Mark.ADOPTED if found["adopted"] else Mark.FAILED if found["failed"] else Mark.OWNED
        return cls(mark, found["arn"], found["failed"] or "", endpoint)

    @property
    def text(self) -> str:
        """The id as CloudFormation keeps it."""
        at = f"#at:{self.endpoint}" if self.endpoint else ""
        match self.mark:
            case Mark.OWNED:
                return f"{self.arn}{at}"
            case Mark.ADOPTED:
                return f"{self.arn}#adopted{at}"
            case Mark.FAILED:
                return f"{self.arn}#failed:{self.incarnation}{at}"
            case Mark.NOT_STARTED:
                return f"not-started:{self.incarnation}{at}"
            case Mark.MADE_UP:
                return self.made_up

    @property
    def target(self) -> ResourceRef | None:
        """The resource that it names, None if it names none."""
        return ResourceRef.from_arn(self.arn)

    @property
    def requested_at(self) -> int | None:
        """Of a Create that FAILED, when it was requested; None where that is not known."""
        return int(self.incarnation) if self.incarnation.isdecimal() else None

    @property
    def owns(self) -> bool:
        """Whether something may run, or exist, that only this resource's Delete ends."""
        return self.mark in {Mark.OWNED, Mark.FAILED}


def endpoint_digest(url: str) -> str:
    """Return what an id says of the URL at which its resource is."""
    return hashlib.sha256(url.encode()).hexdigest()[:_DIGITS]
