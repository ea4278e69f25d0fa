"""The segment pattern language: from JSON text to a `Pattern`, compiled once and matched against every entity.

The language is the subset of EventBridge's event patterns that the CloudWatch user guide gave for Evidently: lists of
values, `$or`, `anything-but`, `numeric`, `exists`, `prefix` and `suffix`. Where the guide is silent (nested objects,
arrays, malformed patterns), aws/event-ruler decides. docs/evaluation.md has the language as a table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from evidently_service.evaluation.conditions import (
    AllOf,
    AnyOf,
    Condition,
    OneOf,
    Path,
    Paths,
    Test,
    Within,
    without_leaf,
)
from evidently_service.evaluation.context import Number, kind_of, read_json
from evidently_service.evaluation.errors import PatternError, UnreadableTextError
from evidently_service.evaluation.operators import OPERATORS

MAX_LEVELS: Final = 50  # of nested objects and lists: the compiler below is recursive
_OR: Final = "$or"
_EXISTS: Final = "exists"
_KNOWN: Final = tuple(sorted([*OPERATORS, _EXISTS]))
_FEWEST_ALTERNATIVES: Final = 2


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled segment pattern.

    Args:
        condition: the condition on a context.
        absences: the paths of `exists: false`.

    """

    condition: Condition
    absences: Paths

    def matches(self, context: Mapping[str, Any]) -> bool:
        """Whether an entity with this context is in the segment; a request without a context has {}."""
        return self.condition.matches(context, without_leaf(context, self.absences) if self.absences else self.absences)


def compile_pattern(text: str) -> Pattern:
    """Return the pattern of a JSON text.

    Raises:
        PatternError: the text is not JSON, or breaks a rule of the language; the error has the place and the rule.

    """
    try:
        value = read_json(text, object_pairs_hook=_object)
    except UnreadableTextError as error:
        raise PatternError("", str(error)) from None
    if not isinstance(value, dict):
        raise PatternError("", f'must be an object like {{"Browser": ["Chrome"]}}, not {kind_of(value)}')
    levels = _levels(value)
    if levels > MAX_LEVELS:
        raise PatternError("", f"is nested too deeply: it has {levels} levels, {MAX_LEVELS} are allowed")
    condition = _fields(value, (), "")
    return Pattern(condition, condition.absences())


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise PatternError(twice, "occurs twice in one object; put its values into one list")
    return found


def _levels(value: Any) -> int:
    """Return the depth of nested objects and lists, without recursion: the depth is not yet checked."""
    levels, layer = 0, [value]
    while layer:
        inner = [each.values() if isinstance(each, dict) else each for each in layer if isinstance(each, (dict, list))]
        layer = [child for children in inner for child in children]
        levels += bool(inner)
    return levels


def _fields(given: Mapping[str, Any], path: Path, place: str) -> Condition:
    if not given:
        raise PatternError(place, "must not be empty; name at least one field")
    parts = tuple(_field(name, value, path, f"{place}.{name}" if place else name) for name, value in given.items())
    return parts[0] if len(parts) == 1 else AllOf(parts)


def _field(name: str, value: Any, path: Path, place: str) -> Condition:
    match value:
        case list() if name == _OR:
            return _alternatives(value, path, place)
        case list():
            return _one_of(value, (*path, name), place)
        case dict() if name != _OR:
            return Within(name, _fields(value, (*path, name), place))
        case _:
            expected = "a list of objects" if name == _OR else "a list of values, or an object with fields"
            raise PatternError(place, f"must be {expected}, not {kind_of(value)}")


def _alternatives(given: list[Any], path: Path, place: str) -> Condition:
    if len(given) < _FEWEST_ALTERNATIVES:
        raise PatternError(place, f"must have at least {_FEWEST_ALTERNATIVES} objects, it has {len(given)}")
    parts = []
    for index, each in enumerate(given):
        here = f"{place}[{index}]"
        if not isinstance(each, dict):
            raise PatternError(here, f"must be an object, not {kind_of(each)}")
        # As in event-ruler: an operator here has lost its field.
        stray = next((name for name in each if name in _KNOWN), None)
        if stray:
            raise PatternError(here, f'has the operator {stray} for a field; write {{"field": [{{"{stray}": …}}]}}')
        parts.append(_fields(each, path, here))
    return AnyOf(tuple(parts))


def _one_of(given: list[Any], path: Path, place: str) -> Condition:
    if not given:
        raise PatternError(place, "must not be an empty list; give the values that match")
    literals: set[str | Number | bool | None] = set()
    tests: list[Test] = []
    or_absent = False
    for index, each in enumerate(given):
        here = f"{place}[{index}]"
        match each:
            case dict():
                name, operand = _operator(each, here)
                if name != _EXISTS:
                    tests.append(OPERATORS[name](operand, f"{here}.{name}"))
                elif _exists(operand, f"{here}.{name}"):
                    tests.append(_any_leaf)
                else:
                    or_absent = True
            case list():
                raise PatternError(here, "must be a string, a number, true, false, null or an operator, not a list")
            case _:
                literals.add(each)
    return OneOf(path, path[-1], frozenset(literals), tuple(tests), or_absent)


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
