"""One Evidently API, deployed once for all deploy tests; each test has its own launches and stacks."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from helpers.deployment import Deployment, NewLaunch, Release, deployed_service
from helpers.managed_shop import EVENTS
from local_aws.server import LocalAws

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def deployment(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """The API, with project `petfood` and its feature `upsell`."""
    return deployed_service(local_aws, tmp_path_factory.mktemp("service") / "out", data_delivery=[EVENTS])


@pytest.fixture
def release(deployment: Deployment, tmp_path: Path) -> Iterator[Release]:
    """A stack, not deployed; it is deleted after the test.

    Every test uses one name: the local AWS keeps the process of a deleted function until another takes its name.
    """
    with ExitStack() as resources:
        found = Release(deployment, "Release", tmp_path, resources)
        yield found
        found.destroy()


@pytest.fixture
def new_launch(deployment: Deployment) -> NewLaunch:
    """Creates a launch without starting it, and returns its name."""
    return lambda: deployment.make_launch(f"launch-{next(_NUMBERS)}")
