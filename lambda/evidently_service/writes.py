"""The changes that keep counters, quotas and references true: parts of transactions, as plain values.

Names that DynamoDB reserves (`status`, `version`) are aliased.
"""

from evidently_service.items import SCHEMA, item_of, reference_item, run_item
from evidently_service.keys import (
    ACCOUNT_COUNTERS,
    feature_key,
    launch_key,
    number,
    project_key,
    reference_key,
    run_key,
    segment_key,
    text,
)
from evidently_service.resources import Launch, Resource, Segment
from evidently_service.transaction import Delete, Put, Update


def count_in_account(counter: str, limit: int) -> Update:
    """Count one more of what `counter` counts in the account, while there are fewer than `limit`."""
    return Update(
        ACCOUNT_COUNTERS,
        f"SET #schema = :schema ADD {counter} :one",
        values={":schema": number(SCHEMA), ":one": number(1), ":limit": number(limit)},
        names={"#schema": "schema"},
        condition=f"attribute_not_exists({counter}) OR {counter} < :limit",
    )


def uncount_in_account(counter: str) -> Update:
    """Count one less of what `counter` counts in the account."""
    return Update(ACCOUNT_COUNTERS, f"ADD {counter} :less", values={":less": number(-1)})


def refer_to_segment(segment: Segment, launch: Launch) -> tuple[Update, Put]:
    """Note that a launch refers to a segment, if it still is the one whose pattern the launch takes along."""
    count = Update(
        segment_key(segment.name),
        "ADD launchCount :one",
        values={":one": number(1), ":made": number(segment.created)},
        condition="createdTime = :made",
    )
    return count, Put(reference_item(segment.name, launch.project, launch.name))


def release_segment(name: str, launch: Launch) -> tuple[Update, Delete]:
    """Remove that note."""
    count = Update(segment_key(name), "ADD launchCount :less", values={":less": number(-1)})
    return count, Delete(reference_key(name, launch.project, launch.name))


def delete_idle_segment(name: str) -> Delete:
    """Delete a segment, if no launch refers to it."""
    return Delete(
        segment_key(name), values={":none": number(0)}, condition="attribute_exists(pk) AND launchCount = :none"
    )


def count_in_project(project: str, counter: str, limit: int) -> Update:
    """Count one more of what `counter` counts, in a project that is there and has fewer than `limit`."""
    return Update(
        project_key(project),
        f"ADD {counter} :one",
        values={":one": number(1), ":limit": number(limit)},
        condition=f"attribute_exists(pk) AND {counter} < :limit",
    )


def uncount_in_project(project: str, counter: str) -> Update:
    """Count one less of what `counter` counts."""
    return Update(project_key(project), f"ADD {counter} :less", values={":less": number(-1)})


def delete_empty_project(name: str) -> Delete:
    """Delete a project, if nothing is left in it."""
    return Delete(
        project_key(name),
        values={":none": number(0)},
        condition="attribute_exists(pk) AND featureCount = :none AND launchCount = :none",
    )


def delete_idle_feature(project: str, name: str) -> Delete:
    """Delete a feature, if no launch runs on it."""
    return Delete(
        feature_key(project, name),
        values={":none": number(0)},
        condition="attribute_exists(pk) AND size(runs) = :none",
    )


def delete_launch(launch: Launch) -> Delete:
    """Delete a launch, if it still is what that was decided on."""
    return Delete(
        launch_key(launch.project, launch.name),
        values={":decidedOn": number(launch.version)},
        names={"#version": "version"},
        condition="#version = :decidedOn",
    )


def change(before: Resource, after: Resource) -> Update:
    """Store a change of a resource, if it still is what the change was decided on: its version stands for all of it."""
    old, new = item_of(before), item_of(after)
    changed = sorted(name for name in new if new[name] != old.get(name))
    return Update(
        {"pk": new["pk"], "sk": new["sk"]},
        "SET " + ", ".join(f"#{name} = :{name}" for name in changed),
        values={":decidedOn": number(before.version), **{f":{name}": new[name] for name in changed}},
        names={"#version": "version", **{f"#{name}": name for name in changed}},
        condition="#version = :decidedOn",
    )


def run_on_feature(launch: Launch, feature: str, variations: list[str]) -> Update:
    """Note on a feature that a launch runs on it, if the feature is there and has these variations."""
    wanted = {f":variation{index}": text(name) for index, name in enumerate(sorted(set(variations)))}
    return Update(
        feature_key(launch.project, feature),
        "SET runs.#launch = :since ADD #version :one",
        values={":since": number(launch.started or 0), ":one": number(1), **wanted},
        names={"#launch": launch.name, "#version": "version"},
        condition=" AND ".join(["attribute_exists(pk)", *(f"contains(variations, {name})" for name in wanted)]),
    )


def end_on_feature(launch: Launch, feature: str) -> Update:
    """Remove that note."""
    return Update(
        feature_key(launch.project, feature),
        "REMOVE runs.#launch ADD #version :one",
        values={":one": number(1)},
        names={"#launch": launch.name, "#version": "version"},
    )


def begin_run(launch: Launch, feature: str) -> Put:
    """Lay what an evaluation needs of a launch beside the feature."""
    return Put(run_item(launch, feature))


def change_run(launch: Launch, feature: str) -> Update:
    """Replace that by what the launch is now."""
    new = run_item(launch, feature)
    return Update(
        run_key(launch.project, feature, launch.name),
        "SET #body = :body",
        values={":body": new["body"]},
        names={"#body": "body"},
    )


def end_run(launch: Launch, feature: str) -> Delete:
    """Take that away."""
    return Delete(run_key(launch.project, feature, launch.name))
