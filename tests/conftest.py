"""One local AWS for all tests that use the fixture: the first starts it, the end of the run stops it."""

from collections.abc import Iterator

import pytest

from helpers.driver.fixtures import driver, launches, shared_driver  # noqa: F401 - fixtures
from local_aws.server import LocalAws, forget_other_aws, running


def pytest_configure() -> None:
    """Keep every test away from the AWS accounts of the person who runs it."""
    forget_other_aws()


@pytest.fixture(scope="session")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """MiniStack with signatures verified and IAM enforced; tests share it, so each creates its own resources."""
    with running(tmp_path_factory.mktemp("local-aws")) as found:
        yield found
