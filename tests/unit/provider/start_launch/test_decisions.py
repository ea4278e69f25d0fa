"""What a launch's status means for a request."""

import json

import pytest

from evidently_provider.api.launch import LaunchStatus
from evidently_provider.ownership.plan import Outcome
from evidently_provider.start_launch.decisions import after_refused_stop, after_start
from helpers.rooms import MODELS


@pytest.mark.parametrize(
    ("status", "owned", "outcome"),
    [
        ("CREATED", False, Outcome.REFUSED),
        ("CREATED", True, Outcome.REFUSED),
        ("UPDATING", False, None),
        ("UPDATING", True, None),
        ("RUNNING", False, Outcome.RUNNING),
        ("RUNNING", True, Outcome.OK),
        ("COMPLETED", False, Outcome.ENDED),
        ("COMPLETED", True, Outcome.ENDED),
        ("CANCELLED", False, Outcome.ENDED),
        ("CANCELLED", True, Outcome.ENDED),
    ],
)
def test_the_launchs_status_decides_the_outcome_of_a_start(
    status: str, outcome: Outcome | None, *, owned: bool
) -> None:
    assert after_start(LaunchStatus(status), owned=owned) is outcome


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("CREATED", Outcome.RELEASED),
        ("UPDATING", None),
        ("RUNNING", Outcome.REFUSED),
        ("COMPLETED", Outcome.RELEASED),
        ("CANCELLED", Outcome.RELEASED),
    ],
)
def test_the_launchs_status_decides_the_outcome_of_a_refused_stop(status: str, outcome: Outcome | None) -> None:
    assert after_refused_stop(LaunchStatus(status)) is outcome


def test_the_statuses_are_those_of_the_api_model() -> None:
    model = json.loads((MODELS / "evidently" / "2021-02-01" / "service-2.json").read_text(encoding="utf-8"))

    assert {status.value for status in LaunchStatus} == set(model["shapes"]["LaunchStatus"]["enum"])
