"""Visit every world within the bounds; report each broken promise with a shortest path to it."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from time import monotonic

from model import cloudformation, hands, network, promises
from model.cloudformation import Move
from model.configuration import Configuration
from model.normal import normal
from model.promises import Broken
from model.state import World


@dataclass(slots=True)
class Found:
    """A broken promise, or a known weakness.

    Args:
        broken: the promise or weakness.
        path: the moves that lead to it.
        times: how often it occurred.
    """

    broken: Broken
    path: list[str]
    times: int = 1


@dataclass(slots=True)
class Result:
    """The result of an exploration, or of some walks.

    Args:
        worlds: number of visited worlds, or of walks.
        moves: number of moves.
        is_whole: whether every world within the bounds was visited.
        found: what was found, by its text, in the order of discovery.
    """

    worlds: int = 0
    moves: int = 0
    is_whole: bool = True
    found: dict[str, Found] = field(default_factory=dict)

    @property
    def broken(self) -> list[Found]:
        """The broken promises, without known weaknesses."""
        return [each for each in self.found.values() if not each.broken.is_known]

    def has(self, promise: str) -> bool:
        """Return whether one was found whose text begins like this."""
        return any(each.broken.promise.startswith(promise) for each in self.found.values())

    @property
    def known(self) -> set[str]:
        """The known weaknesses that were found."""
        return {each.broken.promise for each in self.found.values() if each.broken.is_known}


def moves(configuration: Configuration, world: World) -> Iterator[Move]:
    """Yield every move that a world allows, always in the same order."""
    yield from cloudformation.moves(configuration, world)
    yield from network.moves(configuration, world)
    yield from hands.moves(configuration, world)


def explore(configuration: Configuration, *, seconds: float = float("inf"), stops_at: str = "") -> Result:
    """Visit every world within the bounds, by the number of moves to it.

    Args:
        configuration: what may happen.
        seconds: seconds after which the exploration stops.
        stops_at: the promise or weakness at which it stops, by the beginning of its text.
    """
    exploration, end = _Exploration(configuration), monotonic() + seconds
    result = exploration.result
    while exploration.ahead and not (stops_at and result.has(stops_at)):
        if monotonic() >= end:
            break
        exploration.visit(exploration.ahead.popleft())
    result.worlds, result.is_whole = len(exploration.reached), not exploration.ahead
    return result


class _Exploration:
    """An exploration in progress.

    Attributes:
        result: what was found so far. ahead: the worlds to visit next. reached: the world and the move from which each
        world was reached. Worlds are identified by a hash of 64 bits: among
            a million, two collide with a probability of 3 in 100 million.

    """

    def __init__(self, configuration: Configuration) -> None:
        self.result = Result()
        self._configuration = configuration
        self._first = normal(configuration.first_world())
        self.reached: dict[int, tuple[int, int]] = {hash(self._first): (0, 0)}
        self.ahead = deque([self._first])

    def visit(self, world: World) -> None:
        """Make every move of a world."""
        came = hash(world)
        for index, (_, after) in enumerate(moves(self._configuration, world)):
            self.result.moves += 1
            if isinstance(after, Broken):
                self._note(after, came, index)
                continue
            reached = normal(after)
            key = hash(reached)
            if key in self.reached:
                continue
            self.reached[key] = (came, index)
            try:
                promises.check_rest(self._configuration, reached)
            except Broken as broken:
                self._note(broken, came, index)
            else:
                self.ahead.append(reached)

    def _note(self, broken: Broken, came: int, index: int) -> None:
        known = self.result.found.get(str(broken))
        if known is None:
            self.result.found[str(broken)] = Found(broken, self._path(came, index))
        else:
            known.times += 1

    def _path(self, came: int, index: int) -> list[str]:
        """Return the labels of the moves to a world and of one more, by repeating them from the first world."""
        indices = [index]
        while came != hash(self._first):
            came, index = self.reached[came]
            indices.append(index)
        world, labels = self._first, []
        for each in reversed(indices):
            label, after = next(islice(moves(self._configuration, world), each, None))
            labels.append(label)
            if not isinstance(after, Broken):
                world = normal(after)
        return labels
