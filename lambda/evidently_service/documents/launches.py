"""Launches as documents of the API."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from evidently_service.documents import schedules
from evidently_service.documents.common import kept, merged, name_problems, refuse, tag_problems
from evidently_service.documents.owners import shown_tags
from evidently_service.domain.arns import Arns
from evidently_service.domain.errors import Problem
from evidently_service.domain.launch_states import LaunchStatus
from evidently_service.domain.resources import Kind, Launch

LAUNCH_TYPE = "aws.evidently.splits"


def new_launch(given: Mapping[str, Any], project: str, now: int, arns: Arns) -> Launch:
    """Return the launch of a CreateLaunch: CREATED, with its name as the default salt.

    As on AWS, nothing checks that features and variations exist, or what weights add up to; StartLaunch checks the
    first two.
    """
    body = {
        **kept(given, "description", "tags", "metricMonitors"),
        **_structures(given, arns),
        "randomizationSalt": given.get("randomizationSalt") or given["name"],
    }
    refuse([*_launch_problems(body), *tag_problems(given.get("tags", {}))])
    return Launch(project, given["name"], LaunchStatus.CREATED, created=now, updated=now, body=body)


def updated_launch(launch: Launch, given: Mapping[str, Any], now: int, arns: Arns) -> Launch:
    """Return a launch after an UpdateLaunch: each member of the request replaces the old one as a whole."""
    changes = kept(given, "description", "metricMonitors") | _structures(given, arns)
    if "randomizationSalt" in given:
        changes["randomizationSalt"] = given["randomizationSalt"] or launch.name
    body = merged(launch.body, changes)
    refuse(_launch_problems(body))
    after = replace(launch, updated=now, body=body, version=launch.version + 1)
    return replace(after, replaced=schedules.replaced(launch, after, now))


def frozen_changes(before: Launch, after: Launch) -> list[str]:
    """Return the names of changed members that assign entities to groups: a running launch keeps those."""
    old, new = _assigning(before.body), _assigning(after.body)
    return [name for name in old if old[name] != new[name]]


def launch_document(launch: Launch, arns: Arns) -> dict[str, Any]:
    """Return the API's Launch: without `execution` until it was started, and never with the owner of its run."""
    document: dict[str, Any] = {
        "metricMonitors": [],
        **launch.body,
        "tags": shown_tags(launch),
        "arn": arns.launch(launch.project, launch.name),
        "name": launch.name,
        "project": arns.project(launch.project),
        "status": launch.status.value,
        "statusReason": launch.reason,
        "type": LAUNCH_TYPE,
        "createdTime": launch.created,
        "lastUpdatedTime": launch.updated,
    }
    if launch.started is not None:
        document["execution"] = {"startedTime": launch.started, "endedTime": launch.ended}
    if "scheduledSplitsDefinition" in document:
        steps = [_shown_step(step, arns) for step in document["scheduledSplitsDefinition"]["steps"]]
        document["scheduledSplitsDefinition"] = {"steps": steps}
    return document


def _assigning(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what assigns entities to groups, and groups to variations: no description does."""
    groups = [(group["name"], group["featureVariations"]) for group in body["groups"]]
    return {"groups": groups, "randomizationSalt": body["randomizationSalt"]}


def _structures(given: Mapping[str, Any], arns: Arns) -> dict[str, Any]:
    """Return the groups and the schedule of a request in their response form, each if present."""
    found: dict[str, Any] = {}
    if "groups" in given:
        found["groups"] = [
            merged(kept(group, "name", "description"), {"featureVariations": {group["feature"]: group["variation"]}})
            for group in given["groups"]
        ]
    if "scheduledSplitsConfig" in given:
        steps = [_stored_step(step, arns) for step in given["scheduledSplitsConfig"]["steps"]]
        found["scheduledSplitsDefinition"] = {"steps": steps}
    return found


def _stored_step(step: Mapping[str, Any], arns: Arns) -> dict[str, Any]:
    overrides = [
        {**override, "segment": arns.name_of(Kind.SEGMENT, override["segment"])}
        for override in step.get("segmentOverrides", [])
    ]
    return {**step, "segmentOverrides": overrides}


def _shown_step(step: Mapping[str, Any], arns: Arns) -> dict[str, Any]:
    overrides = [{**override, "segment": arns.segment(override["segment"])} for override in step["segmentOverrides"]]
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
