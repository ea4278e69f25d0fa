"""What a careful user of a published tool writes: start the launch, accept a running one, stop it on Delete."""

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import boto3
from botocore.config import Config

from reliability.faults import DATETIME, fault, inject_fault, text

if fault() == "import":
    raise ImportError("a module that the user's code needs")


def serve(event: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Serve CloudFormation's request; return the physical id and the attributes."""
    inject_fault()
    properties = event["ResourceProperties"]
    names = {"project": properties["Project"], "launch": properties["Launch"]}
    client: Any = boto3.client(
        "evidently", endpoint_url=os.environ["EVIDENTLY_URL"], config=Config(retries={"max_attempts": 2})
    )
    errors = client.exceptions
    if event["RequestType"] == "Delete":
        with suppress(errors.ValidationException, errors.ResourceNotFoundException):
            client.stop_launch(**names, desiredState="CANCELLED")
        return event["PhysicalResourceId"], {}
    try:
        launch = client.start_launch(**names)["launch"]
    except errors.ConflictException:
        launch = client.get_launch(**names)["launch"]
        if launch["status"] != "RUNNING":
            raise
    return launch["arn"], _attributes(launch)


def _attributes(launch: Mapping[str, Any]) -> dict[str, Any]:
    # boto3 returns datetimes, which JSON lacks: a careful user converts them, unless the scenario is about that.
    created = launch["createdTime"]
    return {
        "LaunchArn": launch["arn"],
        "LaunchStatus": launch["status"],
        "CreatedTime": created if os.environ.get(DATETIME) else created.isoformat(),
        **({"StatusReason": text()} if text() else {}),
    }
