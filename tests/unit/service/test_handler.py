"""Lambda's entry: what the environment of the function sets."""

import importlib.util
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import boto3
import pytest

import evidently_contract as contract
from helpers.evidently_api import evidently_client
from helpers.service import ON_AND_OFF
from helpers.service_table import REGION, make_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def client(monkeypatch: pytest.MonkeyPatch, dynamodb: "DynamoDBClient", environment: Mapping[str, str]) -> Any:
    """Return a client of a new sandbox with this environment, beside what every function has."""
    for name, value in {"AWS_REGION": REGION, contract.ENV_TABLE_NAME: make_table(dynamodb), **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "client", lambda *_, **__: dynamodb)
    spec = importlib.util.find_spec("evidently_service.handler")
    assert spec is not None
    assert spec.loader is not None
    sandbox = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sandbox)
    return evidently_client(sandbox.handler)


@pytest.mark.parametrize(
    ("environment", "dimensions"),
    [
        ({}, '["Project", "Feature", "Variation", "Reason"]'),
        ({contract.ENV_METRICS: contract.METRICS_FULL}, '["Project", "Feature", "Variation", "Reason"]'),
        ({contract.ENV_METRICS: contract.METRICS_PER_FEATURE}, '["Project", "Feature"]'),
        ({contract.ENV_METRICS: contract.METRICS_OFF}, None),
    ],
)
def test_the_environment_says_which_metrics_evaluations_have(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    dynamodb: "DynamoDBClient",
    environment: Mapping[str, str],
    dimensions: str | None,
) -> None:
    evidently = client(monkeypatch, dynamodb, environment)
    evidently.create_project(name="petfood")
    evidently.create_feature(project="petfood", name="upsell", variations=ON_AND_OFF)
    capsys.readouterr()
    evidently.evaluate_feature(project="petfood", feature="upsell", entityId="anna")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == (dimensions is not None)
    assert all(f'"Dimensions": [{dimensions}]' in line for line in lines)
