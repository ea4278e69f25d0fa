"""The segment pattern language: from JSON text to a `Pattern`, compiled once and matched against every entity.

The language is the subset of EventBridge's event patterns that the CloudWatch user guide gave for Evidently: lists of
values, `$or`, `anything-but`, `numeric`, `exists`, `prefix` and `suffix`. Where the guide is silent (nested objects,
arrays, malformed patterns), aws/event-ruler decides. docs/evaluation.md has the language as a table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from evidently_service.evaluation.conditions import Edges, Field, Fields, Path, Rule, Test, graph
from evidently_service.evaluation.context import Number, kind_of, read_json
from evidently_service.evaluation.errors import PatternError, UnreadableTextError
from evidently_service.evaluation.operators import OPERATORS, RESERVED
from evidently_service.evaluation.search import Search

MAX_LEVELS: Final = 50  # of nested objects and lists: the compiler below is recursive
MAX_FIELDS: Final = 10_000  # in all rules: there is one for each choice among the objects of `$or`s
_OR: Final = "$or"
_EXISTS: Final = "exists"
_KNOWN: Final = tuple(sorted([*OPERATORS, _EXISTS]))
_FEWEST_ALTERNATIVES: Final = 2
_STEPS_OF_A_TEST: Final = 3
_STEPS_OF_NUMERIC: Final = 10


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled segment pattern.

    Args:
        edges: what its rules begin with.

    """

    edges: Edges

    def matches(self, context: Fields) -> bool:
        """Whether an entity with this context is in the segment; a request without a context has {}.

        Raises:
            TooManyStepsError: that takes more steps than an evaluation may.

        """
        return Search(context).matches(self.edges)


def compile_pattern(text: str) -> Pattern:
    """Return the pattern of a JSON text.

    Raises:
        PatternError: the text is not JSON, or breaks a rule of the language; the error has the place and the rule.

    """
    try:
        value = read_json(text, levels=MAX_LEVELS, object_pairs_hook=_object)
    except UnreadableTextError as error:
        raise PatternError("", str(error)) from None
    if not isinstance(value, dict):
        raise PatternError("", f'must be an object like {{"Browser": ["Chrome"]}}, not {kind_of(value)}')
    return Pattern(graph(_Place().rules(value)))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise PatternError(twice, "occurs twice in one object; put its values into one list")
    return found


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a pattern an object is.

    Args:
        path: the names of the fields it is in.
        text: the same for messages, with operators and indices.
        in_or: whether a `$or` is around it.

    """

    path: Path = ()
    text: str = ""
    in_or: bool = False

    def rules(self, given: Mapping[str, Any]) -> list[Rule]:
        """Return the rules of an object."""
        if not given:
            raise PatternError(self.text, "must not be empty; name at least one field")
        parts = [
            self._rules_of(name, value, f"{self.text}.{name}" if self.text else name) for name, value in given.items()
        ]
        found: list[Rule] = [{}]
        # What all rules have is joined once.
        for more in sorted(parts, key=len):
            if len(more) * _size(found) + len(found) * _size(more) > MAX_FIELDS:
                raise PatternError(
                    self.text, f"has too many combinations of objects in $or; {MAX_FIELDS:,} fields are allowed in all"
                )
            found = [_joined(one, other) for one in found for other in more]
        return found

    def _rules_of(self, name: str, value: Any, here: str) -> list[Rule]:
        if self.in_or and name in RESERVED:
            example = f'{{"field": [{{"{name}": …}}]}}' if name in _KNOWN else "another name"
            raise PatternError(self.text, f"has the reserved word {name} for a field in $or; write {example}")
        path = (*self.path, name)
        match value:
            case list() if name == _OR:
                return self._alternatives(value, here)
            case list():
                return [{path: _one_of(value, path, here)}]
            case dict() if name != _OR:
                return [{**rule, path: None} for rule in _Place(path, here, self.in_or).rules(value)]
            case _:
                expected = "a list of objects" if name == _OR else "a list of values, or an object with fields"
                raise PatternError(here, f"must be {expected}, not {kind_of(value)}")

    def _alternatives(self, given: list[Any], here: str) -> list[Rule]:
        if len(given) < _FEWEST_ALTERNATIVES:
            raise PatternError(here, f"must have at least {_FEWEST_ALTERNATIVES} objects, it has {len(given)}")
        found = []
        for index, each in enumerate(given):
            if not isinstance(each, dict):
                raise PatternError(f"{here}[{index}]", f"must be an object, not {kind_of(each)}")
            found += _Place(self.path, f"{here}[{index}]", in_or=True).rules(each)
        return found


def _size(rules: list[Rule]) -> int:
    return sum(map(len, rules))


def _joined(one: Rule, other: Rule) -> Rule:
    """Return the rule of two; event-ruler would let the one that is written later replace the other's values."""
    for path in other:
        if path in one and (one[path] or other[path]):
            raise PatternError(
                ".".join(path),
                "is given twice, beside $or and in it; give it in one place, such as in each object of $or",
            )
    return {**one, **other}


def _one_of(given: list[Any], path: Path, place: str) -> Field:
    if not given:
        raise PatternError(place, "must not be an empty list; give the values that match")
    literals: set[str | Number | bool | None] = set()
    tests: list[Test] = []
    or_absent, steps = False, 1
    for index, each in enumerate(given):
        here = f"{place}[{index}]"
        match each:
            case dict():
                name, operand = _operator(each, here)
                if name != _EXISTS:
                    tests.append(OPERATORS[name](operand, f"{here}.{name}"))
                    steps += _STEPS_OF_NUMERIC if name == "numeric" else _STEPS_OF_A_TEST
                elif _exists(operand, f"{here}.{name}"):
                    tests.append(_any_leaf)
                else:
                    or_absent = True
            case list():
                raise PatternError(here, "must be a string, a number, true, false, null or an operator, not a list")
            case _:
                literals.add(each)
    return Field(path[:-1], path[-1], frozenset(literals), tuple(tests), or_absent, steps)


def _operator(given: Mapping[str, Any], place: str) -> tuple[str, Any]:
    if len(given) != 1:
        raise PatternError(place, f"must have exactly one operator, it has {len(given)}")
    [(name, operand)] = given.items()
    if name not in _KNOWN:
        raise PatternError(place, f"has the unknown operator {name}; the operators are {', '.join(_KNOWN)}")
    return name, operand


def _exists(operand: Any, place: str) -> bool:
    if not isinstance(operand, bool):
        raise PatternError(place, f"must be true or false, not {kind_of(operand)}")
    return operand


def _any_leaf(_leaf: Any) -> bool:
    return True
