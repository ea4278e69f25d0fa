"""Lambda's entry, `evidently_service.handler.handler`.

Clients and the API model live as long as Lambda's execution environment; no state of a request outlives it.
"""

import json
import os
import random
import time
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
from botocore.config import Config

import evidently_contract as contract
from evidently_service.application import Application, LambdaContext
from evidently_service.domain.quotas import Quotas
from evidently_service.storage.store import Store
from evidently_service.telemetry.deliveries import Deliveries
from evidently_service.telemetry.metrics import Detail, EvaluationMetrics

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

# DynamoDB answers in milliseconds. Three attempts of these end well within API Gateway's 30 seconds.
_DYNAMODB = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
# An evaluation waits for the delivery of its event, so that gets a few seconds at most.
_LOGS = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2})


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Serve one request of API Gateway's HTTP API, payload format 2.0."""
    return _application().respond(event, context)


@cache
def _application() -> Application:
    return Application(
        store=Store(
            boto3.client("dynamodb", region_name=os.environ["AWS_REGION"], config=_DYNAMODB),
            os.environ[contract.ENV_TABLE_NAME],
        ),
        clock=lambda: time.time_ns() // 1_000_000,
        pause=time.sleep,
        jitter=random.random,
        quotas=Quotas.read(os.environ.get(contract.ENV_QUOTAS)),
        deliveries=Deliveries(
            log_groups=frozenset(json.loads(os.environ.get(contract.ENV_DATA_DELIVERY, "[]"))),
            client=_logs,
            stream=f"evaluations/{uuid4()}",
        ),
        evaluations=EvaluationMetrics(Detail(os.environ.get(contract.ENV_METRICS, contract.METRICS_FULL))),
    )


@cache
def _logs() -> "CloudWatchLogsClient":
    client: CloudWatchLogsClient = boto3.client("logs", region_name=os.environ["AWS_REGION"], config=_LOGS)
    return client
