"""References to a project, feature, segment or launch: its kind and names, and its ARN. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_ARN: Final = re.compile(
    r"arn:[^:]+:evidently:[^:]*:[^:]*:"
    r"(?:project/(?P<project>[^/#]+)(?:/(?P<kind>feature|launch)/(?P<name>[^/#]+))?|segment/(?P<segment>[^/#]+))"
)


class Kind(StrEnum):
    """The kind of a resource; the value is the member that has it in the API's responses."""

    PROJECT = "project"
    FEATURE = "feature"
    SEGMENT = "segment"
    LAUNCH = "launch"

    @property
    def in_project(self) -> bool:
        """Whether a resource of this kind belongs to a project."""
        return self in {Kind.FEATURE, Kind.LAUNCH}

    def operation(self, verb: str) -> str:
        """Return the API's operation, such as CreateProject."""
        return f"{verb}{self.value.capitalize()}"


@dataclass(frozen=True, slots=True)
class ResourceRef:
    """A resource of the API by its kind and names: equal references are the same resource.

    Args:
        kind: its kind.
        name: its plain name.
        project: plain name of its project, "" for a kind without one.

    """

    kind: Kind
    name: str
    project: str = ""

    def __str__(self) -> str:
        return f"{self.kind} '{self.name}'" + (f" of project '{self.project}'" if self.project else "")

    @classmethod
    def from_arn(cls, arn: str) -> "ResourceRef | None":
        """Return the resource that an ARN names, None if it is of another kind."""
        found = _ARN.fullmatch(arn)
        if found is None:
            return None
        if found["segment"]:
            return cls(Kind.SEGMENT, found["segment"])
        return (
            cls(Kind(found["kind"]), found["name"], found["project"])
            if found["kind"]
            else cls(Kind.PROJECT, found["project"])
        )

    def arn_beside(self, stack_id: str) -> str:
        """Return its ARN in the account and Region of a stack; the API's own may differ there, never in the names."""
        _, partition, _, region, account, *_ = [*stack_id.split(":"), *[""] * 5]
        within = f"project/{self.project}/" if self.project else ""
        return f"arn:{partition}:evidently:{region}:{account}:{within}{self.kind}/{self.name}"

    @property
    def address(self) -> dict[str, str]:
        """The members that name it in the API's requests."""
        return {self.kind.value: self.name, **({"project": self.project} if self.project else {})}
