"""A service on a table of its own in the local AWS's DynamoDB, its clock and pauses in the test's hands."""

import os
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import BotoCoreError

from helpers.service import Service
from helpers.service_table import dynamodb_client, make_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture(scope="session")
def dynamodb(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[DynamoDBClient]":
    """A client of a DynamoDB that lives as long as the tests do."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "SERVICES": "dynamodb"}
    with (tmp_path_factory.mktemp("local-aws") / "log").open("wb") as log:
        server = subprocess.Popen([sys.executable, "-m", "ministack"], env=environment, stdout=log, stderr=log)
    try:
        client = dynamodb_client(f"http://127.0.0.1:{port}")
        _wait_for(client, server)
        yield client
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture
def service(dynamodb: "DynamoDBClient") -> Service:
    """An empty service."""
    return Service(dynamodb, make_table(dynamodb))


def _wait_for(client: "DynamoDBClient", server: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        try:
            client.list_tables()
        except BotoCoreError:
            assert server.poll() is None, "the local AWS ended at once"
            time.sleep(0.1)
        else:
            return
    pytest.fail("the local AWS does not answer")
