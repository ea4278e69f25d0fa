"""The writes that keep counters, quotas and references consistent: parts of transactions, as plain values.

Names that DynamoDB reserves (`status`, `version`) are aliased.
"""

from dataclasses import replace

import evidently_contract as contract
from evidently_service.domain.ownership import Note
from evidently_service.domain.resources import Launch, Resource, Segment
from evidently_service.storage.items import SCHEMA, item_of, reference_item, run_item
from evidently_service.storage.keys import (
    ACCOUNT_COUNTERS,
    Item,
    feature_key,
    launch_key,
    number,
    project_key,
    reference_key,
    run_key,
    segment_key,
    text,
)
from evidently_service.storage.transaction import Check, Delete, Put, Update

_MILLISECONDS = 1000
# A write that names single attributes must not lower the schema of an item that a newer version wrote.
_SCHEMA_KEPT = "#schema = if_not_exists(#schema, :schema)"


def count_in_account(counter: str, limit: int) -> Update:
    """Return the increment of a counter of the account, on condition that it is below `limit`."""
    return Update(
        ACCOUNT_COUNTERS,
        f"SET {_SCHEMA_KEPT} ADD {counter} :one",
        values={":schema": number(SCHEMA), ":one": number(1), ":limit": number(limit)},
        names={"#schema": "schema"},
        condition=f"attribute_not_exists({counter}) OR {counter} < :limit",
    )


def uncount_in_account(counter: str) -> Update:
    """Return the decrement of a counter of the account."""
    return Update(ACCOUNT_COUNTERS, f"ADD {counter} :less", values={":less": number(-1)})


def refer_to_segment(segment: Segment, launch: Launch) -> tuple[Update, Put]:
    """Return the writes that record a reference, on condition that the segment is the one whose pattern was read."""
    count = Update(
        segment_key(segment.name),
        "ADD launchCount :one",
        values={":one": number(1), ":made": number(segment.created)},
        condition="createdTime = :made",
    )
    return count, Put(reference_item(segment.name, launch.project, launch.name))


def release_segment(name: str, launch: Launch) -> tuple[Update, Delete]:
    """Return the writes that remove a launch's reference to a segment."""
    count = Update(segment_key(name), "ADD launchCount :less", values={":less": number(-1)})
    return count, Delete(reference_key(name, launch.project, launch.name))


def delete_idle_segment(name: str) -> Delete:
    """Return the delete of a segment, on condition that no launch refers to it."""
    return Delete(
        segment_key(name), values={":none": number(0)}, condition="attribute_exists(pk) AND launchCount = :none"
    )


def count_in_project(project: str, counter: str, limit: int) -> Update:
    """Return the increment of a project's counter, on condition that the project exists and is below `limit`."""
    return Update(
        project_key(project),
        f"ADD {counter} :one",
        values={":one": number(1), ":limit": number(limit)},
        condition=f"attribute_exists(pk) AND {counter} < :limit",
    )


def uncount_in_project(project: str, *counters: str) -> Update:
    """Return the decrement of counters of a project."""
    less = ", ".join(f"{counter} :less" for counter in counters)
    return Update(project_key(project), f"ADD {less}", values={":less": number(-1)})


def delete_empty_project(name: str) -> Delete:
    """Return the delete of a project, on condition that it has no features and no launches."""
    return Delete(
        project_key(name),
        values={":none": number(0)},
        condition="attribute_exists(pk) AND featureCount = :none AND launchCount = :none",
    )


def delete_idle_feature(project: str, name: str) -> Delete:
    """Return the delete of a feature, on condition that no launch runs on it."""
    return Delete(
        feature_key(project, name),
        values={":none": number(0)},
        condition="attribute_exists(pk) AND size(runs) = :none",
    )


def delete_launch(launch: Launch) -> Delete:
    """Return the delete of a launch, on condition that nothing changed it since it was read."""
    return if_unchanged(Delete(launch_key(launch.project, launch.name)), launch)


def if_unchanged(delete: Delete, resource: Resource) -> Delete:
    """Return a delete with the further condition that nothing changed the resource since it was read."""
    as_read = check(delete.key, resource)
    return replace(
        delete,
        values={**delete.values, **as_read.values},
        names={**delete.names, **as_read.names},
        condition=f"{delete.condition} AND {as_read.condition}",
    )


