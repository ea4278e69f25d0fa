"""The lifecycle of a launch with two clients: current botocore with our model, and AWS's last official client.

Each runs `helpers/lifecycle.py` in its own process against the deployed service, one after the other: the second run
also shows that deleted resources can be created again.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from math import sqrt
from typing import Any

import botocore
import pytest
from botocore import xform_name

from evidently_service.operations import OFFERED
from helpers.deployment import Deployment
from helpers.official_client import OFFICIAL_CLIENT
from helpers.rooms import MODELS, ROOT
from local_aws.server import REGION, clean_environment

LIFECYCLE = ROOT / "tests" / "helpers" / "lifecycle.py"
ARN = f"arn:aws:evidently:{REGION}:000000000000:project/lifecycle"
OURS = {"AWS_DATA_PATH": str(MODELS)}
THEIRS = {"PYTHONPATH": str(OFFICIAL_CLIENT)}


@pytest.fixture(scope="module")
def runs(deployment: Deployment) -> dict[str, Any]:
    """The records of both runs, by the client's version."""

    def recorded(**setting: str) -> Any:
        environment = clean_environment() | deployment.local_aws.environment() | setting
        environment |= {"AWS_ENDPOINT_URL_EVIDENTLY": deployment.url(), "AWS_DISABLE_HOST_PREFIX_INJECTION": "true"}
        done = subprocess.run(  # noqa: S603, the tests' own script
            [sys.executable, str(LIFECYCLE)], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    runs = (recorded(**OURS), recorded(**THEIRS))
    return {run.pop("client"): run for run in runs}


@pytest.fixture(scope="module")
def run(runs: Mapping[str, Any]) -> Any:
    """The current client's record."""
    return runs[botocore.__version__]


@pytest.fixture(scope="module")
def responses(run: Any) -> Callable[[str], list[Any]]:
    """The responses to an operation, in order."""
    return lambda operation: [call["response"] for call in run["calls"] if call["operation"] == operation]


def test_both_clients_parse_the_same_from_every_response(runs: Mapping[str, Any]) -> None:
    assert list(runs) == [botocore.__version__, "1.42.50"]
    ours, theirs = runs.values()
    assert ours == theirs


def test_every_offered_operation_was_called_and_every_response_has_a_request_id(run: Any) -> None:
    called = {call["operation"] for call in run["calls"]}
    assert {xform_name(name) for name in OFFERED} <= called
    assert all(call["request_id"] for call in run["calls"])


def test_each_error_has_the_class_and_the_code_of_the_model(run: Any) -> None:
    errors = [
        (call["operation"], call["status"], call["response"]["error"])
        for call in run["calls"]
        if "error" in call["response"]
    ]
    conflict, absent, invalid = (
        (409, "ConflictException"),
        (404, "ResourceNotFoundException"),
        (400, "ValidationException"),
    )
    assert errors == [
        ("start_launch", *conflict),
        ("get_launch", *absent),
        ("create_project", *conflict),
        ("delete_launch", *conflict),
        ("delete_segment", *conflict),
        ("delete_project", *conflict),
        ("update_project_data_delivery", *invalid),
        ("create_feature", *invalid),
        ("create_segment", *invalid),
        ("get_experiment", *invalid),
        ("start_launch", *conflict),
        ("get_project", *absent),
    ]


def test_a_launch_decides_only_while_it_runs_and_a_segment_override_decides_first(run: Any) -> None:
    default = {"NO": {"classic DEFAULT": 100}, "DE": {"classic DEFAULT": 900}}
    splits = run["splits"]
    assert (splits["created"], splits["stopped"]) == (default, default)
    for state in ("running", "updated"):
        assert splits[state]["NO"] == {"express LAUNCH_RULE_MATCH": 100}


@pytest.mark.parametrize(("state", "share"), [("running", 0.2), ("updated", 0.4)])
def test_the_split_follows_the_current_step(run: Any, state: str, share: float) -> None:
    split = run["splits"][state]["DE"]
    assert set(split) == {"classic LAUNCH_RULE_MATCH", "express LAUNCH_RULE_MATCH"}
    assert abs(split["express LAUNCH_RULE_MATCH"] - 900 * share) < 4 * sqrt(900 * share * (1 - share))


def test_a_member_of_a_request_comes_back_under_its_name_in_the_response(
    responses: Callable[[str], list[Any]],
) -> None:
    launch = responses("create_launch")[0]["launch"]
    assert launch["project"] == ARN
    assert launch["groups"][1] == {"name": "express", "featureVariations": {"checkout": "express"}}
    assert [step["groupWeights"]["express"] for step in launch["scheduledSplitsDefinition"]["steps"]] == [
        20_000,
        50_000,
        100_000,
    ]
    assert launch["randomizationSalt"] == "lifecycle-november"
    assert responses("create_feature")[0]["feature"]["defaultVariation"] == "classic"
    assert responses("stop_launch") == [{"endedTime": "a time"}]


def test_a_list_shows_everything_in_pages_and_by_status(responses: Callable[[str], list[Any]]) -> None:
    launches = [launch["name"] for page in responses("list_launches") for launch in page["launches"]]
    assert launches == ["lifecycle-november", "lifecycle-november-next", "lifecycle-november"]


def test_a_missing_feature_in_a_batch_is_reported_in_its_result(responses: Callable[[str], list[Any]]) -> None:
    (response,) = responses("batch_evaluate_feature")
    assert [set(result) for result in response["results"]] == [{"project", "feature", "entityId", "reason"}]
    assert response["results"][0]["reason"] == f"Feature does not exist with arn '{ARN}/feature/none'"
