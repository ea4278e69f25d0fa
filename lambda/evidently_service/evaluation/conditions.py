"""What a compiled pattern is made of: conditions on the fields of an object.

    Condition
    ├── AllOf     every field of a pattern object
    ├── AnyOf     `$or`
    ├── Within    a field that is an object
    └── OneOf     a field with its list of values: `"Browser": ["Chrome", {"prefix": "Fire"}]`

Arrays in a context are seen through, as event-ruler does: each element counts as a value of the field, and a pattern
object holds when it holds for one element as a whole. A *leaf* is a value that is neither object nor array; objects
and empty arrays have none, so for `exists` they are not there.

Whether a path has no leaf at all is a question to the whole context, arrays included, so it is answered once for each
such path, before the conditions are asked; a context of many objects stays linear.
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
    """Something that holds for an object or not."""

    def asks(self) -> Paths:
        """Return the paths, from the context's root, of which it wants to know whether they have no leaf."""
        ...

    def holds(self, fields: Fields, absent: Paths) -> bool:
        """Say whether it holds for an object of the context, of which the paths in `absent` have no leaf."""
        ...


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Condition, ...]

    def asks(self) -> Paths:
        """See `Condition`."""
        return frozenset[Path]().union(*(part.asks() for part in self.parts))

    def holds(self, fields: Fields, absent: Paths) -> bool:
        """See `Condition`."""
        for part in self.parts:  # noqa: SIM110, a generator for `all` costs as much as the parts themselves
            if not part.holds(fields, absent):
                return False
        return True


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One part holds."""

    parts: tuple[Condition, ...]

    def asks(self) -> Paths:
        """See `Condition`."""
        return frozenset[Path]().union(*(part.asks() for part in self.parts))

    def holds(self, fields: Fields, absent: Paths) -> bool:
        """See `Condition`."""
        return any(part.holds(fields, absent) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Within:
    """The object in a field, or one of the objects in its array, satisfies a condition.

    Where there is no object, the condition is asked about an empty one: `exists: false` may still hold.
    """

    field: str
    condition: Condition

    def asks(self) -> Paths:
        """See `Condition`."""
        return self.condition.asks()

    def holds(self, fields: Fields, absent: Paths) -> bool:
        """See `Condition`."""
        objects = [value for value in _elements(fields.get(self.field)) if isinstance(value, dict)]
        return any(self.condition.holds(each, absent) for each in objects or (_NOTHING,))


@dataclass(frozen=True, slots=True)
class OneOf:
    """A leaf of a field is one of the literals or passes one of the tests.

    Args:
        path: The field's names from the context's root; its own name is the last.
        literals: Strings, `Number`s, True, False, None.
        tests: Operators with their operands.
        or_absent: Whether it holds as well when the path has no leaf.

    """

    path: Path
    field: str
    literals: frozenset[Any]
    tests: tuple[Test, ...]
    or_absent: bool

    def asks(self) -> Paths:
        """See `Condition`."""
        return frozenset({self.path} if self.or_absent else ())

    def holds(self, fields: Fields, absent: Paths) -> bool:
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
    """Return those of the paths that have no leaf in the context."""
    return frozenset(path for path in paths if not _has_leaf(context, path))


def _elements(value: Any) -> Iterable[Any]:
    """Return a value, or for an array its elements, and those of the arrays in it."""
    if not isinstance(value, list):
        return (value,)
    found = []
    # No recursion: a context may nest arrays as deep as the JSON reader can go.
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
