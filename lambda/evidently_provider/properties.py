"""Properties that several custom resources have: strings, written by any version of the constructs, or by hand.

What synth checked is checked here again, because synth does not see the value of a token.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
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
_REFERENCES: Final = {contract.PROPERTY_PROJECT, contract.PROPERTY_LAUNCH, "Feature", "Segment"}
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
    # Triggers may be anything.
    given = {name: value for name, value in properties.items() if name != contract.PROPERTY_TRIGGERS}
    for path, value in _named(given):
        if value.startswith("arn:") and value.split(":")[3:5] != [region, account]:
            rule = f"of Region {region} and account {account}, those of the Evidently API that the provider calls"
            raise InvalidPropertyError(path, value, rule, "Give the plain name, or deploy in that account and Region")


def check_options(properties: Mapping[str, Any], endings: Sequence[str]) -> None:
    """Refuse an `OnDelete` or `AdoptExisting` that has no meaning, which a Delete would read as the safe one.

    Args:
        properties: the properties.
        endings: the values that `OnDelete` may have.

    Raises:
        InvalidPropertyError: one has another value.

    """
    ending, adopts = properties.get(contract.PROPERTY_ON_DELETE), properties.get(contract.PROPERTY_ADOPT_EXISTING)
    if ending is not None and ending not in endings:
        rule = f"one of {', '.join(endings)}"
        raise InvalidPropertyError(contract.PROPERTY_ON_DELETE, ending, rule, "Correct it in the stack")
    if adopts is not None and str(adopts).lower() not in {"true", "false"}:
        raise InvalidPropertyError(contract.PROPERTY_ADOPT_EXISTING, adopts, "true or false", "Correct it in the stack")


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


def _named(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the properties that name resources, however deep, with their paths."""
    match value:
        case Mapping():
            for name, inner in value.items():
                place = f"{path}.{name}" if path else name
                if name in _REFERENCES and isinstance(inner, str):
                    yield place, inner
                else:
                    yield from _named(inner, place)
        case list():
            for index, inner in enumerate(value):
                yield from _named(inner, f"{path}[{index}]")


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
