"""A call of the API in a world with ghosts: apply it, and check the promises."""

from evidently_provider.ownership.identity import Mark
from evidently_service.domain.ownership import Outcome
from model import ghosts, promises, service
from model.configuration import Configuration
from model.ghosts import Made
from model.state import Call, World


def make(
    configuration: Configuration, world: World, call: Call, *, is_late: bool = False, mark: Mark | None = None
) -> tuple[World, Outcome]:
    """Return the world after a call, and the outcome.

    Args:
        configuration: what may happen.
        world: the world before the call.
        call: the call.
        is_late: whether CloudFormation no longer waits for the request behind it.
        mark: the mark of that request's physical id; None if unknown.

    Raises:
        Broken: the call breaks a promise.
    """
    after, outcome = service.called(configuration, world, call)
    made = Made(call, outcome, is_late=is_late, mark=mark)
    after = ghosts.called(world, after, made)
    promises.check_call(configuration, world, after, made)
    return after, outcome
