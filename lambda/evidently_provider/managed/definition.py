"""The definition of a managed resource: its properties as the members of the API's Create request. Pure.

CloudFormation sends every scalar as a string: the shapes of the API's model say what each is.
`evidently_contract.PROPERTIES` says where each property is in the request.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import evidently_contract as contract
from evidently_provider.errors import InvalidPropertyError
from evidently_provider.managed.scalars import CORRECT, check_size, scalar
from evidently_provider.managed.version_1 import is_version_1, version_1
from evidently_provider.ownership.references import Kind, ResourceRef
from evidently_provider.properties import UPDATE_PROVIDER

Fields = Mapping[str, Any]

# In the place of an earlier value that can't be told. It equals no value, so that the member counts as changed.
UNKNOWN: Final = object()
_TAGS: Final = "tags"
_NOT_OF_THE_DEFINITION: Final = frozenset(
    {
        "ServiceToken",
        "ServiceTimeout",
        contract.PROPERTY_SCHEMA_VERSION,
        contract.PROPERTY_PROJECT,
        contract.PROPERTY_NAME,
        contract.PROPERTY_ON_DELETE,
        contract.PROPERTY_ENDPOINT,
        contract.PROPERTY_TIMEOUT,
        contract.PROPERTY_ADOPT_EXISTING,
    }
)


@dataclass(frozen=True, slots=True)
class Desired:
    """What the properties of a request declare.

    Args:
        definition: the members of the Create request, without names and tags.
        tags: the tags.
        unknown: the members that can't be told, because a property of the request is invalid.

    """

    definition: Mapping[str, Any]
    tags: Mapping[str, str]
    unknown: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the properties of one resource.

    Args:
        target: the resource.
        shape: the shape of its Create request in botocore's model.

    """

    target: ResourceRef
    shape: Any

    def desired(self, properties: Mapping[str, Any]) -> Desired:
        """Return what properties declare.

        Raises:
            InvalidPropertyError: a property is missing, unknown, or breaks a rule of the model.

        """
        if is_version_1(properties):
            return Desired(*version_1(properties, self.target, self.shape))
        given = {name: value for name, value in properties.items() if name not in _NOT_OF_THE_DEFINITION}
        found = _desired(self._structure(self._fields, given, self.shape, ""))
        if len(found.tags) > contract.MAX_TAGS:
            rule = f"0 to {contract.MAX_TAGS} entries"
            raise InvalidPropertyError(contract.PROPERTY_TAGS, given[contract.PROPERTY_TAGS], rule, CORRECT)
        return found

    def desired_before(self, properties: Mapping[str, Any]) -> Desired:
        """Return what the properties of an earlier request declare, each by itself: one may have been invalid.

        An invalid variation, override or tag is `UNKNOWN`, and the others of its list are as they were.
        """
        found: dict[str, Any] = {}
        unknown: set[str] = set()
        try:
            if is_version_1(properties):
                return Desired(*version_1(properties, self.target, self.shape))
        except InvalidPropertyError:
            return Desired({}, {}, frozenset(self.shape.members))
        for name, field in self._fields.items():
            try:
                if name in properties:
                    self._read(field, properties[name], self.shape, name, found)
            except InvalidPropertyError:
                entries = self._by_entry(field, properties[name], name)
                if entries is None:
                    unknown |= {member.partition(".")[0] for member in _paths(field)}
                else:
                    found |= entries
        return _desired(found, frozenset(unknown))

    def _by_entry(self, field: Any, value: Any, path: str) -> dict[str, Any] | None:
        """Return the member of a list whose entries have keys, or names; None if these can't be told."""
        member, item = field if isinstance(field, tuple) else ("", {})
        key_property = next((name for name, it in item.items() if it in {contract.MAP_KEY, "name"}), "")
        if not (key_property and isinstance(value, list)):
            return None
        found: dict[str, Any] = {}
        for entry in value:
            key = entry.get(key_property) if isinstance(entry, Mapping) else None
            if not isinstance(key, str):
                return None
            one: dict[str, Any] = {}
            try:
                self._read(field, [entry], self.shape, path, one)
                (found[key],) = one[member].values() if isinstance(one[member], dict) else one[member]
            except InvalidPropertyError:
                found[key] = UNKNOWN
        if _shape_at(self.shape, member).type_name == "map":
            return {member: found}
        return {member: [{"name": key, "value": UNKNOWN} if it is UNKNOWN else it for key, it in found.items()]}

    @property
    def _fields(self) -> Fields:
        return contract.PROPERTIES[self.target.kind.value]

    def _structure(self, fields: Fields, given: Mapping[str, Any], shape: Any, path: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self._members(fields, given, shape, path, found)
        for name, field in fields.items():
            is_required = name in contract.REQUIRED or any(_is_required(shape, member) for member in _paths(field))
            if name not in given and is_required:
                raise _missing(path, name)
        for member, inner in shape.members.items():
            choices = [name for name, field in fields.items() if str(field).startswith(f"{member}.")]
            if choices and inner.metadata.get("union") and len(found.get(member, {})) != 1:
                rule = f"an object with exactly one of {', '.join(choices)}"
                raise InvalidPropertyError(path, dict(given), rule, CORRECT)
        return found

    def _members(self, fields: Fields, given: Mapping[str, Any], shape: Any, path: str, into: dict[str, Any]) -> None:
        for name, value in given.items():
            place = _join(path, name)
            if name not in fields:
                raise _unknown(place, value, fields)
            self._read(fields[name], value, shape, place, into)

    def _read(self, field: Any, value: Any, shape: Any, path: str, into: dict[str, Any]) -> None:
        match field:
            case str(member):
                if member == Kind.FEATURE and str(value).startswith("arn:"):
                    value = self._feature_name(str(value), path)
                _put(into, member, scalar(value, _shape_at(shape, member), path))
            case (member, item):
                _put(into, member, self._listed(item, value, _shape_at(shape, member), path))
            case _:
                self._members(field, _checked(value, Mapping, "an object", path), shape, path, into)

    def _listed(self, item: Fields, value: Any, shape: Any, path: str) -> list[Any] | dict[str, Any]:
        entries = _checked(value, Sequence, "a list", path)
        check_size(shape, len(entries), value, path, "entries")
        places = [f"{path}[{index}]" for index in range(len(entries))]
        pairs = zip(places, entries, strict=True)
        objects = {place: _checked(each, Mapping, "an object", place) for place, each in pairs}
        if shape.type_name != "map":
            return [self._structure(item, each, shape.member, place) for place, each in objects.items()]
        found: dict[str, Any] = {}
        for place, each in objects.items():
            key, mapped = _entry(item, each, shape, place)
            if key in found:
                raise InvalidPropertyError(place, dict(each), "the only one of its key in the list", CORRECT)
            found[key] = mapped
        return found

    def _feature_name(self, arn: str, path: str) -> str:
        # AWS::Evidently::Launch takes a name or an ARN, and the API a name.
        found = ResourceRef.from_arn(arn)
        if found is None or (found.kind, found.project) != (Kind.FEATURE, self.target.project):
            rule = f"the name or the ARN of a feature of project '{self.target.project}'"
            raise InvalidPropertyError(path, arn, rule, "Give the feature's name")
        return found.name


def _desired(members: Mapping[str, Any], unknown: frozenset[str] = frozenset()) -> Desired:
    definition = {name: value for name, value in members.items() if name != _TAGS}
    return Desired(definition, members.get(_TAGS, {}), unknown)


def _entry(fields: Fields, given: Mapping[str, Any], shape: Any, path: str) -> tuple[str, Any]:
    """Return an entry of a map, which CloudFormation has as a structure in a list."""
    for name in given:
        if name not in fields:
            raise _unknown(_join(path, name), given[name], fields)
    for name in fields:
        if name not in given:
            raise _missing(path, name)
    shapes = {contract.MAP_KEY: shape.key, contract.MAP_VALUE: shape.value}
    found = {role: scalar(given[name], shapes[role], _join(path, name)) for name, role in fields.items()}
    return found[contract.MAP_KEY], found[contract.MAP_VALUE]


def _checked(value: Any, kind: type, rule: str, path: str) -> Any:
    if isinstance(value, str) or not isinstance(value, kind):
        raise InvalidPropertyError(path, value, rule, CORRECT)
    return value


def _missing(path: str, name: str) -> InvalidPropertyError:
    return InvalidPropertyError(_join(path, name), None, "given", CORRECT)


def _unknown(path: str, value: object, fields: Fields) -> InvalidPropertyError:
    if path in contract.NO_COUNTERPART:
        return InvalidPropertyError(path, value, "absent: it has no counterpart", contract.NO_COUNTERPART[path])
    rule = f"absent: the properties there are {', '.join(fields)}"
    return InvalidPropertyError(path, value, rule, f"Correct its name. If a newer version has it: {UPDATE_PROVIDER}")


def _shape_at(shape: Any, member: str) -> Any:
    for part in member.split("."):
        shape = shape.members[part]
    return shape


def _is_required(shape: Any, member: str) -> bool:
    first, _, rest = member.partition(".")
    return first in shape.required_members and (not rest or _is_required(shape.members[first], rest))


def _put(into: dict[str, Any], member: str, value: object) -> None:
    *parents, last = member.split(".")
    for part in parents:
        into = into.setdefault(part, {})
    into[last] = value


def _paths(field: Any) -> Iterator[str]:
    """Yield the members of the API that a field of the table fills."""
    match field:
        case str(member) | (str(member), _):
            yield member
        case _:
            for inner in field.values():
                yield from _paths(inner)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
