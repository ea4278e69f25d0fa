"""Properties of the custom resources, as CloudFormation hands them over: strings, of any age.

What synth checked is checked again, because a token is known only now.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import evidently_contract as contract
from evidently_provider.errors import InvalidPropertyError
from evidently_provider.ownership.references import Kind, ResourceRef

NameCheck = Callable[[str, str, str], None]

_FORMS: Final = {
    Kind.PROJECT: "arn:…:evidently:…:project/NAME",
    Kind.LAUNCH: "arn:…:evidently:…:project/NAME/launch/NAME",
}
_ENDS: Final = {contract.ON_DELETE_CANCEL, contract.ON_DELETE_COMPLETE, contract.ON_DELETE_DELETE}


def launch_ref(properties: Mapping[str, Any]) -> ResourceRef:
    """Return the launch that `Project` and `Launch` name, each by name or ARN.

    Raises:
        InvalidPropertyError: one is missing or is the wrong ARN, or the two disagree.

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
        InvalidPropertyError: one is missing, or is the wrong ARN.

    """
    name = _text(properties, contract.PROPERTY_NAME)
    return ResourceRef(kind, name, _project(properties) if kind.in_project else "")


def check_names(target: ResourceRef, name_property: str, check_name: NameCheck) -> None:
    """Hold the names of a resource against the API's model.

    Args:
        target: The resource.
        name_property: The property that names it.
        check_name: Holds a property's name against a shape of the model.

    Raises:
        InvalidPropertyError: one breaks the model's pattern.

    """
    if target.project:
        check_name(contract.PROPERTY_PROJECT, target.project, "ProjectName")
    check_name(name_property, target.name, f"{target.kind.capitalize()}Name")


def check_arns(properties: Mapping[str, Any], account: str, region: str) -> None:
    """Refuse the ARN of another account or Region: the API here has resources of its own account and Region only.

    Raises:
        InvalidPropertyError: a property has one.

    """
    for name in (contract.PROPERTY_PROJECT, contract.PROPERTY_LAUNCH):
        value = properties.get(name)
        if isinstance(value, str) and value.startswith("arn:") and value.split(":")[3:5] != [region, account]:
            rule = f"of Region {region} and account {account}, as is the Evidently API that the provider calls"
            raise InvalidPropertyError(name, value, rule, "Give the plain name, or deploy in that account and Region")


@dataclass(frozen=True, slots=True)
class Desired:
    """The desired state of a Project, Feature, Segment or Launch.

    Args:
        definition: The members of its Create request but for names and tags.
        tags: Its tags.

    """

    definition: Mapping[str, Any]
    tags: Mapping[str, str]


def desired(properties: Mapping[str, Any]) -> Desired:
    """Return the desired state of a managed resource.

    Raises:
        InvalidPropertyError: `Definition` is missing or no JSON object.

    """
    text = properties.get(contract.PROPERTY_DEFINITION)
    try:
        found = json.loads(str(text))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        rule = "the text of a JSON object"
        raise InvalidPropertyError(contract.PROPERTY_DEFINITION, text, rule, "Is there a quote in a token's value?")
    tags = {str(key): str(value) for key, value in (properties.get(contract.PROPERTY_TAGS) or {}).items()}
    return Desired(found, tags)


def adopts_existing(properties: Mapping[str, Any]) -> bool:
    """Whether a managed resource adopts what exists already and is somebody else's."""
    return str(properties.get(contract.PROPERTY_ADOPT_EXISTING, "")).lower() == "true"


def timeout_seconds(properties: Mapping[str, Any]) -> float:
    """How long a deploy waits; the default for a payload that does not say."""
    try:
        return max(0.0, float(properties[contract.PROPERTY_TIMEOUT]))
    except (KeyError, TypeError, ValueError):
        return float(contract.DEFAULT_TIMEOUT_SECONDS)


def on_delete(properties: Mapping[str, Any]) -> str:
    """What a Delete does; CANCEL for a payload that does not say."""
    return str(properties.get(contract.PROPERTY_ON_DELETE, contract.ON_DELETE_CANCEL))


def keeps(properties: Mapping[str, Any]) -> bool:
    """Whether a Delete leaves the launch running, or the resource in existence."""
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
        raise InvalidPropertyError(name, value, "a name or an ARN", "Give it in the stack")
    return value
