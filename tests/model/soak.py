"""`make soak`: larger bounds than the gate's, then random walks with every kind of event at once.

    python -m model.soak SECONDS [SEED]           explore for half that time at most, then walk for the whole time
    python -m model.soak "NAME OF A WALK" SEED    repeat one walk, and print its path

Each configuration has at least one walk; their seeds count from SEED, or from 0. If a promise is broken, it prints the
path to it and exits with 1; a walk's path begins with its seed.
"""

import sys
from collections import Counter
from time import monotonic
from typing import Final

from model.configurations import LARGER, WALKS
from model.explore import Result, explore
from model.walk import walk

_MOVES: Final = 200  # of a walk, at most; some 100 in practice, as a path ends at a known weakness


def main(arguments: list[str]) -> int:
    """Explore and walk, or repeat one walk."""
    first, *rest = arguments
    seed = int(rest[0]) if rest else 0
    if first.isdecimal():
        return _soak(int(first), seed)
    result = Result()
    (configuration,) = (each for each in WALKS if each.name == first)
    labels = walk(configuration, seed, most=_MOVES, result=result)
    _print("\n".join(labels))
    return _said("", result)


def _soak(seconds: int, seed: int) -> int:
    broken, end = 0, monotonic() + seconds / 2
    for left, configuration in zip(range(len(LARGER), 0, -1), LARGER, strict=True):
        began = monotonic()
        result = explore(configuration, seconds=(end - began) / left)
        whole = "all" if result.is_whole else "cut off"
        text = f"{result.worlds} worlds ({whole}), {result.moves} moves in {monotonic() - began:.0f} s"
        broken += _said(f"explored {configuration.bounds}: {text}", result)
    for configuration in WALKS:
        result, end = Result(), monotonic() + seconds / len(WALKS)
        while not result.worlds or monotonic() < end:
            walk(configuration, seed + result.worlds, most=_MOVES, result=result)
        text = f"{result.worlds} walks, seeds {seed} to {seed + result.worlds - 1}, {result.moves} moves"
        broken += _said(f"walked {configuration.name}: {text}", result)
    _print(f"{broken} promises broken" if broken else "no promise broken")
    return 1 if broken else 0


def _said(text: str, result: Result) -> int:
    """Print a result, with the path to each broken promise; return how many are broken."""
    counts = Counter({each.broken.promise: 0 for each in result.found.values()})
    for each in result.found.values():
        counts[each.broken.promise] += each.times
    _print(f"{text}; found {', '.join(f'{name} {times}' for name, times in sorted(counts.items())) or 'nothing'}")
    for each in result.broken:
        _print("\n".join([f"\n{each.broken} ({each.times} times)", *(f"    {label}" for label in each.path), ""]))
    return len(result.broken)


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
