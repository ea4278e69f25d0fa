"""The CloudFormation properties of a definition: those of `AWS::Evidently::*`, by name and nesting."""

from collections.abc import Mapping
from typing import Any

from cdk_evidently._common.contract import contract
from cdk_evidently._common.references import Kind


def properties_of(kind: Kind, definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties of a definition, which has the members of the API's Create request."""
    return _rendered(contract.PROPERTIES[kind], definition)


def _rendered(fields: Mapping[str, Any], definition: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: _property(field, definition) for name, field in fields.items()}
    return {name: value for name, value in found.items() if value is not None}


def _property(field: Any, definition: Mapping[str, Any]) -> Any:
    match field:
        case str(member):
            return _at(definition, member)
        case (member, item):
            value = _at(definition, member)
            if isinstance(value, Mapping):
                roles = {role: name for name, role in item.items()}
                key, mapped = roles[contract.MAP_KEY], roles[contract.MAP_VALUE]
                return [{key: each, mapped: value[each]} for each in value]
            return value and [_rendered(item, each) for each in value]
    return _rendered(field, definition) or None


def _at(definition: Mapping[str, Any], path: str) -> Any:
    found: Any = definition
    for member in path.split("."):
        found = found.get(member) if isinstance(found, Mapping) else None
    return found