def check(key: Item, resource: Resource | None) -> Check:
    """Return the condition that nothing changed a resource since it was read, or that it still does not exist."""
    if resource is None:
        return Check(key, condition="attribute_not_exists(pk)")
    return Check(
        key,
        values={":versionRead": number(resource.version)},
        names={"#version": "version"},
        condition="#version = :versionRead",
    )


def change(before: Resource, after: Resource) -> Update:
    """Return the update from one state of a resource to the next, on condition that nothing else changed it."""
    old, new = item_of(before), item_of(after)
    # `schema` is equal in both, but the stored one may be older.
    changed = sorted({"schema", *(name for name in new if new[name] != old.get(name))})
    gone = sorted(old.keys() - new.keys())
    remove = " REMOVE " + ", ".join(f"#{name}" for name in gone) if gone else ""
    as_read = check({"pk": new["pk"], "sk": new["sk"]}, before)
    return Update(
        as_read.key,
        "SET " + ", ".join(f"#{name} = :{name}" for name in changed) + remove,
        values={**as_read.values, **{f":{name}": new[name] for name in changed}},
        names={**as_read.names, **{f"#{name}": name for name in (*changed, *gone)}},
        condition=as_read.condition,
        replaces=True,
    )


def remember(key: Item, before: Note, after: Note, now: int) -> Update | Check:
    """Return the write that turns an owner's note into `after`, on condition that it still is `before`.

    A note that does not change is checked all the same: the decision depends on it. DynamoDB deletes expired notes up
    to days late; a note that is older than needed decides as it did before.
    """
    known = {"releasedAt": before.released_at, "updatedAt": before.updated_at}
    condition = " AND ".join(
        f"attribute_not_exists({name})" if at is None else f"{name} = :{name}Before" for name, at in known.items()
    )
    values = {f":{name}Before": number(at) for name, at in known.items() if at is not None}
    if after == before:
        return Check(key, values, condition=condition)
    latest = {"releasedAt": after.released_at, "updatedAt": after.updated_at}
    times = {name: at for name, at in latest.items() if at is not None}
    expires = max(now // _MILLISECONDS, *times.values()) + contract.NOTE_SECONDS
    stored = {**times, contract.TTL_ATTRIBUTE: expires}
    return Update(
        key,
        "SET " + ", ".join([_SCHEMA_KEPT, *(f"#{name} = :{name}" for name in stored)]),
        values={**values, ":schema": number(SCHEMA), **{f":{name}": number(value) for name, value in stored.items()}},
        names={"#schema": "schema", **{f"#{name}": name for name in stored}},
        condition=condition,
    )


def run_on_feature(launch: Launch, feature: str, variations: list[str]) -> Update:
    """Return the update that lists a run on a feature, on condition that the feature has the variations."""
    served = {f":variation{index}": text(name) for index, name in enumerate(sorted(set(variations)))}
    return Update(
        feature_key(launch.project, feature),
        "SET runs.#launch = :since ADD #version :one",
        values={":since": number(launch.started or 0), ":one": number(1), **served},
        names={"#launch": launch.name, "#version": "version"},
        condition=" AND ".join(["attribute_exists(pk)", *(f"contains(variations, {name})" for name in served)]),
    )


def end_on_feature(launch: Launch, feature: str) -> Update:
    """Return the update that removes a launch from a feature's runs."""
    return Update(
        feature_key(launch.project, feature),
        "REMOVE runs.#launch ADD #version :one",
        values={":one": number(1)},
        names={"#launch": launch.name, "#version": "version"},
    )


def end_everywhere(launch: Launch) -> list[Update | Delete]:
    """Return the writes that end a launch's run on each of its features."""
    features = list(launch.feature_variations())
    return [*(end_on_feature(launch, each) for each in features), *(end_run(launch, each) for each in features)]


def begin_run(launch: Launch, feature: str) -> Put:
    """Return the put of a launch's run beside its feature, where evaluations read it."""
    return Put(run_item(launch, feature))


def change_run(launch: Launch, feature: str) -> Update:
    """Return the update of a launch's run to the launch's current state."""
    new = run_item(launch, feature)
    return Update(
        run_key(launch.project, feature, launch.name),
        "SET #body = :body, #schema = :schema",
        values={":body": new["body"], ":schema": new["schema"]},
        names={"#body": "body", "#schema": "schema"},
        replaces=True,
    )


def end_run(launch: Launch, feature: str) -> Delete:
    """Return the delete of a launch's run beside its feature."""
    return Delete(run_key(launch.project, feature, launch.name))
