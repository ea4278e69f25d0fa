"""One local AWS for all tests that use the fixture: the first starts it, the end of the run stops it."""

import gc
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Final

import pytest

from helpers.driver.fixtures import driver, launches, shared_driver  # noqa: F401 - fixtures
from local_aws.server import LocalAws, forget_other_aws, running

_FOLDER: Final = pytest.StashKey[Path]()
_YOUNG_OBJECTS: Final = 20_000  # Python's own 700 are a fraction of one request's or one world's


def pytest_configure() -> None:
    """Keep every test away from the AWS accounts of the person who runs it."""
    forget_other_aws()


def pytest_collection_finish() -> None:
    """Leave modules and items, which live as long as the process, out of garbage collection: a quarter of the CPU."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)


@pytest.fixture(scope="session")
def local_aws(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """MiniStack with signatures verified and IAM enforced; tests share it, so each creates its own resources."""
    folder = tmp_path_factory.mktemp("local-aws")
    request.config.stash[_FOLDER] = folder
    with running(folder) as found:
        yield found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Name the files of this worker's local AWS in the report of a failed test."""
    report = yield
    folder = item.config.stash.get(_FOLDER, None)
    if report.failed and folder and isinstance(item, pytest.Function) and "local_aws" in item.fixturenames:
        report.sections.append(("local AWS of this worker", f"its log is in {folder}"))
    return report
