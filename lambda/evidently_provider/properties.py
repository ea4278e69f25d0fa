"""Properties of the custom resources: strings, written by any earlier version of the constructs, or by a later one.

What synth checked is checked here again, because synth does not see the value of a token.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import evidently_contract as contract
from evidently_provider.errors import InvalidPropertyError
from evidently_provider.ownership.references import Kind, ResourceRef

NameCheck = Callable[[str, str, str], None]  # property, its name, shape of the model

UPDATE_PROVIDER: Final = "Update cdk-evidently in the stack that has the provider, and deploy that stack first"
_FORMS: Final = {
    Kind.PROJECT: "arn:…:evidently:…:project/NAME",
    Kind.LAUNCH: "arn:…:evidently:…:project/NAME/launch/NAME",
}
_ENDS: Final = {contract.ON_DELETE_CANCEL, contract.ON_DELETE_COMPLETE, contract.ON_DELETE_DELETE}


def check_schema_version(properties: Mapping[str, Any]) -> None:
    """Refuse properties of a newer version, as their meaning may have changed; without a version they are older.

    Raises:
        InvalidPropertyError: the version is newer than `contract.SCHEMA_VERSION`, or is not an integer.

    """
    version = properties.get(contract.PROPERTY_SCHEMA_VERSION, contract.SCHEMA_VERSION)
    text = str(version)
    # int() alone would also take " 1" and "1_0", and raise another error for 5000 digits.
    if not (re.fullmatch("[0-9]{1,9}", text) and int(text) <= int(contract.SCHEMA_VERSION)):
        rule = f"an integer up to {contract.SCHEMA_VERSION}, the newest version that this provider knows"
        raise InvalidPropertyError(contract.PROPERTY_SCHEMA_VERSION, version, rule, UPDATE_PROVIDER)


def launch_ref(properties: Mapping[str, Any]) -> ResourceRef:
    """Return the launch that `Project` and `Launch` name, each by name or ARN.

    Raises:
        InvalidPropertyError: one is missing or is not an ARN of its kind, or the two disagree.

    """
    project = _project(properties)
    launch = _text(properties, contract.PROPERTY_LAUNCH)
    if not launch.startswith("arn:"):
        return ResourceRef(Kind.LAUNCH, launch, project)
    named = _from_arn(contract.PROPERTY_LAUNCH, launch, Kind.LAUNCH)
    if named.project != project:
        rule = f"a launch of the project '{project}' that {contract.PROPERTY_PROJECT} names"
        raise InvalidPropertyError(contract.PROPERTY_LAUNCH, launch, rule, "Let the two name the same project")
    return named


def managed_ref(kind: Kind, properties: Mapping[str, Any]) -> ResourceRef:
    """Return the resource that `Name` and, for a kind in a project, `Project` name.

    Raises:
        InvalidPropertyError: one is missing, or `Project` is not a project's ARN.

    """
    name = _text(properties, contract.PROPERTY_NAME)
    return ResourceRef(kind, name, _project(properties) if kind.in_project else "")


def check_names(target: ResourceRef, name_property: str, check_name: NameCheck) -> None:
    """Check the names of a resource by the API's model.

    Args:
        target: the resource.
        name_property: the property that names it.
        check_name: checks one name by a shape of the model; `api/client.py` has it, as only the SDK reads the model.

    Raises:
        InvalidPropertyError: a name breaks the model's pattern.

    """
    if target.project:
        check_name(contract.PROPERTY_PROJECT, target.project, "ProjectName")
    check_name(name_property, target.name, f"{target.kind.capitalize()}Name")


def check_arns(properties: Mapping[str, Any], account: str, region: str) -> None:
    """Refuse the ARN of another account or Region: the API only has resources of this one.

    Raises:
        InvalidPropertyError: a property has such an ARN.

    """
    for name in (contract.PROPERTY_PROJECT, contract.PROPERTY_LAUNCH):
        value = properties.get(name)
        if isinstance(value, str) and value.startswith("arn:") and value.split(":")[3:5] != [region, account]:
            rule = f"of Region {region} and account {account}, those of the Evidently API that the provider calls"
            raise InvalidPropertyError(name, value, rule, "Give the plain name, or deploy in that account and Region")


@dataclass(frozen=True, slots=True)
class Desired:
    """The desired state of a Project, Feature, Segment or Launch.

    Args:
        definition: the members of its Create request, without names and tags.
        tags: its tags.

    """

    definition: Mapping[str, Any]
    tags: Mapping[str, str]


def desired(properties: Mapping[str, Any]) -> Desired:
    """Return the desired state of a managed resource.

    Raises:
        InvalidPropertyError: `Definition` is missing or is not a JSON object.

    """
    text = properties.get(contract.PROPERTY_DEFINITION)
    try:
        found = json.loads(str(text))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        rule = "the text of a JSON object"
        raise InvalidPropertyError(contract.PROPERTY_DEFINITION, text, rule, "Look for a quote in a token's value")
    tags = {str(key): str(value) for key, value in (properties.get(contract.PROPERTY_TAGS) or {}).items()}
    return Desired(found, tags)


def adopts_existing(properties: Mapping[str, Any]) -> bool:
    """Whether a managed resource adopts an existing one under another owner."""
    return str(properties.get(contract.PROPERTY_ADOPT_EXISTING, "")).lower() == "true"


def timeout_seconds(properties: Mapping[str, Any]) -> float:
    """Seconds that a deploy waits for the launch; the default if the payload has no valid number."""
    try:
        return max(0.0, float(properties[contract.PROPERTY_TIMEOUT]))
    except (KeyError, TypeError, ValueError):
        return float(contract.DEFAULT_TIMEOUT_SECONDS)


def on_delete(properties: Mapping[str, Any]) -> str:
    """What a Delete does; CANCEL if the payload has no `OnDelete`."""
    return str(properties.get(contract.PROPERTY_ON_DELETE, contract.ON_DELETE_CANCEL))


def keeps(properties: Mapping[str, Any]) -> bool:
    """Whether a Delete keeps the launch running, or the resource. An unknown value keeps it, which is safe."""
    return on_delete(properties) not in _ENDS


def _project(properties: Mapping[str, Any]) -> str:
    project = _text(properties, contract.PROPERTY_PROJECT)
    if not project.startswith("arn:"):
        return project
    return _from_arn(contract.PROPERTY_PROJECT, project, Kind.PROJECT).name


def _from_arn(name: str, arn: str, kind: Kind) -> ResourceRef:
    found = ResourceRef.from_arn(arn)
    if found is None or found.kind is not kind:
        raise InvalidPropertyError(name, arn, f"a {kind}'s name or its ARN, {_FORMS[kind]}", f"Give the {kind}'s name")
    return found


def _text(properties: Mapping[str, Any], name: str) -> str:
    value = properties.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidPropertyError(name, value, "a name or an ARN", "Set it in the stack")
    return value
