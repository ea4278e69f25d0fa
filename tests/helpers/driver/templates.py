"""A synthesized template: its resources, their dependencies, and the values of references.

Custom resources are real. An AWS::Lambda::Function is one of the driver's. Every other resource is created at once,
with a made-up name and attributes.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from helpers.driver.functions import Function
from helpers.evidently_api import ACCOUNT, REGION

_FUNCTION: Final = "AWS::Lambda::Function"
_IN_SUB: Final = re.compile(r"\$\{([^!}][^}]*)\}")
_NO_VALUE: Final = object()


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of a template."""

    logical_id: str
    type: str
    properties: Mapping[str, Any]  # unresolved
    after: frozenset[str]  # all its dependencies, indirect ones too
    deletion_policy: str
    update_replace_policy: str

    @property
    def is_custom(self) -> bool:
        return self.type.startswith("Custom::")


@dataclass(frozen=True, slots=True)
class Template:
    """A template as CDK wrote it, and its resources by logical id."""

    document: Mapping[str, Any]
    resources: Mapping[str, Resource]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Template":
        raw: Mapping[str, Any] = document.get("Resources", {})
        near = {name: {it for it in _named_by(each) if it in raw} for name, each in raw.items()}

        def after(name: str) -> frozenset[str]:
            return frozenset(near[name]).union(*(after(each) for each in near[name]))

        resources = {
            name: Resource(
                logical_id=name,
                type=each["Type"],
                properties=each.get("Properties", {}),
                after=after(name),
                deletion_policy=each.get("DeletionPolicy", "Delete"),
                update_replace_policy=each.get("UpdateReplacePolicy", "Delete"),
            )
            for name, each in raw.items()
        }
        return cls(document, resources)


@dataclass(slots=True)
class Scope:
    """The values of a template's references in a stack."""

    template: Template
    stack_id: str
    parameters: Mapping[str, str]  # others have their defaults
    refs: dict[str, str] = field(default_factory=dict)  # physical ids of the custom resources that exist
    data: dict[str, Mapping[str, Any]] = field(default_factory=dict)  # and their attributes

    def resolve(self, value: Any) -> Any:
        """Return a value with all references resolved."""
        match value:
            case Mapping() if len(value) == 1 and (name := next(iter(value))).startswith(("Ref", "Fn::")):
                return self._intrinsic(name, value[name])
            case Mapping():
                pairs = ((name, self.resolve(each)) for name, each in value.items())
                return {name: each for name, each in pairs if each is not _NO_VALUE}
            case list():
                return [each for each in map(self.resolve, value) if each is not _NO_VALUE]
            case _:
                return value

    def functions(self) -> Iterator[Function]:
        """Return the template's functions; what they refer to must exist."""
        for name, each in self.template.resources.items():
            if each.type == _FUNCTION:
                properties = self.resolve(each.properties)
                variables = properties.get("Environment", {}).get("Variables", {})
                yield Function(self._ref(name), properties["Handler"], variables, float(properties.get("Timeout", 3)))

    def outputs(self) -> dict[str, Any]:
        """Return the values of the template's outputs."""
        return {name: self.resolve(it["Value"]) for name, it in self.template.document.get("Outputs", {}).items()}

    def _intrinsic(self, name: str, argument: Any) -> Any:
        match name, argument:
            case "Ref", str():
                return self._ref(argument)
            case "Fn::GetAtt", _:
                return self._attribute(*(argument.split(".", 1) if isinstance(argument, str) else argument))
            case "Fn::Join", [delimiter, parts]:
                return str(delimiter).join(str(part) for part in self.resolve(parts))
            case "Fn::Split", [delimiter, text]:
                return self.resolve(text).split(delimiter)
            case "Fn::Select", [index, values]:
                return self.resolve(values)[int(index)]
            case "Fn::Sub", _:
                text, variables = (
                    (argument, {}) if isinstance(argument, str) else (argument[0], self.resolve(argument[1]))
                )
                return _IN_SUB.sub(lambda found: str(self._named(found[1], variables)), text).replace("${!", "${")
            case _:
                raise ValueError(f"the driver's CloudFormation has no {name}")

    def _ref(self, name: str) -> Any:
        _, partition, _, region, account, rest = self.stack_id.split(":", 5)
        stack_name = rest.split("/")[1]
        pseudo = {
            "AWS::AccountId": account,
            "AWS::NoValue": _NO_VALUE,
            "AWS::Partition": partition,
            "AWS::Region": region,
            "AWS::StackId": self.stack_id,
            "AWS::StackName": stack_name,
            "AWS::URLSuffix": "amazonaws.com",
        }
        parameters = self.template.document.get("Parameters", {})
        if name in parameters:
            return self.parameters.get(name, parameters[name].get("Default"))
        return pseudo[name] if name in pseudo else self.refs.get(name, f"{stack_name}-{name}")

    def _attribute(self, name: str, attribute: str) -> Any:
        if name in self.data:
            return self.data[name][attribute]
        if (self.template.resources[name].type, attribute) == (_FUNCTION, "Arn"):
            return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self._ref(name)}"
        return f"{self._ref(name)}.{attribute}"

    def _named(self, name: str, variables: Mapping[str, Any]) -> Any:
        if name in variables:
            return variables[name]
        return self._attribute(*name.split(".", 1)) if "." in name else self._ref(name)


def _named_by(value: Any) -> Iterator[str]:
    """Yield the names that a part of a template may refer to: any text where a reference can be."""
    match value:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": target}:
            yield target.split(".")[0] if isinstance(target, str) else target[0]
        case {"Fn::Sub": target}:
            text, variables = (target, {}) if isinstance(target, str) else target
            yield from (name.split(".")[0] for name in _IN_SUB.findall(text))
            yield from _named_by(variables)
        case Mapping():
            depends = value.get("DependsOn", [])
            yield from [depends] if isinstance(depends, str) else depends
            for each in value.values():
                yield from _named_by(each)
        case list():
            for each in value:
                yield from _named_by(each)
