"""What the service keeps: projects, features, segments and launches, as plain values.

What conditions and decisions need are fields; `body` is the rest of the API's document, in its response form but
without ARNs, which follow from where the service runs. `ownership` says who made it. Times are whole milliseconds since
1970.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from evidently_service.domain.launch_states import LaunchStatus
from evidently_service.domain.ownership import NOBODYS, Ownership

_PLAN = ("groups", "randomizationSalt", "scheduledSplitsDefinition")


def _first_version() -> int:
    """Return a number that no other resource of the name began with, for one that is made anew in no time."""
    return secrets.randbits(52)


class Kind(StrEnum):
    """resourceType in the API's errors, and the word in its ARNs."""

    PROJECT = "project"
    FEATURE = "feature"
    LAUNCH = "launch"
    SEGMENT = "segment"


@dataclass(frozen=True, slots=True)
class Project:
    """A project and its counters."""

    name: str
    created: int
    updated: int
    body: Mapping[str, Any]
    features: int = 0
    launches: int = 0
    active_launches: int = 0
    ownership: Ownership = NOBODYS
    version: int = field(default_factory=_first_version)


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature; `runs` says which launches run on it, and since when."""

    project: str
    name: str
    created: int
    updated: int
    body: Mapping[str, Any]
    runs: Mapping[str, int]
    ownership: Ownership = NOBODYS
    version: int = field(default_factory=_first_version)

    @property
    def variations(self) -> list[str]:
        """Names of the variations, in their order."""
        return [variation["name"] for variation in self.body["variations"]]


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment, and how many launches refer to it."""

    name: str
    created: int
    updated: int
    body: Mapping[str, Any]
    launches: int = 0
    ownership: Ownership = NOBODYS
    version: int = field(default_factory=_first_version)

    @property
    def pattern(self) -> str:
        """The pattern, as it was sent."""
        return str(self.body["pattern"])


@dataclass(frozen=True, slots=True)
class Launch:
    """A launch; `run` says who started it, `patterns` what its segments match: those never change under a name."""

    project: str
    name: str
    status: LaunchStatus
    created: int
    updated: int
    body: Mapping[str, Any]
    started: int | None = None
    ended: int | None = None
    reason: str | None = None
    patterns: Mapping[str, str] = field(default_factory=dict)
    ownership: Ownership = NOBODYS
    run: Ownership = NOBODYS
    version: int = field(default_factory=_first_version)

    def start(self, now: int, run: Ownership) -> "Launch":
        """Return the launch as it runs from now on, and whose its run is."""
        return replace(self, status=LaunchStatus.RUNNING, started=now, run=run, updated=now, version=self.version + 1)

    def stop(self, now: int, state: LaunchStatus, reason: str | None) -> "Launch":
        """Return the launch as it is when stopped, for good: its run is nobody's any more."""
        return replace(self, status=state, ended=now, reason=reason, run=NOBODYS, updated=now, version=self.version + 1)

    def plan(self) -> dict[str, Any]:
        """Return what an evaluation needs of a running launch."""
        needed = {name: self.body[name] for name in _PLAN if name in self.body}
        return {**needed, "name": self.name, "execution": {"startedTime": self.started}, "patterns": self.patterns}

    def feature_variations(self) -> dict[str, list[tuple[str, str]]]:
        """By feature: the variations this launch serves, each with the field of the document that says so."""
        found: dict[str, list[tuple[str, str]]] = {}
        for index, group in enumerate(self.body["groups"]):
            for feature, variation in group["featureVariations"].items():
                found.setdefault(feature, []).append((f"groups[{index}]", variation))
        return found

    def segments(self) -> list[str]:
        """Names of the segments that any step refers to, each once, sorted."""
        steps = self.body.get("scheduledSplitsDefinition", {}).get("steps", [])
        return sorted({override["segment"] for step in steps for override in step.get("segmentOverrides", [])})


Resource = Project | Feature | Segment | Launch
