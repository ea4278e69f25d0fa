"""The service's table on a local AWS: with the keys that the construct gives it, one per caller."""

from typing import TYPE_CHECKING
from uuid import uuid4

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REGION = "eu-north-1"


def dynamodb_client(endpoint: str) -> "DynamoDBClient":
    """Return a client of the local DynamoDB for a few dozen threads."""
    client: DynamoDBClient = boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the local AWS's root, no secret
        config=Config(max_pool_connections=40, connect_timeout=5, read_timeout=20),
    )
    return client


def make_table(client: "DynamoDBClient", name: str = "") -> str:
    """Create an empty table with the service's keys; return its name, by default a new one."""
    name = name or f"evidently-{uuid4().hex[:12]}"
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )
    return name
