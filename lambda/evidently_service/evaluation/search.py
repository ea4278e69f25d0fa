"""The search for leaves of a context that satisfy a rule, within a number of steps.

A *leaf* is a value that is neither object nor array. Arrays are transparent, as in event-ruler: each element counts as
a value of the field. Fields with a common path are found in one object there, in whichever elements of arrays it is. So
the search chooses an object for each name of a path, and keeps it for the fields that follow; `exists: false` asks for
what is left within the objects chosen so far, and chooses none.

A search remembers what it has found, so no rule and no segment looks at an array or an object twice for the same
question. What remains is counted, in steps of about a comparison's time: whatever the patterns and the context are, an
evaluation ends. It is a loop, as CPython's calls are slow where the stack is deep.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from evidently_service.evaluation.conditions import Edge, Edges, Field, Fields, Path
from evidently_service.evaluation.errors import TooManyStepsError

MOST_STEPS: Final = 200_000
_STEPS_OF_AN_EDGE: Final = 20
_STEPS_OF_A_CHOICE: Final = 5
_NOTHING: Final[dict[str, Any]] = {}
Chosen = tuple[Fields, ...]
"""The context, then an object for each name of a path."""


class Search:
    """A search of one context for the rules of any number of patterns: one evaluation.

    Args:
        context: the result of `parse_context`.

    """

    __slots__ = ("_accepted", "_arrays", "_found", "_grouped", "_named", "_present", "_root", "_tried", "steps")

    def __init__(self, context: Fields) -> None:
        self.steps = 0
        self._root = context
        self._found: dict[Edges, bool] = {}
        self._tried: set[tuple[Edge, int]] = set()
        self._arrays: dict[int, tuple[list[Any], list[Fields]]] = {}
        self._named: dict[Path, dict[str, list[Chosen]]] = {}
        self._present: dict[Path, list[Chosen]] = {}
        self._accepted: dict[Field, list[Chosen]] = {}
        self._grouped: dict[tuple[int, int], dict[int, list[Chosen]]] = {}

    def matches(self, edges: Edges) -> bool:
        """Whether the context satisfies one of the rules that start with these edges.

        Raises:
            TooManyStepsError: the search takes more steps than an evaluation may.

        """
        found = self._found.get(edges)
        if found is None:
            found = self._plainly(edges)
            if found is None:
                found = self._thoroughly(edges)
            self._found[edges] = found
        return found

    def _plainly(self, edges: Edges) -> bool | None:
        """Return what `matches` does, None if an array of objects is in the way: without one, nothing is to choose."""
        tried: set[int] = set()
        waiting = [iter(edges)]
        while waiting:
            for edge in waiting[-1]:
                found = self._satisfied(edge.field)
                if found is None:
                    return None
                if found and id(edge.following) not in tried:
                    if not edge.following:
                        return True
                    tried.add(id(edge.following))
                    waiting.append(iter(edge.following))
                    break
            else:
                waiting.pop()
        return False

    def _satisfied(self, field: Field) -> bool | None:
        self._spend(field.steps)
        parent = self._root
        for name in field.parents:
            value = parent.get(name)
            if isinstance(value, list):
                return None
            parent = value if isinstance(value, dict) else _NOTHING
        value = parent.get(field.name, _NOTHING)
        if isinstance(value, list):
            return self._accepts(field, value) or (field.or_absent and not self._leaves(value))
        return field.or_absent if isinstance(value, dict) else field.accepts(value)

    def _accepts(self, field: Field, value: Any) -> bool:
        """Whether a field accepts a value, or one of the leaves in an array."""
        leaves = self._leaves(value)
        self._spend(len(leaves) * field.steps)
        return any(map(field.accepts, leaves))

    def _leaves(self, value: Any) -> Sequence[Any]:
        """Return the leaves of a value: itself, or those in its array and nested ones."""
        if isinstance(value, list):
            return self._split(value)[0]
        return () if isinstance(value, dict) else (value,)

    def _spend(self, steps: int) -> None:
        self.steps += steps
        if self.steps > MOST_STEPS:
            raise TooManyStepsError(
                f"takes more than {MOST_STEPS:,} steps to match; send shorter arrays, or objects with fewer fields"
            )

    def _thoroughly(self, edges: Edges) -> bool:
        """Return what `matches` does: whether objects can be chosen so that the edges of one rule hold."""
        waiting = [self._following(edges, (), (self._root,))]
        while waiting:
            found = next(waiting[-1], None)
            if found is None:
                waiting.pop()
            elif found[0]:
                waiting.append(self._following(*found))
            else:
                return True
        return False

    def _following(self, edges: Edges, path: Path, chosen: Chosen) -> Iterator[tuple[Edges, Path, Chosen]]:
        """Yield what follows edges that hold: the edges, and the objects that are chosen along a path.

        Args:
            edges: one of them has to hold.
            path: the path of the field before them.
            chosen: the objects that are chosen on it.

        """
        for edge in edges:
            self._spend(_STEPS_OF_AN_EDGE)
            field = edge.field
            kept = _common(chosen, path, field.parents)
            key = (edge, id(kept[-1]))
            if key in self._tried:
                continue  # a search ends with the first success
            self._tried.add(key)
            for choice in self._within(kept, self._accepting(field)):
                self._spend(_STEPS_OF_A_CHOICE)
                yield edge.following, field.parents, choice
            if field.or_absent and not self._within(kept, self._having_leaves(field)):
                yield edge.following, field.parents[: len(kept) - 1], kept

    def _accepting(self, field: Field) -> list[Chosen]:
        found = self._accepted.get(field)
        if found is None:
            having = self._having_leaves(field)
            found = [choice for choice in having if self._accepts(field, choice[-1][field.name])]
            self._accepted[field] = found
        return found

    def _having_leaves(self, field: Field) -> list[Chosen]:
        found = self._present.get(field.path)
        if found is None:
            choices = self._choices(field.parents).get(field.name, [])
            self._spend(len(choices) * _STEPS_OF_A_CHOICE)
            found = [choice for choice in choices if self._leaves(choice[-1][field.name])]
            self._present[field.path] = found
        return found

    def _choices(self, parents: Path) -> dict[str, list[Chosen]]:
        """Return the choices of objects along a path, by the names that the last of them has."""
        if parents not in self._named:
            for length in range(len(parents) + 1):
                self._name(parents[:length])
        return self._named[parents]

    def _name(self, parents: Path) -> None:
        if parents in self._named:
            return
        found: dict[str, list[Chosen]] = defaultdict(list)
        for choice in self._objects(parents):
            self._spend((1 + len(choice[-1])) * _STEPS_OF_A_CHOICE)
            for name in choice[-1]:
                found[name].append(choice)
        self._named[parents] = found

    def _objects(self, parents: Path) -> Iterable[Chosen]:
        if not parents:
            return ((self._root,),)
        outer = self._named[parents[:-1]].get(parents[-1], [])
        return ((*choice, each) for choice in outer for each in self._inner(choice[-1][parents[-1]]))

    def _inner(self, value: Any) -> Sequence[Fields]:
        if isinstance(value, list):
            return self._split(value)[1]
        return (value,) if isinstance(value, dict) else ()

    def _split(self, array: list[Any]) -> tuple[list[Any], list[Fields]]:
        """Return the leaves and the objects in an array and in nested ones."""
        found = self._arrays.get(id(array))
        if found is None:
            found = self._arrays[id(array)] = ([], [])
            # No recursion: a context may nest arrays more deeply than Python's stack allows.
            waiting = [array]
            while waiting:
                elements = waiting.pop()
                self._spend(1 + len(elements))
                for element in elements:
                    if isinstance(element, list):
                        waiting.append(element)
                    else:
                        found[isinstance(element, dict)].append(element)
        return found

    def _within(self, chosen: Chosen, choices: list[Chosen]) -> list[Chosen]:
        """Return the choices that agree with those made already."""
        last = len(chosen) - 1
        if not last or not choices:
            return choices
        key = (id(choices), last)
        found = self._grouped.get(key)
        if found is None:
            self._spend(len(choices) * _STEPS_OF_A_CHOICE)
            found = self._grouped[key] = defaultdict(list)
            for choice in choices:
                found[id(choice[last])].append(choice)
        return found.get(id(chosen[-1]), [])


def _common(chosen: Chosen, path: Path, other: Path) -> Chosen:
    """Return the choices along a path that are choices along another one too."""
    if path == other:
        return chosen
    same = 0
    for one, two in zip(path, other, strict=False):
        if one != two:
            break
        same += 1
    return chosen[: same + 1]
