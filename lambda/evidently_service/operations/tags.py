"""Operations on the tags of projects, features, launches and segments; tagging leaves `lastUpdatedTime` alone.

The tags that show an owner are a view of the ownership: they do not count, and the model forbids requests to set them.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from evidently_service.documents.common import refuse, tag_problems
from evidently_service.documents.owners import shown_tags
from evidently_service.domain.errors import NotFoundError
from evidently_service.domain.resources import Resource
from evidently_service.operations import owners
from evidently_service.operations.call import Call
from evidently_service.operations.changes import write_change
from evidently_service.operations.result import Result
from evidently_service.storage import items


def tag_resource(call: Call) -> Result:
    """TagResource: add tags; a tag whose key exists replaces it."""

    def tagged(tags: dict[str, str]) -> dict[str, str]:
        after = {**tags, **call.given["tags"]}
        refuse(tag_problems(after))
        return after

    return _change(call, tagged)


def untag_resource(call: Call) -> Result:
    """UntagResource: ignores unknown keys."""
    gone = set(call.given["tagKeys"])
    return _change(call, lambda tags: {key: value for key, value in tags.items() if key not in gone})


def list_tags_for_resource(call: Call) -> Mapping[str, Any]:
    """ListTagsForResource."""
    _, resource = _look_up(call)
    return {"tags": shown_tags(resource)}


def _change(call: Call, changed: Callable[[dict[str, str]], dict[str, str]]) -> Result:
    found, before = _look_up(call)
    ruling = owners.update(call, found)
    tags = dict(before.body.get("tags", {}))
    after = changed(tags)
    if after == tags:
        # Even without a change of tags, this is the caller's latest update.
        owners.write_owners(call, found, ruling)
    else:
        body, version = {**before.body, "tags": after}, before.version + 1
        resource = replace(before, body=body, ownership=ruling.ownership, version=version)
        write_change(call, before, resource, unchanged=found.remembering(ruling.note, call.now))
    return owners.succeeded(call, {})


def _look_up(call: Call) -> tuple[owners.Found[Resource], Resource]:
    named = call.given["resourceArn"]
    arn = call.arns.parse(named)
    if arn is None:
        raise NotFoundError.missing("resource", named)
    found = owners.look_up(call, owners.Record(arn), partial(items.resource_from, arn.kind))
    if found.resource is None:
        raise NotFoundError.missing(arn.kind, named)
    return found, found.resource
