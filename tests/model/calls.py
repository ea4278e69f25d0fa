"""A call of the API in a world with ghosts: carried out, and held to the promises."""

from evidently_provider.ownership.identity import Mark
from evidently_service.domain.ownership import Outcome
from model import ghosts, promises, service
from model.configuration import Configuration
from model.ghosts import Made
from model.state import Call, World


def make(
    configuration: Configuration, world: World, call: Call, *, is_late: bool = False, mark: Mark | None = None
) -> tuple[World, Outcome]:
    """Return the world after a call, and what it came to.

    Args:
        configuration: what may happen.
        world: the world before it.
        call: the call.
        is_late: whether nobody waits any more for the request that makes it.
        mark: what the physical id of the request says that makes it, if that is known.

    Raises:
        Broken: it breaks a promise.
    """
    after, outcome = service.called(configuration, world, call)
    made = Made(call, outcome, is_late=is_late, mark=mark)
    after = ghosts.called(world, after, made)
    promises.check_call(configuration, world, after, made)
    return after, outcome
