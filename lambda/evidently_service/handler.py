"""Lambda's entry, `evidently_service.handler.handler`: a warm container keeps its client and the model, no more."""

import os
import random
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

import evidently_contract as contract
from evidently_service.application import Application, LambdaContext
from evidently_service.quotas import Quotas
from evidently_service.store import Store

# DynamoDB answers in milliseconds. Three attempts of these end well within API Gateway's 30 seconds.
_DYNAMODB = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers one request of API Gateway's HTTP API, payload format 2.0."""
    return _application().answer(event, context)


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
    )
