"""What goes between a service and its table: round trips, and the items in them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(slots=True)
class Traffic:
    """Counts since the beginning.

    Args:
        trips: Requests to DynamoDB.
        read: Items that it answered with.
        written: Items that were put, updated or deleted.
        checked: Items whose conditions alone were looked at.

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

    def add_answer(self, parsed: Mapping[str, Any], **_: Any) -> None:
        """Count what an answer brings."""
        responses = parsed.get("Responses", [])
        self.read += len(parsed.get("Items", [])) + ("Item" in parsed) + sum("Item" in each for each in responses)


@contextmanager
def traffic(client: "DynamoDBClient") -> Iterator[Traffic]:
    """Count what a client does for as long as the block runs."""
    counted = Traffic()
    handlers: Mapping[str, Callable[..., None]] = {
        "provide-client-params.dynamodb": counted.add_request,
        "after-call.dynamodb": counted.add_answer,
    }
    for event, handler in handlers.items():
        client.meta.events.register(event, handler)
    try:
        yield counted
    finally:
        for event, handler in handlers.items():
            client.meta.events.unregister(event, handler)
