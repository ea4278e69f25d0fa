"""A compiled pattern: rules of fields, and the graph in which they share what they have in common.

    Field     a field with its list of values: `"Browser": ["Chrome", {"prefix": "Fire"}]`
    Rule      fields that hold together; a pattern has one rule for each choice among the objects of its `$or`s
    Edge      a field, and the edges of which one has to follow; no edges end a rule

The order of a rule's fields is event-ruler's, by their paths with dots: an `exists: false` heeds the array elements in
which the fields before it were found, not those after it. Fields of one object stand together, also where a name with
a dot would come between them: the search leaves an object with the last of its fields.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Fields = Mapping[str, Any]
Path = tuple[str, ...]
Test = Callable[[Any], bool]
Rule = Mapping[Path, "Field | None"]
"""Fields by their path; None stands for an object on the way to one."""


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A field with the values that it may have.

    Args:
        parents: names of the objects it is in, from the context's root.
        name: its own.
        literals: strings, `Number`s, True, False, None.
        tests: operators with their operands.
        or_absent: whether a path without a leaf matches too, as `exists: false` says.
        steps: what it costs to compare a leaf.

    """

    parents: Path
    name: str
    literals: frozenset[Any]
    tests: tuple[Test, ...]
    or_absent: bool
    steps: int

    @property
    def path(self) -> Path:
        """All names, from the context's root."""
        return (*self.parents, self.name)

    def accepts(self, leaf: Any) -> bool:
        """Whether a value that is neither object nor array is one of the literals or passes one of the tests."""
        if leaf in self.literals:
            return True
        for test in self.tests:  # noqa: SIM110, a generator for `any` would double the time
            if test(leaf):
                return True
        return False


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """A field and what follows it."""

    field: Field
    following: "Edges"


Edges = tuple[Edge, ...]
END: Final[Edges] = ()


def graph(rules: Iterable[Rule]) -> Edges:
    """Return the first edges of a graph in which rules share what they begin with, and what they end with.

    No rule ends where another goes on: each object of a `$or` brings a field to its rules alone.
    """
    root: dict[Field, Any] = {}
    orders: dict[Field, tuple[bytes, ...]] = {}
    for rule in rules:
        fields = [field for field in rule.values() if field is not None]
        for field in fields:
            if field not in orders:
                orders[field] = _order(field)
        node = root
        for field in sorted(fields, key=orders.__getitem__):
            node = node.setdefault(field, {})
    return _shared(root, {})


def _order(field: Field) -> tuple[bytes, ...]:
    names = (*(f"{name}." for name in field.parents), field.name)
    return tuple(name.encode("utf-16-be", "surrogatepass") for name in names)  # the order of Java's strings


def _shared(node: Mapping[Field, Any], known: dict[Any, Edges]) -> Edges:
    following = {field: _shared(inner, known) for field, inner in node.items()}
    key = frozenset((field, id(edges)) for field, edges in following.items())
    return known.setdefault(key, tuple(Edge(field, edges) for field, edges in following.items()))
