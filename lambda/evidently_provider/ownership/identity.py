"""Physical ids: what each says of the resource, and what that means for its Delete. Pure, standard library only.

    ARN                        this resource owns the launch, project, feature or segment
    ARN#adopted                the resource existed, or the launch ran, under another owner
    ARN#failed:TIME            a Create FAILED, and its outcome is unknown
    not-started:TIME           a Create FAILED, and no attempt acquired anything
    anything else              CloudFormation made it up, for a Create that never responded

TIME is that Create's `requested_at`, or its RequestId if that is unknown. Where the API's URL may change without a
change of the template, `#at:DIGEST` follows: a digest of the URL at which the resource is.
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
    """The form of a physical id; see the module's table."""

    OWNED = auto()
    ADOPTED = auto()
    FAILED = auto()
    NOT_STARTED = auto()
    MADE_UP = auto()


@dataclass(frozen=True, slots=True)
class PhysicalId:
    """A physical id, parsed.

    Args:
        mark: its form.
        arn: ARN of the API's resource, "" if the id has none.
        incarnation: of a Create that FAILED: its `requested_at`, or its RequestId.
        endpoint: digest of the resource's URL, "" if that cannot change.
        made_up: the whole id, if CloudFormation made it up.

    """

    mark: Mark
    arn: str = ""
    incarnation: str = ""
    endpoint: str = ""
    made_up: str = ""

    @classmethod
    def parse(cls, text: str) -> "PhysicalId":
        """Parse a physical id; text in no form of ours is CloudFormation's."""
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
        """The id as text, for a response."""
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
        """The API's resource, None if the id names none."""
        return ResourceRef.from_arn(self.arn)

    @property
    def requested_at(self) -> int | None:
        """When a Create that FAILED was requested, in seconds since 1970; None if unknown."""
        return int(self.incarnation) if self.incarnation.isdecimal() else None

    @property
    def owns(self) -> bool:
        """Whether a launch may run, or a resource exist, that only this resource's Delete ends."""
        return self.mark in {Mark.OWNED, Mark.FAILED}


def endpoint_digest(url: str) -> str:
    """Return the digest of a URL, as a physical id has it."""
    return hashlib.sha256(url.encode()).hexdigest()[:_DIGITS]
