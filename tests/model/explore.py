"""Visit every world within the bounds; what breaks a promise is found with a shortest path to it."""

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
        broken: what it is.
        path: the moves that lead to it.
        times: how often it was met.
    """

    broken: Broken
    path: list[str]
    times: int = 1


@dataclass(slots=True)
class Result:
    """What an exploration, or some walks, came to.

    Args:
        worlds: how many were visited; how many walks there were.
        moves: how many were made.
        is_whole: whether every world within the bounds was visited.
        found: by what it says, in the order in which it was found.
    """

    worlds: int = 0
    moves: int = 0
    is_whole: bool = True
    found: dict[str, Found] = field(default_factory=dict)

    @property
    def broken(self) -> list[Found]:
        """The promises that are broken; known weaknesses are none."""
        return [each for each in self.found.values() if not each.broken.is_known]

    def has(self, promise: str) -> bool:
        """Whether one was found whose name begins so."""
        return any(each.broken.promise.startswith(promise) for each in self.found.values())

    @property
    def known(self) -> set[str]:
        """The known weaknesses that show."""
        return {each.broken.promise for each in self.found.values() if each.broken.is_known}


def moves(configuration: Configuration, world: World) -> Iterator[Move]:
    """Every move that a world allows, always in the same order."""
    yield from cloudformation.moves(configuration, world)
    yield from network.moves(configuration, world)
    yield from hands.moves(configuration, world)


def explore(configuration: Configuration, *, seconds: float = float("inf"), stops_at: str = "") -> Result:
    """Visit every world within the bounds, those that are fewer moves away first.

    Args:
        configuration: what may happen.
        seconds: after which it is given up.
        stops_at: the promise, or the weakness, at which it ends, by the beginning of its name.
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
    """An exploration on its way.

    Attributes:
        result: what was found so far.
        ahead: what is to be visited.
        reached: from which world, and by which of its moves, each world was reached. Worlds are known by their hash, of
            64 bits: among a million, two are taken for one with a probability of 3 in 100 million.

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
        """The labels of the moves to a world and of one more, made once more from the first world on."""
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
