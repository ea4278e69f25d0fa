"""A service on a new table of the local AWS, with a clock and pauses that the test controls."""

from typing import TYPE_CHECKING

import pytest

from helpers.service import Service
from helpers.service_table import dynamodb_client, make_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from local_aws.server import LocalAws


@pytest.fixture(scope="session")
def dynamodb(local_aws: "LocalAws") -> "DynamoDBClient":
    """Return a client of the local AWS's DynamoDB."""
    return dynamodb_client(local_aws.url)


@pytest.fixture
def service(dynamodb: "DynamoDBClient") -> Service:
    """Return an empty service."""
    return Service(dynamodb, make_table(dynamodb))
