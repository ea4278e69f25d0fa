"""Walk at random where there are too many worlds to visit: the same seed takes the same way, on every machine."""

from random import Random
from typing import Final

from model import promises
from model.configuration import Configuration
from model.explore import Found, Result, moves
from model.normal import normal
from model.promises import Broken

_CALL: Final = 4  # how much likelier a step of an invocation is than one of CloudFormation or of other hands


def walk(configuration: Configuration, seed: int, *, most: int, result: Result) -> list[str]:
    """Walk until a promise is broken, a known weakness shows, nothing more can happen, or the walk is long enough.

    Args:
        configuration: what may happen.
        seed: which way it takes.
        most: how many moves it has at most.
        result: to add to.

    Returns:
        The way that it took.
    """
    # No secret hangs on it, and it has to be the same way each time.
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
