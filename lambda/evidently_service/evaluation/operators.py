"""The operators of segment patterns, such as `{"prefix": "us-"}` in a field's list.

Each is a function from its operand, and the operand's place for messages, to a test on one leaf of a context. `exists`
is in `pattern`, as it is no test on a leaf.
"""

import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

from evidently_service.evaluation.conditions import Test
from evidently_service.evaluation.context import Number, kind_of
from evidently_service.evaluation.errors import PatternError

Comparison = Callable[[float, float], bool]

_COMPARISONS: Final[Mapping[str, Comparison]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_LOWER: Final = (">", ">=")
_UPPER: Final = ("<", "<=")
_ONE_COMPARISON: Final = 2
_RANGE: Final = 4

RESERVED: Final = frozenset(
    {"exactly", "equals-ignore-case", "prefix", "suffix", "anything-but", "exists", "wildcard", "numeric", "cidr"}
    | {"=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case", "in-date-range"}
    | {"date-after", "date-on-or-after", "date-before", "date-on-or-before"}
    | {"ip-address-in-range", "ip-address-not-in-range"}
)
"""What event-ruler refuses as a field's name in `$or`: there, an operator has lost its field."""


def _prefix(operand: Any, place: str) -> Test:
    text = _string(operand, place)
    return lambda leaf: isinstance(leaf, str) and leaf.startswith(text)


def _suffix(operand: Any, place: str) -> Test:
    text = _string(operand, place)
    return lambda leaf: isinstance(leaf, str) and leaf.endswith(text)


def _anything_but(operand: Any, place: str) -> Test:
    """Match any leaf except the operand's, whatever its type; 300.0 differs from 300 here too."""
    values = operand if isinstance(operand, list) else [operand]
    if not (_all_are(values, str) or _all_are(values, Number)):
        raise PatternError(
            place, "must be a string, a number, a list of strings or a list of numbers, and a list must not be empty"
        )
    excluded = frozenset(values)
    return lambda leaf: leaf not in excluded


def _numeric(operand: Any, place: str) -> Test:
    """Match one comparison or a range; numbers compare as double-precision floats, as in event-ruler."""
    if not isinstance(operand, list) or len(operand) not in {_ONE_COMPARISON, _RANGE}:
        raise PatternError(place, 'must be a list of one comparison, [">=", 5], or of two, [">", 10, "<=", 20]')
    first, limit = _comparison(operand[0], tuple(_COMPARISONS), f"{place}[0]"), _finite(operand[1], f"{place}[1]")
    if len(operand) == _ONE_COMPARISON:
        return lambda leaf: isinstance(leaf, Number) and (number := leaf.double) is not None and first(number, limit)
    if operand[0] not in _LOWER:
        raise PatternError(f"{place}[0]", f"must be > or >= in a range, not {operand[0]}; give the lower limit first")
    second, top = _comparison(operand[2], _UPPER, f"{place}[2]"), _finite(operand[3], f"{place}[3]")
    if limit >= top:
        way = f'; write ["=", {operand[1].text}]' if limit == top and operand[::2] == [">=", "<="] else ""
        raise PatternError(
            place, f"must have a lower limit below the upper one, not {operand[1].text} and {operand[3].text}{way}"
        )
    return lambda leaf: (
        isinstance(leaf, Number)
        and (number := leaf.double) is not None
        and first(number, limit)
        and second(number, top)
    )


OPERATORS: Final[Mapping[str, Callable[[Any, str], Test]]] = {
    "anything-but": _anything_but,
    "numeric": _numeric,
    "prefix": _prefix,
    "suffix": _suffix,
}


def _string(operand: Any, place: str) -> str:
    if not isinstance(operand, str):
        raise PatternError(place, f"must be a string, not {kind_of(operand)}")
    return operand


def _comparison(name: Any, allowed: tuple[str, ...], place: str) -> Comparison:
    if not isinstance(name, str) or name not in allowed:
        found = name if isinstance(name, str) else kind_of(name)
        raise PatternError(place, f"must be one of {' '.join(allowed)}, not {found}")
    return _COMPARISONS[name]


def _finite(operand: Any, place: str) -> float:
    if not isinstance(operand, Number):
        raise PatternError(place, f"must be a number, not {kind_of(operand)}")
    if operand.double is None:
        raise PatternError(place, f"must be a number that a double can hold, not {operand.text}")
    return operand.double


def _all_are(values: list[Any], kind: type) -> bool:
    return bool(values) and all(isinstance(value, kind) for value in values)
