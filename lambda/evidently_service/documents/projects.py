"""Projects as documents of the API."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from evidently_service.documents.common import kept, merged, refuse, tag_problems
from evidently_service.documents.owners import shown_tags
from evidently_service.domain.arns import Arns
from evidently_service.domain.errors import Problem
from evidently_service.domain.resources import Project

_LOGS = "cloudWatchLogs"
_S3 = "s3Destination"


def new_project(given: Mapping[str, Any], now: int, log_groups: Collection[str]) -> Project:
    """Return the project of a CreateProject.

    Args:
        given: the request's members.
        now: the time, in milliseconds since 1970.
        log_groups: names of the log groups that this deployment may deliver events to.

    """
    target = given.get("dataDelivery", {})
    refuse(
        [
            *_app_config_problems(given),
            *_delivery_problems(target, log_groups, "dataDelivery."),
            *tag_problems(given.get("tags", {})),
        ]
    )
    body = kept(given, "description", "tags") | _delivery(target)
    return Project(given["name"], created=now, updated=now, body=body)


def updated_project(project: Project, given: Mapping[str, Any], now: int) -> Project:
    """Return a project after an UpdateProject."""
    refuse(_app_config_problems(given))
    body = merged(project.body, kept(given, "description"))
    return replace(project, updated=now, body=body, version=project.version + 1)


def redelivered_project(project: Project, given: Mapping[str, Any], now: int, log_groups: Collection[str]) -> Project:
    """Return a project after an UpdateProjectDataDelivery: without a target, its events go nowhere."""
    refuse(_delivery_problems(given, log_groups, ""))
    rest = {name: value for name, value in project.body.items() if name != "dataDelivery"}
    return replace(project, updated=now, body={**rest, **_delivery(given)}, version=project.version + 1)


def project_document(project: Project, arns: Arns) -> dict[str, Any]:
    """Return the API's Project; its experiment counts are always 0."""
    return {
        **project.body,
        "tags": shown_tags(project),
        "arn": arns.project(project.name),
        "name": project.name,
        "status": "AVAILABLE",
        "createdTime": project.created,
        "lastUpdatedTime": project.updated,
        "featureCount": project.features,
        "launchCount": project.launches,
        "activeLaunchCount": project.active_launches,
        "experimentCount": 0,
        "activeExperimentCount": 0,
    }


def _delivery(target: Mapping[str, Any]) -> dict[str, Any]:
    return {"dataDelivery": {_LOGS: target[_LOGS]}} if target.get(_LOGS) else {}


def _app_config_problems(given: Mapping[str, Any]) -> Iterator[Problem]:
    if "appConfigResource" in given:
        rule = "is not offered: evaluation through AppConfig was part of AWS's own service; omit it"
        yield Problem("appConfigResource", rule)


def _delivery_problems(target: Mapping[str, Any], log_groups: Collection[str], path: str) -> Iterator[Problem]:
    """Yield a problem for an S3 bucket, and for a log group that this deployment may not write to."""
    if _S3 in target:
        yield Problem(f"{path}{_S3}", f"is not offered: events go to log groups only; use {_LOGS} instead")
    if _LOGS not in target:
        return
    group = target[_LOGS].get("logGroup")
    if group not in log_groups:
        known = ", ".join(sorted(log_groups)) or "none"
        rule = f"must be a log group that this Evidently API may write to ({known}); give it to EvidentlyService"
        yield Problem(f"{path}{_LOGS}.logGroup", f"{rule} in data_delivery")
