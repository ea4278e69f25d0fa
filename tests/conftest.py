"""One local AWS for all tests that ask for one: started with the first of them, ended with the run."""

from collections.abc import Iterator

import pytest

from helpers.driver.fixtures import driver, launches, shared_driver  # noqa: F401 - fixtures
from local_aws.server import LocalAws, forget_other_aws, running


def pytest_configure() -> None:
    """No test reaches an account of the person who runs it."""
    forget_other_aws()


@pytest.fixture(scope="session")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """MiniStack with signatures verified and IAM enforced; tests share it, so each makes things of its own."""
    with running(tmp_path_factory.mktemp("local-aws")) as found:
        yield found
