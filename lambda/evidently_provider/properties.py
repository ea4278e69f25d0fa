"""Properties of the custom resources, as CloudFormation hands them over: strings, of any age.

What synth checked is checked again, because a token is known only now.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import evidently_contract as contract
from evidently_provider.decisions import LaunchStatus
from evidently_provider.errors import InvalidPropertyError
from evidently_provider.identity import LaunchName
from evidently_provider.thing import Kind, Thing

NameCheck = Callable[[str, str, str], None]

_PROJECT_ARN: Final = re.compile(r"arn:[^:]+:evidently:[^:]*:[^:]*:project/(?P<project>[^/]+)")


def launch_named(properties: Mapping[str, Any], check_name: NameCheck) -> LaunchName:
    """The launch that `Project` and `Launch` name, each by name or ARN.

    Args:
        properties: The resource's.
        check_name: Holds a property's name against the shape of the API model that it is to be.

    Raises:
        InvalidPropertyError: one is missing, is the wrong ARN, breaks the API's pattern, or the two disagree.

    """
    project = _project_named(properties)
    launch = _text(properties, contract.PROPERTY_LAUNCH)
    if launch.startswith("arn:"):
        named = LaunchName.from_arn(launch)
        if named is None:
            rule = "a launch's name or its ARN, arn:…:evidently:…:project/NAME/launch/NAME"
            raise InvalidPropertyError(contract.PROPERTY_LAUNCH, launch, rule, "Give the launch's name")
        if named.project != project:
            rule = f"a launch of the project '{project}' that {contract.PROPERTY_PROJECT} names"
            raise InvalidPropertyError(contract.PROPERTY_LAUNCH, launch, rule, "Let the two name the same project")
        launch = named.launch
    check_name(contract.PROPERTY_PROJECT, project, "ProjectName")
    check_name(contract.PROPERTY_LAUNCH, launch, "LaunchName")
    return LaunchName(project, launch)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a Project, Feature, Segment or Launch is to be.

    Args:
        thing: Which.
        definition: The members of its Create request but for names and tags.
        tags: Its tags.
        adopt: Whether a thing that is there already, made by somebody else, will do.

    """

    thing: Thing
    definition: Mapping[str, Any]
    tags: Mapping[str, str]
    adopt: bool


def thing_named(kind: Kind, properties: Mapping[str, Any], check_name: NameCheck) -> Thing:
    """The thing that `Name` and, for a kind in a project, `Project` name.

    Raises:
        InvalidPropertyError: one is missing, or breaks the API's pattern.

    """
    name = _text(properties, contract.PROPERTY_NAME)
    check_name(contract.PROPERTY_NAME, name, f"{kind.capitalize()}Name")
    if not kind.in_project:
        return Thing(kind, name)
    project = _project_named(properties)
    check_name(contract.PROPERTY_PROJECT, project, "ProjectName")
    return Thing(kind, name, project)


def wanted(kind: Kind, properties: Mapping[str, Any], check_name: NameCheck) -> Wanted:
    """What a resource is to be.

    Raises:
        InvalidPropertyError: a property is missing or breaks its rule.

    """
    return Wanted(
        thing=thing_named(kind, properties, check_name),
        definition=_definition(properties),
        tags={str(key): str(value) for key, value in (properties.get(contract.PROPERTY_TAGS) or {}).items()},
        adopt=str(properties.get(contract.PROPERTY_ADOPT_EXISTING, "")).lower() == "true",
    )


def _definition(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    text = properties.get(contract.PROPERTY_DEFINITION)
    try:
        found = json.loads(str(text))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        rule = "the text of a JSON object"
        raise InvalidPropertyError(contract.PROPERTY_DEFINITION, text, rule, "Is there a quote in a token's value?")
    return found


def _project_named(properties: Mapping[str, Any]) -> str:
    project = _text(properties, contract.PROPERTY_PROJECT)
    if not project.startswith("arn:"):
        return project
    found = _PROJECT_ARN.fullmatch(project)
    if found is None:
        rule = "a project's name or its ARN, arn:…:evidently:…:project/NAME"
        raise InvalidPropertyError(contract.PROPERTY_PROJECT, project, rule, "Give the project's name")
    return found["project"]


def timeout_seconds(properties: Mapping[str, Any]) -> float:
    """How long a deploy waits; the default for a payload that does not say."""
    try:
        return max(0.0, float(properties[contract.PROPERTY_TIMEOUT]))
    except (KeyError, TypeError, ValueError):
        return float(contract.DEFAULT_TIMEOUT_SECONDS)


def on_delete(properties: Mapping[str, Any]) -> LaunchStatus | None:
    """What a launch of ours becomes on Delete; None lets it run. CANCELLED for a payload that does not say."""
    match properties.get(contract.PROPERTY_ON_DELETE, contract.ON_DELETE_CANCEL):
        case contract.ON_DELETE_CANCEL:
            return LaunchStatus.CANCELLED
        case contract.ON_DELETE_COMPLETE:
            return LaunchStatus.COMPLETED
        case _:
            return None


def _text(properties: Mapping[str, Any], name: str) -> str:
    value = properties.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidPropertyError(name, value, "a name or an ARN", "Give it in the stack")
    return value
