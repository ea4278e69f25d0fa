"""Items that a newer version of the service wrote, and the stack that owns them, after a rollback of that version."""

from typing import Any

import pytest

from evidently_service.storage.items import SCHEMA
from helpers.launch_replies import launch_arn
from helpers.provider_harness import event
from helpers.provider_service import Served

OURS = launch_arn()
KEY: Any = {"pk": {"S": "project#petfood"}, "sk": {"S": "launch#november"}}


@pytest.fixture
def served(served: Served) -> Served:
    """Return the provider and the service, where a stack owns a run whose launch a newer service wrote."""
    served.service.with_launch()
    assert served.send(event("Create"))["PhysicalResourceId"] == OURS
    table: Any = served.service.store.client
    item = table.get_item(TableName=served.service.table, Key=KEY)["Item"]
    table.put_item(TableName=served.service.table, Item={**item, "schema": {"N": str(SCHEMA + 1)}})
    return served


@pytest.mark.parametrize("request_type", ["Update", "Delete"])
def test_a_request_for_a_newer_item_fails_with_its_id_and_the_remedy(served: Served, request_type: str) -> None:
    response = served.send(event(request_type, OURS))
    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", OURS)
    assert "deploy that version to change it" in response["Reason"]
    assert served.status() == "RUNNING"
