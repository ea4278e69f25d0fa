"""Ours in the reliability benchmark: every scenario, in processes of their own, as Lambda runs them."""

from collections.abc import Mapping

import pytest

from local_aws.server import LocalAws
from reliability.__main__ import verdicts
from reliability.rows import ROWS
from reliability.stage import OURS


@pytest.fixture(scope="module")
def found(local_aws: LocalAws) -> Mapping[tuple[str, str], str]:
    """What went wrong in each scenario; several are played at once, as they mostly wait."""
    return verdicts(local_aws, [OURS], ROWS)


@pytest.mark.parametrize("title", [row.title for row in ROWS])
def test_a_scenario_ends_as_it_has_to(found: Mapping[tuple[str, str], str], title: str) -> None:
    assert found[title, OURS.name] == ""
