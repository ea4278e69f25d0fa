"""Projects, features, segments and launches, as plain values.

Fields are what conditions and decisions need. `body` is the rest of the API's document in its response form, but
without ARNs, which depend on account and Region. `ownership` has the owners of the resource's existence. Times are
whole milliseconds since 1970.
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
    """Return a random number: a resource that is deleted and recreated must not repeat a version that somebody read."""
    return secrets.randbits(52)


class Kind(StrEnum):
    """A kind of resource: resourceType in the API's errors, and the word in its ARNs."""

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
    """A feature; `runs` has the start time of each launch that runs on it, by name."""

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
        """Names of the variations, in the order of the document."""
        return [variation["name"] for variation in self.body["variations"]]


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment, and the number of launches that refer to it."""

    name: str
    created: int
    updated: int
    body: Mapping[str, Any]
    launches: int = 0
    ownership: Ownership = NOBODYS
    version: int = field(default_factory=_first_version)

    @property
    def pattern(self) -> str:
        """JSON text of the pattern, as in the request."""
        return str(self.body["pattern"])


@dataclass(frozen=True, slots=True)
class Launch:
    """A launch.

    `run` has the owners of its run. `patterns` has the patterns of its segments: no request changes a segment, so the
    copies stay true, and an evaluation reads no segments. `replaced` has the schedules that a stack may go back to, as
    in `documents.schedules`.
    """

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
    replaced: Mapping[str, int] = field(default_factory=dict)
    version: int = field(default_factory=_first_version)

    def start(self, now: int, run: Ownership) -> "Launch":
        """Return the launch as RUNNING since now, with the owners of its run."""
        return replace(self, status=LaunchStatus.RUNNING, started=now, run=run, updated=now, version=self.version + 1)

    def stop(self, now: int, state: LaunchStatus, reason: str | None) -> "Launch":
        """Return the launch as stopped; nobody owns the run of a stopped launch."""
        return replace(self, status=state, ended=now, reason=reason, run=NOBODYS, updated=now, version=self.version + 1)

    def plan(self) -> dict[str, Any]:
        """Return the members of a running launch that an evaluation reads."""
        needed = {name: self.body[name] for name in _PLAN if name in self.body}
        return {**needed, "name": self.name, "execution": {"startedTime": self.started}, "patterns": self.patterns}

    def feature_variations(self) -> dict[str, list[tuple[str, str]]]:
        """Return the variations that the launch serves, by feature, each with the path of its group in the document."""
        found: dict[str, list[tuple[str, str]]] = {}
        for index, group in enumerate(self.body["groups"]):
            for feature, variation in group["featureVariations"].items():
                found.setdefault(feature, []).append((f"groups[{index}]", variation))
        return found

    def segments(self) -> list[str]:
        """Return the sorted names of the segments in the overrides of all steps."""
        steps = self.body.get("scheduledSplitsDefinition", {}).get("steps", [])
        return sorted({override["segment"] for step in steps for override in step.get("segmentOverrides", [])})


Resource = Project | Feature | Segment | Launch
