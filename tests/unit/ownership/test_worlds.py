"""The worlds of the model checker: each is counted once, and no two are taken for one."""

from collections import deque

from model import promises
from model.configuration import Configuration
from model.configurations import MANAGED_HANDS, NO_ROLLBACK_TOKEN, bounded
from model.explore import explore, moves
from model.normal import normal
from model.promises import Broken
from model.state import World


def worlds(configuration: Configuration) -> set[World]:
    """Every world within the bounds, compared as a whole and not by hash."""
    first = normal(configuration.first_world())
    found, ahead = {first}, deque([first])
    while ahead:
        for _, after in moves(configuration, ahead.popleft()):
            if isinstance(after, Broken) or (world := normal(after)) in found:
                continue
            found.add(world)
            try:
                promises.check_rest(configuration, world)
            except Broken:
                continue
            ahead.append(world)
    return found


def test_no_two_worlds_have_one_hash() -> None:
    for configuration in (bounded(MANAGED_HANDS, 4, 0, 1), bounded(NO_ROLLBACK_TOKEN, 2, 1)):
        assert explore(configuration).worlds == len(worlds(configuration))


def test_a_world_in_normal_form_is_unchanged() -> None:
    assert all(normal(world) == world for world in worlds(bounded(NO_ROLLBACK_TOKEN, 2, 1)))
