"""Launches as documents of the API."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from evidently_service.documents.common import kept, merged, name_problems, refuse, tag_problems
from evidently_service.documents.owners import shown_tags
from evidently_service.domain.arns import Place
from evidently_service.domain.errors import Problem
from evidently_service.domain.launch_states import LaunchStatus
from evidently_service.domain.resources import Kind, Launch

LAUNCH_TYPE = "aws.evidently.splits"


def new_launch(given: Mapping[str, Any], project: str, now: int, place: Place) -> Launch:
    """Return what CreateLaunch makes: CREATED, with its own name for salt.

    Features, variations and the sums of weights are not looked at here, as AWS didn't; StartLaunch looks at the first
    two.
    """
    body = {
        "randomizationSalt": given["name"],
        **kept(given, "description", "tags", "metricMonitors", "randomizationSalt"),
        **_structures(given, place),
    }
    refuse([*_launch_problems(body), *tag_problems(given.get("tags", {}))])
    return Launch(project, given["name"], LaunchStatus.CREATED, created=now, updated=now, body=body)


def updated_launch(launch: Launch, given: Mapping[str, Any], now: int, place: Place) -> Launch:
    """Return what UpdateLaunch makes of a launch: a member that is given takes the old one's place as a whole."""
    changes = kept(given, "description", "metricMonitors", "randomizationSalt") | _structures(given, place)
    body = merged(launch.body, changes)
    refuse(_launch_problems(body))
    return replace(launch, updated=now, body=body, version=launch.version + 1)


def frozen_changes(before: Launch, after: Launch) -> list[str]:
    """Return the members that differ and that decide who is in which group: they stay while the launch runs."""
    return [name for name in ("groups", "randomizationSalt") if before.body[name] != after.body[name]]


def launch_document(launch: Launch, place: Place) -> dict[str, Any]:
    """Return a Launch as the API shows it: without `execution` until it was started, and never with who did."""
    document: dict[str, Any] = {
        "metricMonitors": [],
        **launch.body,
        "tags": shown_tags(launch),
        "arn": place.launch(launch.project, launch.name),
        "name": launch.name,
        "project": place.project(launch.project),
        "status": launch.status.value,
        "statusReason": launch.reason,
        "type": LAUNCH_TYPE,
        "createdTime": launch.created,
        "lastUpdatedTime": launch.updated,
    }
    if launch.started is not None:
        document["execution"] = {"startedTime": launch.started, "endedTime": launch.ended}
    if "scheduledSplitsDefinition" in document:
        steps = [_shown_step(step, place) for step in document["scheduledSplitsDefinition"]["steps"]]
        document["scheduledSplitsDefinition"] = {"steps": steps}
    return document


def _structures(given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """Return the groups and the schedule of a request in their response form, where they are there."""
    found: dict[str, Any] = {}
    if "groups" in given:
        found["groups"] = [
            {**kept(group, "name", "description"), "featureVariations": {group["feature"]: group["variation"]}}
            for group in given["groups"]
        ]
    if "scheduledSplitsConfig" in given:
        steps = [_stored_step(step, place) for step in given["scheduledSplitsConfig"]["steps"]]
        found["scheduledSplitsDefinition"] = {"steps": steps}
    return found


def _stored_step(step: Mapping[str, Any], place: Place) -> dict[str, Any]:
    overrides = [
        {**override, "segment": place.name_of(Kind.SEGMENT, override["segment"])}
        for override in step.get("segmentOverrides", [])
    ]
    return {**step, "segmentOverrides": overrides}


def _shown_step(step: Mapping[str, Any], place: Place) -> dict[str, Any]:
    overrides = [{**override, "segment": place.segment(override["segment"])} for override in step["segmentOverrides"]]
    return {**step, "segmentOverrides": overrides}


def _launch_problems(body: Mapping[str, Any]) -> Iterator[Problem]:
    names = [group["name"] for group in body["groups"]]
    yield from name_problems("groups", names)
    steps: Sequence[Mapping[str, Any]] = body.get("scheduledSplitsDefinition", {}).get("steps", [])
    weights = [step["groupWeights"] for step in steps]
    weights += [override["weights"] for step in steps for override in step["segmentOverrides"]]
    if not set(names).issuperset(name for each in weights for name in each):
        # The sentence is AWS's own.
        yield Problem("scheduledSplitsConfig", "Launch groups name in steps not present in groups")
