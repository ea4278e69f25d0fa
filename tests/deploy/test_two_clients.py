"""One life of a launch through two clients: current botocore with our model, and AWS's last official one with its own.

Each runs `helpers/lifecycle.py` in a process of its own against the deployed service, over HTTP, one after the other:
that the second finds nothing of the first shows that what was deleted can be made again.
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

LIFE = ROOT / "tests" / "helpers" / "lifecycle.py"
ARN = f"arn:aws:evidently:{REGION}:000000000000:project/lifecycle"
OURS = {"AWS_DATA_PATH": str(MODELS)}
THEIRS = {"PYTHONPATH": str(OFFICIAL_CLIENT)}


@pytest.fixture(scope="module")
def lives(deployment: Deployment) -> dict[str, Any]:
    """The scenario's records, by the client's version."""

    def live(**setting: str) -> Any:
        environment = clean_environment() | deployment.local_aws.environment() | setting
        environment |= {"AWS_ENDPOINT_URL_EVIDENTLY": deployment.url(), "AWS_DISABLE_HOST_PREFIX_INJECTION": "true"}
        done = subprocess.run(  # noqa: S603, the tests' own script
            [sys.executable, str(LIFE)], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    found = (live(**OURS), live(**THEIRS))
    return {life.pop("client"): life for life in found}


@pytest.fixture(scope="module")
def life(lives: Mapping[str, Any]) -> Any:
    """What the current client recorded."""
    return lives[botocore.__version__]


@pytest.fixture(scope="module")
def answers(life: Any) -> Callable[[str], list[Any]]:
    """The answers to an operation, in their order."""
    return lambda operation: [call["answer"] for call in life["calls"] if call["operation"] == operation]


def test_two_clients_see_the_same_in_every_answer(lives: Mapping[str, Any]) -> None:
    assert list(lives) == [botocore.__version__, "1.42.50"]
    ours, theirs = lives.values()
    assert ours == theirs


def test_every_offered_operation_was_called_and_every_answer_has_a_request_id(life: Any) -> None:
    called = {call["operation"] for call in life["calls"]}
    assert {xform_name(name) for name in OFFERED} <= called
    assert all(call["request_id"] for call in life["calls"])


def test_each_error_has_the_class_and_the_code_that_the_model_gives_it(life: Any) -> None:
    errors = [
        (call["operation"], call["status"], call["answer"]["error"])
        for call in life["calls"]
        if "error" in call["answer"]
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
        ("list_experiments", *invalid),
        ("start_launch", *conflict),
        ("get_project", *absent),
    ]


def test_a_launch_decides_only_while_it_runs_and_a_segment_override_decides_first(life: Any) -> None:
    default = {"NO": {"classic DEFAULT": 100}, "DE": {"classic DEFAULT": 900}}
    splits = life["splits"]
    assert (splits["created"], splits["stopped"]) == (default, default)
    for state in ("running", "updated"):
        assert splits[state]["NO"] == {"express LAUNCH_RULE_MATCH": 100}


@pytest.mark.parametrize(("state", "share"), [("running", 0.2), ("updated", 0.4)])
def test_the_split_is_that_of_the_current_step(life: Any, state: str, share: float) -> None:
    split = life["splits"][state]["DE"]
    assert set(split) == {"classic LAUNCH_RULE_MATCH", "express LAUNCH_RULE_MATCH"}
    assert abs(split["express LAUNCH_RULE_MATCH"] - 900 * share) < 4 * sqrt(900 * share * (1 - share))


def test_a_request_member_comes_back_under_the_name_that_the_answer_has_for_it(
    answers: Callable[[str], list[Any]],
) -> None:
    launch = answers("create_launch")[0]["launch"]
    assert launch["project"] == ARN
    assert launch["groups"][1] == {"name": "express", "featureVariations": {"checkout": "express"}}
    assert [step["groupWeights"]["express"] for step in launch["scheduledSplitsDefinition"]["steps"]] == [
        20_000,
        50_000,
        100_000,
    ]
    assert launch["randomizationSalt"] == "lifecycle-november"
    assert answers("create_feature")[0]["feature"]["defaultVariation"] == "classic"
    assert answers("stop_launch") == [{"endedTime": "a time"}]


def test_a_list_shows_everything_in_pages_and_by_status(answers: Callable[[str], list[Any]]) -> None:
    launches = [launch["name"] for page in answers("list_launches") for launch in page["launches"]]
    assert launches == ["lifecycle-november", "lifecycle-november-next", "lifecycle-november"]


def test_a_missing_feature_in_a_batch_is_said_in_its_own_result(answers: Callable[[str], list[Any]]) -> None:
    (answer,) = answers("batch_evaluate_feature")
    assert [set(result) for result in answer["results"]] == [{"project", "feature", "entityId", "reason"}]
    assert answer["results"][0]["reason"] == f"Feature does not exist with arn '{ARN}/feature/none'"
