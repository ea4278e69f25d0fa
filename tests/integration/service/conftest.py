"""A service with its own table in the local AWS's DynamoDB; the test controls its clock and pauses."""

from typing import TYPE_CHECKING

import pytest

from helpers.service import Service
from helpers.service_table import dynamodb_client, make_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from local_aws.server import LocalAws


@pytest.fixture(scope="session")
def dynamodb(local_aws: "LocalAws") -> "DynamoDBClient":
    """A client of the local AWS's DynamoDB."""
    return dynamodb_client(local_aws.url)


@pytest.fixture
def service(dynamodb: "DynamoDBClient") -> Service:
    """An empty service."""
    return Service(dynamodb, make_table(dynamodb))
