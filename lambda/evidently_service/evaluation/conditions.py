"""The parts of a compiled pattern: conditions on the fields of an object.

    Condition
    ├── AllOf     every field of a pattern object
    ├── AnyOf     `$or`
    ├── Within    a field that is an object
    └── OneOf     a field with its list of values: `"Browser": ["Chrome", {"prefix": "Fire"}]`

Arrays in a context are transparent, as in event-ruler: each element counts as a value of the field, and a pattern
object matches if it matches one element as a whole. A *leaf* is a value that is neither object nor array. An object or
an empty array has no leaf, so `exists` counts it as absent.

Whether a path has no leaf depends on the whole context, arrays included. It is computed once for each path of an
`exists: false`, before any condition; so the time stays linear for a context of many objects.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

Fields = Mapping[str, Any]
Path = tuple[str, ...]
Paths = frozenset[Path]
Test = Callable[[Any], bool]

_NOTHING: Final[dict[str, Any]] = {}


class Condition(Protocol):
    """A condition on an object."""

    def absences(self) -> Paths:
        """Return the paths, from the context's root, whose absence the condition depends on."""
        ...

    def matches(self, fields: Fields, absent: Paths) -> bool:
        """Whether an object of the context matches; `absent` are those of the paths that have no leaf."""
        ...


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part matches."""

    parts: tuple[Condition, ...]

    def absences(self) -> Paths:
        """See `Condition`."""
        return frozenset[Path]().union(*(part.absences() for part in self.parts))

    def matches(self, fields: Fields, absent: Paths) -> bool:
        """See `Condition`."""
        for part in self.parts:  # noqa: SIM110, a generator for `all` would double the time
            if not part.matches(fields, absent):
                return False
        return True


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part matches."""

    parts: tuple[Condition, ...]

    def absences(self) -> Paths:
        """See `Condition`."""
        return frozenset[Path]().union(*(part.absences() for part in self.parts))

    def matches(self, fields: Fields, absent: Paths) -> bool:
        """See `Condition`."""
        return any(part.matches(fields, absent) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Within:
    """The object in a field, or one of the objects in its array, matches a condition.

    A field without an object counts as an empty object: `exists: false` may still match.
    """

    field: str
    condition: Condition

    def absences(self) -> Paths:
        """See `Condition`."""
        return self.condition.absences()

    def matches(self, fields: Fields, absent: Paths) -> bool:
        """See `Condition`."""
        objects = [value for value in _elements(fields.get(self.field)) if isinstance(value, dict)]
        return any(self.condition.matches(each, absent) for each in objects or (_NOTHING,))


@dataclass(frozen=True, slots=True)
class OneOf:
    """A leaf of a field is one of the literals or passes one of the tests.

    Args:
        path: the field's names from the context's root.
        field: the last name of the path.
        literals: strings, `Number`s, True, False, None.
        tests: operators with their operands.
        or_absent: whether a path without a leaf matches too, as `exists: false` says.

    """

    path: Path
    field: str
    literals: frozenset[Any]
    tests: tuple[Test, ...]
    or_absent: bool

    def absences(self) -> Paths:
        """See `Condition`."""
        return frozenset({self.path} if self.or_absent else ())

    def matches(self, fields: Fields, absent: Paths) -> bool:
        """See `Condition`."""
        value = fields.get(self.field, _NOTHING)
        if isinstance(value, (dict, list)):
            return any(map(self._accepts, _leaves(value))) or (self.or_absent and self.path in absent)
        return self._accepts(value)

    def _accepts(self, leaf: Any) -> bool:
        if leaf in self.literals:
            return True
        for test in self.tests:  # noqa: SIM110, as above
            if test(leaf):
                return True
        return False


def without_leaf(context: Fields, paths: Paths) -> Paths:
    """Return the paths that have no leaf in the context."""
    return frozenset(path for path in paths if not _has_leaf(context, path))


def _elements(value: Any) -> Iterable[Any]:
    """Return a value; for an array its elements, and the elements of nested arrays."""
    if not isinstance(value, list):
        return (value,)
    found = []
    # No recursion: a context may nest arrays as deeply as the JSON reader allows.
    waiting = [value]
    while waiting:
        for element in waiting.pop():
            if isinstance(element, list):
                waiting.append(element)
            else:
                found.append(element)
    return found


def _leaves(value: Any) -> Iterable[Any]:
    return (element for element in _elements(value) if not isinstance(element, dict))


def _has_leaf(root: Fields, path: Path) -> bool:
    objects: list[Any] = [root]
    for name in path[:-1]:
        values = (element for each in objects if name in each for element in _elements(each[name]))
        objects = [value for value in values if isinstance(value, dict)]
    return any(True for each in objects if path[-1] in each for _ in _leaves(each[path[-1]]))
