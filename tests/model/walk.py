"""Walk at random where worlds are too many to visit: a seed gives the same path on every machine."""

from random import Random
from typing import Final

from model import promises
from model.configuration import Configuration
from model.explore import Found, Result, moves
from model.normal import normal
from model.promises import Broken

_CALL: Final = 4  # the weight of an invocation's move against one of CloudFormation or out of band


def walk(configuration: Configuration, seed: int, *, most: int, result: Result) -> list[str]:
    """Walk until a promise is broken, a known weakness shows, no move is left, or the walk is long enough.

    Args:
        configuration: what may happen.
        seed: seed of the path.
        most: the most moves.
        result: the result to add to.

    Returns:
        The path.
    """
    # No secret depends on it, and the path must be the same each time.
    random, world, path = Random(seed), normal(configuration.first_world()), [f"seed {seed}"]  # noqa: S311
    result.worlds += 1
    try:
        for _ in range(most):
            possible = list(moves(configuration, world))
            if not possible:
                break
            weights = [_CALL if label.startswith("  ") else 1 for label, _ in possible]
            label, after = random.choices(possible, weights)[0]
            path.append(label)
            result.moves += 1
            if isinstance(after, Broken):
                raise after
            world = normal(after)
            promises.check_rest(configuration, world)
    except Broken as broken:
        known = result.found.get(str(broken))
        times = known.times + 1 if known else 1
        shortest = min([path, *([known.path] if known else [])], key=len)
        result.found[str(broken)] = Found(broken, shortest, times)
    return path
