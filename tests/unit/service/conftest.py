"""A service on a table of its own in the local AWS's DynamoDB, its clock and pauses in the test's hands."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from helpers.service import Service
from helpers.service_table import dynamodb_client, make_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture(scope="session")
def dynamodb(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[DynamoDBClient]":
    """A client of a DynamoDB that lives as long as the tests do."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = Path(tmp_path_factory.mktemp("local-aws")) / "log"
    environment = {**os.environ, "GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "SERVICES": "dynamodb"}
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "ministack"], env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/_ministack/health", server)
        yield dynamodb_client(f"http://127.0.0.1:{port}")
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture
def service(dynamodb: "DynamoDBClient") -> Service:
    """An empty service."""
    return Service(dynamodb, make_table(dynamodb))


def _wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            assert server.poll() is None, "the local AWS ended at once"
            time.sleep(0.1)
    pytest.fail("the local AWS does not answer")
