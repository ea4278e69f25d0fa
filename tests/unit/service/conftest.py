"""A service with its own table in this process's DynamoDB; the test controls its clock and pauses."""

from typing import TYPE_CHECKING

import pytest

from helpers.in_process_aws import dynamodb_in_process
from helpers.service import Service
from helpers.service_table import make_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture(scope="session")
def dynamodb() -> "DynamoDBClient":
    """A client of this process's DynamoDB."""
    return dynamodb_in_process()


@pytest.fixture
def service(dynamodb: "DynamoDBClient") -> Service:
    """An empty service."""
    return Service(dynamodb, make_table(dynamodb))
