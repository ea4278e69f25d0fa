"""The changes that keep counters, quotas and references true: parts of transactions, as plain values.

Names that DynamoDB reserves (`status`, `version`) are aliased.
"""

from evidently_service.items import (
    ACCOUNT_COUNTERS,
    SCHEMA,
    feature_key,
    launch_item,
    launch_key,
    number,
    project_key,
    segment_key,
    text,
)
from evidently_service.launch_states import LaunchStatus
from evidently_service.resources import Launch
from evidently_service.store import Delete, Update


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


def refer_to_segment(name: str) -> Update:
    """Note on a segment, if it is there, that a launch more refers to it."""
    return Update(segment_key(name), "ADD launchCount :one", values={":one": number(1)})


def release_segment(name: str) -> Update:
    """Note on a segment that a launch less refers to it."""
    return Update(segment_key(name), "ADD launchCount :less", values={":less": number(-1)})


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


def delete_idle_launch(project: str, name: str) -> Delete:
    """Delete a launch, if it does not run."""
    return Delete(
        launch_key(project, name),
        values={":running": text(LaunchStatus.RUNNING.value)},
        names={"#status": "status"},
        condition="attribute_exists(pk) AND #status <> :running",
    )


def change_launch(before: Launch, after: Launch) -> Update:
    """Store a change of a launch's state, if it still is what the change was decided on.

    The version stands for everything that was read: status, starter, groups.
    """
    old, new = launch_item(before), launch_item(after)
    changed = sorted(name for name in new if new[name] != old.get(name))
    return Update(
        launch_key(after.project, after.name),
        "SET " + ", ".join(f"#{name} = :{name}" for name in changed),
        values={":decidedOn": number(before.version), **{f":{name}": new[name] for name in changed}},
        names={f"#{name}": name for name in changed},
        condition="#version = :decidedOn",
    )


def run_on_feature(launch: Launch, feature: str, variations: list[str]) -> Update:
    """Note on a feature that a launch runs on it, if the feature is there and has these variations."""
    wanted = {f":variation{index}": text(name) for index, name in enumerate(sorted(set(variations)))}
    return Update(
        feature_key(launch.project, feature),
        "SET runs.#launch = :since",
        values={":since": number(launch.started or 0), **wanted},
        names={"#launch": launch.name},
        condition=" AND ".join(["attribute_exists(pk)", *(f"contains(variations, {name})" for name in wanted)]),
    )


def end_on_feature(launch: Launch, feature: str) -> Update:
    """Remove that note."""
    return Update(feature_key(launch.project, feature), "REMOVE runs.#launch", names={"#launch": launch.name})
