"""The table of what a launch's status means, as the pure functions have it."""

import json

import pytest

from evidently_provider.decisions import LaunchStatus, Started, Stopped, after_refused_stop, after_start
from helpers.rooms import MODELS


@pytest.mark.parametrize(
    ("status", "started", "same_launch", "decision"),
    [
        ("CREATED", False, False, Started.FAIL_REFUSED),
        ("CREATED", False, True, Started.FAIL_REFUSED),
        ("CREATED", True, False, Started.FAIL_REFUSED),
        ("CREATED", True, True, Started.FAIL_REFUSED),
        ("UPDATING", False, False, Started.WAIT),
        ("UPDATING", False, True, Started.WAIT),
        ("UPDATING", True, False, Started.WAIT),
        ("UPDATING", True, True, Started.WAIT),
        ("RUNNING", False, False, Started.ADOPTED),
        ("RUNNING", False, True, Started.ADOPTED),
        ("RUNNING", True, False, Started.BY_US),
        ("RUNNING", True, True, Started.BY_US),
        ("COMPLETED", False, False, Started.FAIL_ENDED),
        ("COMPLETED", False, True, Started.HAD_ENDED),
        ("COMPLETED", True, False, Started.FAIL_ENDED),
        ("COMPLETED", True, True, Started.HAD_ENDED),
        ("CANCELLED", False, False, Started.FAIL_ENDED),
        ("CANCELLED", False, True, Started.HAD_ENDED),
        ("CANCELLED", True, False, Started.FAIL_ENDED),
        ("CANCELLED", True, True, Started.HAD_ENDED),
    ],
)
def test_a_start_is_settled_by_the_launchs_status(
    status: str, decision: Started, *, started: bool, same_launch: bool
) -> None:
    assert after_start(LaunchStatus(status), started=started, same_launch=same_launch) is decision


@pytest.mark.parametrize(
    ("status", "knows_starter", "decision"),
    [
        ("CREATED", False, Stopped.DONE),
        ("CREATED", True, Stopped.DONE),
        ("UPDATING", False, Stopped.WAIT),
        ("UPDATING", True, Stopped.WAIT),
        ("RUNNING", False, Stopped.FAIL_REFUSED),
        ("RUNNING", True, Stopped.LEAVE),
        ("COMPLETED", False, Stopped.DONE),
        ("COMPLETED", True, Stopped.DONE),
        ("CANCELLED", False, Stopped.DONE),
        ("CANCELLED", True, Stopped.DONE),
    ],
)
def test_a_refused_stop_is_settled_by_the_launchs_status(
    status: str, decision: Stopped, *, knows_starter: bool
) -> None:
    assert after_refused_stop(LaunchStatus(status), knows_starter=knows_starter) is decision


def test_the_statuses_are_those_of_the_api_model() -> None:
    model = json.loads((MODELS / "evidently" / "2021-02-01" / "service-2.json").read_text(encoding="utf-8"))

    assert {status.value for status in LaunchStatus} == set(model["shapes"]["LaunchStatus"]["enum"])
