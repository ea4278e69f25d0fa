"""The traffic between a service and its table: round trips, and the items in them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(slots=True)
class Traffic:
    """Counts of requests and items.

    Args:
        trips: requests to DynamoDB.
        read: items in its responses.
        written: items that were put, updated or deleted.
        checked: items with a condition check alone.

    """

    trips: int = 0
    read: int = 0
    written: int = 0
    checked: int = 0

    def add_request(self, params: Mapping[str, Any], **_: Any) -> None:
        """Count a request."""
        self.trips += 1
        writes = params.get("TransactItems", [])
        self.checked += sum("ConditionCheck" in write for write in writes)
        self.written += sum("ConditionCheck" not in write and "Get" not in write for write in writes)

    def add_response(self, parsed: Mapping[str, Any], **_: Any) -> None:
        """Count the items of a response."""
        responses = parsed.get("Responses", [])
        self.read += len(parsed.get("Items", [])) + ("Item" in parsed) + sum("Item" in each for each in responses)


@contextmanager
def traffic(client: "DynamoDBClient") -> Iterator[Traffic]:
    """Count a client's traffic while the block runs."""
    counted = Traffic()
    handlers: Mapping[str, Callable[..., None]] = {
        "provide-client-params.dynamodb": counted.add_request,
        "after-call.dynamodb": counted.add_response,
    }
    for event, handler in handlers.items():
        client.meta.events.register(event, handler)
    try:
        yield counted
    finally:
        for event, handler in handlers.items():
            client.meta.events.unregister(event, handler)
