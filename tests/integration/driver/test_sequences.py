"""Each sequence that ever broke a promise, through the driver and the real handlers.

For StartLaunch, and for the four managed resources where an existence can stand for a run.
"""

import pytest

from helpers.driver.driver import Driver
from helpers.sequences import Creates, Starts, play
from model.sequences import Sequence

SEQUENCES = Sequence.load()
OF_STARTS = [each for each in SEQUENCES if each.kind == "start"]
OF_MANAGED = [
    (kind, each)
    for each in SEQUENCES
    if each.as_managed and each.kind in {"start", "managed"}
    for kind in ("project", "feature", "segment", "launch")
    if not (kind == "segment" and each.definitions)  # the API can't change a segment
]


@pytest.mark.parametrize("sequence", OF_STARTS, ids=lambda each: each.name)
def test_a_sequence_of_starts_ends_as_expected(driver: Driver, sequence: Sequence) -> None:
    assert play(driver, sequence, Starts) == []


@pytest.mark.parametrize(("kind", "sequence"), OF_MANAGED, ids=lambda each: getattr(each, "name", each))
def test_a_sequence_of_managed_resources_ends_as_expected(driver: Driver, sequence: Sequence, kind: str) -> None:
    assert play(driver, sequence, lambda driver, _: Creates(driver, kind)) == []
