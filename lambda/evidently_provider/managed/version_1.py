"""Properties of version 1, which a rollback may bring back: a `Definition`, the API's request as one JSON text."""

import json
from collections.abc import Mapping
from typing import Any

import evidently_contract as contract
from evidently_provider.errors import InvalidPropertyError
from evidently_provider.managed.scalars import scalar
from evidently_provider.ownership.references import ResourceRef


def is_version_1(properties: Mapping[str, Any]) -> bool:
    """Whether properties are of version 1; in a newer one a `Definition` is an unknown property."""
    version = str(properties.get(contract.PROPERTY_SCHEMA_VERSION, "1"))
    return version == "1" and contract.PROPERTY_DEFINITION in properties


def version_1(properties: Mapping[str, Any], target: ResourceRef, shape: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the definition and the tags.

    Args:
        properties: the properties.
        target: the resource.
        shape: the shape of its Create request in botocore's model.

    Raises:
        InvalidPropertyError: one has not the form of the request.

    """
    from botocore.validate import ParamValidator  # noqa: PLC0415 - a Delete must not need the SDK

    path, rule, way_out = (
        contract.PROPERTY_DEFINITION,
        "the text of a JSON object",
        "Look for a quote in a token's value",
    )
    text = properties[path]
    try:
        found = json.loads(str(text))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise InvalidPropertyError(path, text, rule, way_out)
    names = {"name": target.name, **({"project": target.project} if target.project else {})}
    if ParamValidator().validate({**found, **names}, shape).has_errors():
        raise InvalidPropertyError(path, text, f"{rule} with the members of a Create request", way_out)
    if schedule := found.get("scheduledSplitsConfig"):
        start = shape.members["scheduledSplitsConfig"].members["steps"].member.members["startTime"]
        for step in schedule["steps"]:
            step["startTime"] = scalar(step["startTime"], start, path)
    tags = properties.get(contract.PROPERTY_TAGS) or {}
    if not isinstance(tags, Mapping):
        raise InvalidPropertyError(contract.PROPERTY_TAGS, tags, "an object", "Correct it in the stack")
    return found, {str(key): str(value) for key, value in tags.items()}
