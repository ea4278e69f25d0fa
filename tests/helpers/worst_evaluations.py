"""Contexts and patterns that make an evaluation long: as large as they may be, and alike in the worst way."""

from collections.abc import Callable

from evidently_service.evaluation.context import MAX_CONTEXT_BYTES

SEGMENTS = 6  # overrides of one step, the most that the API allows
PATTERN_CHARACTERS = 1024

ITEMS = (
    "0",
    "1e9",
    "1.2345678901234567",
    f"2.2250738585072011{'3' * 130}e-308",
    '""',
    "[]",
    "[{}]",
    "{}",
    '{"b":1}',
    '{"b":{}}',
    '{"b":{"c0":2}}',
    '{"b":[1]}',
)


def array_of(item: str) -> str:
    """Return the largest context of one array that has one item again and again."""
    frame = '{"a":[]}'
    times = (MAX_CONTEXT_BYTES - len(frame)) // (len(item) + 1)
    return f'{{"a":[{",".join([item] * times)}]}}'


def nested(levels: int) -> str:
    """Return a context of one array in another, with empty objects in the innermost."""
    return f'{{"a":{"[" * levels}{",".join(["{}"] * 20_000)}{"]" * levels}}}'


def wide() -> str:
    """Return a context of as many fields as fit."""
    return "{" + ",".join(f'"{number:x}":1' for number in range(7000)) + "}"


def alternatives(count: int) -> str:
    """Return the pattern of 50 alternatives with which a request once took 25 seconds."""
    return '{"a":{"$or":[' + ",".join(f'{{"b":{{"c{index}":[1]}}}}' for index in range(count)) + "]}}"


def absences(count: int) -> str:
    """Return a pattern that finds an object, then asks for the absence of other fields, and fails at the end."""
    return '{"a":{"b":[1],' + "".join(f'"c{index}":[{{"exists":false}}],' for index in range(count)) + '"d":[1]}}'


def numbers(count: int) -> str:
    """Return a pattern of one field with many comparisons."""
    return '{"a":[' + ",".join(f'{{"numeric":["=",{index}]}}' for index in range(1, count + 1)) + "]}"


def number_alternatives(count: int) -> str:
    """Return a pattern of many alternatives with one comparison each."""
    return '{"$or":[' + ",".join(f'{{"a":[{{"numeric":[">",{index}e9]}}]}}' for index in range(1, count + 1)) + "]}"


def prefixes(count: int) -> str:
    """Return a pattern of one field with many prefixes."""
    return '{"a":[' + ",".join(f'{{"prefix":"{index}"}}' for index in range(count)) + "]}"


def combinations(count: int) -> str:
    """Return a pattern with two to the power of `count` rules."""
    either = (f'"{chr(97 + index)}":{{"$or":[{{"c0":[2]}},{{"b":[1]}}]}}' for index in range(count))
    return '{"a":{' + ",".join(either) + ',"z":[1]}}'


def longest(pattern: Callable[[int], str], most: int) -> str:
    """Return the pattern of the largest count that a segment may have."""
    return next(text for count in range(most, 1, -1) if len(text := pattern(count)) <= PATTERN_CHARACTERS)


PATTERNS = {
    "alternatives": longest(alternatives, 60),
    "absences": longest(absences, 60),
    "comparisons": longest(numbers, 60),
    "alternatives of comparisons": longest(number_alternatives, 60),
    "prefixes": longest(prefixes, 100),
    "combinations": longest(combinations, 8),
}
