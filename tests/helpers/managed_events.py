"""CloudFormation's events for a project, feature, segment or launch, in tests of the provider."""

from collections.abc import Mapping
from typing import Any, Final

import evidently_contract as contract
from helpers.provider_harness import FUNCTION_ARN, REQUEST_ID, STACK_ID

ACCOUNT_ARN: Final = "arn:aws:evidently:eu-north-1:123456789012:"
KINDS: Final = ("Project", "Segment", "Feature", "Launch")  # in the order in which they can be created
VARIATIONS: Final = [{"name": "off", "value": {"boolValue": False}}, {"name": "on", "value": {"boolValue": True}}]
SCHEDULE: Final = {"steps": [{"startTime": "2021-11-02T09:00:00Z", "groupWeights": {"all": 50_000}}]}
DEFINITIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "Project": {"description": "The shop"},
    "Feature": {"variations": VARIATIONS, "defaultVariation": "off", "entityOverrides": {"tester": "on"}},
    "Segment": {"pattern": '{"country": ["no"]}'},
    "Launch": {
        "groups": [{"name": "all", "feature": "upsell", "variation": "on"}],
        "scheduledSplitsConfig": SCHEDULE,
    },
}
NAMES: Final = {"Project": "petfood", "Feature": "upsell", "Segment": "norway", "Launch": "november"}
ARNS: Final = {
    "Project": f"{ACCOUNT_ARN}project/petfood",
    "Feature": f"{ACCOUNT_ARN}project/petfood/feature/upsell",
    "Segment": f"{ACCOUNT_ARN}segment/norway",
    "Launch": f"{ACCOUNT_ARN}project/petfood/launch/november",
}


def named(kind: str, name: str = "") -> dict[str, str]:
    """Return the members that name a resource in the API's requests."""
    return {**({"project": "petfood"} if kind in {"Feature", "Launch"} else {}), kind.lower(): name or NAMES[kind]}


def properties_of(kind: str, definition: Mapping[str, Any], tags: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the properties of a Create request's members, each scalar as the string that CloudFormation sends."""
    fields = contract.PROPERTIES[kind.lower()]
    found: dict[str, Any] = _sent({**definition, **({"tags": tags} if tags else {})}, fields)
    return found


def _sent(given: Any, fields: Any) -> Any:
    found: dict[str, Any] = {}
    for name, field in fields.items():
        path, item = field if isinstance(field, tuple) else (field, None)
        if isinstance(field, Mapping):
            value = _sent(given, field) or None
        else:
            value = given
            for member in path.split("."):
                value = value.get(member) if isinstance(value, Mapping) else None
        match value:
            case None:
                continue
            case Mapping() if item:
                key, mapped = item
                found[name] = [{key: each, mapped: _text(it)} for each, it in value.items()]
            case list():
                found[name] = [_sent(each, item) for each in value]
            case Mapping():
                found[name] = value
            case _:
                found[name] = _text(value)
    return found


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def managed(
    kind: str,
    request_type: str,
    physical_id: str = "",
    *,
    name: str = "",
    old_name: str = "",
    definition: Mapping[str, Any] | None = None,
    tags: Mapping[str, str] | None = None,
    logical_id: str = "",
    stack_id: str = STACK_ID,
    **properties: Any,
) -> dict[str, Any]:
    """Return an event without its response URL; by default for project `petfood` and its resources."""
    project = {"Project": "petfood"} if "project" in named(kind) and kind != "Project" else {}
    given = {
        "ServiceToken": FUNCTION_ARN,
        "SchemaVersion": contract.SCHEMA_VERSION,
        **project,
        "Name": name or NAMES[kind],
        **properties_of(kind, DEFINITIONS[kind] if definition is None else definition, tags),
        **properties,
    }
    return {
        "RequestType": request_type,
        "RequestId": REQUEST_ID,
        "StackId": stack_id,
        "LogicalResourceId": logical_id or f"The{kind}",
        "ResourceType": f"Custom::Evidently{kind}",
        "ResourceProperties": given,
        **({"PhysicalResourceId": physical_id} if physical_id else {}),
        **({"OldResourceProperties": {**given, "Name": old_name}} if old_name else {}),
    }


def timeless(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document without its last change's time, and variations by name: the API adds new ones last."""
    found = {name: value for name, value in document.items() if name != "lastUpdatedTime"}
    if "variations" in found:
        found["variations"] = sorted(found["variations"], key=lambda each: str(each["name"]))
    return found
