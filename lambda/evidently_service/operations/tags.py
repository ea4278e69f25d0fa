"""Operations on tags, of projects, features, launches and segments. They are no change of the thing itself."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from evidently_service import items, keys
from evidently_service.call import Call
from evidently_service.documents.common import refuse, tag_problems
from evidently_service.errors import NotFoundError
from evidently_service.operations.changes import write_change
from evidently_service.resources import Resource


def tag_resource(call: Call) -> Mapping[str, Any]:
    """TagResource: new tags are added, those with a key that is there replace it."""
    resource = _read(call)
    tags = _tags(resource) | call.given["tags"]
    refuse(tag_problems(tags))
    return _write(call, resource, tags)


def untag_resource(call: Call) -> Mapping[str, Any]:
    """UntagResource: a key that isn't there is passed over."""
    resource = _read(call)
    gone = set(call.given["tagKeys"])
    return _write(call, resource, {key: value for key, value in _tags(resource).items() if key not in gone})


def list_tags_for_resource(call: Call) -> Mapping[str, Any]:
    """ListTagsForResource."""
    return {"tags": _tags(_read(call))}


def _write(call: Call, resource: Resource, tags: Mapping[str, str]) -> Mapping[str, Any]:
    if tags != _tags(resource):
        body = {**resource.body, "tags": tags}
        write_change(call, resource, replace(resource, body=body, version=resource.version + 1))
    return {}


def _tags(resource: Resource) -> dict[str, str]:
    return dict(resource.body.get("tags", {}))


def _read(call: Call) -> Resource:
    arn = call.place.parse(call.given["resourceArn"])
    item = call.store.read(keys.key_of(arn)) if arn is not None else None
    if arn is None or item is None:
        named = call.given["resourceArn"]
        raise NotFoundError.missing(arn.kind if arn else "resource", named)
    return items.resource_from(arn.kind, item)
