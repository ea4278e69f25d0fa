"""A StartLaunch's properties, as CloudFormation hands them over: strings, of any age.

What synth checked is checked again, because a token is known only now.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import evidently_contract as contract
from evidently_provider.decisions import LaunchStatus
from evidently_provider.errors import InvalidPropertyError
from evidently_provider.identity import LaunchName

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
    project = _text(properties, contract.PROPERTY_PROJECT)
    launch = _text(properties, contract.PROPERTY_LAUNCH)
    if project.startswith("arn:"):
        found = _PROJECT_ARN.fullmatch(project)
        if found is None:
            rule = "a project's name or its ARN, arn:…:evidently:…:project/NAME"
            raise InvalidPropertyError(contract.PROPERTY_PROJECT, project, rule, "Give the project's name")
        project = found["project"]
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
