"""The table: the only module that calls DynamoDB.

Reads are strongly consistent, lists are queries. Every change is one transaction, so a lost response is safe: botocore
repeats the request with the same client token, and DynamoDB applies it once. ContendedError guarantees that nothing was
written; where that is unknown (no response, still in progress), the error is UnavailableError.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotocoreConnectionError

from evidently_service.domain.errors import ContendedError, ThrottledError, UnavailableError
from evidently_service.storage.keys import Item
from evidently_service.storage.transaction import THROTTLED, Write, cancelled, request_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")

_MOST_READS = 100  # of one TransactGetItems
_MOST_CHARACTERS = 500_000  # of the documents in one page: a response of Lambda has at most 6 MB, escapes included
# Only a defect of the service causes these: they become a 500 with a trace in the log, and no 503.
_OUR_FAULT = {"ValidationException", "SerializationException", "IdempotentParameterMismatchException"}


@dataclass(frozen=True, slots=True)
class Span:
    """A range of one partition's items: sort keys from `first` to `last`, both included."""

    partition: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Filter:
    """A FilterExpression of DynamoDB: the items that a page shows."""

    condition: str
    values: Item = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


NO_FILTER: Final = Filter("")


@dataclass(frozen=True, slots=True)
class Store:
    """The service's table.

    Args:
        client: boto3's DynamoDB client.
        table: the table's name.

    """

    client: "DynamoDBClient"
    table: str

    def read(self, key: Item) -> Item | None:
        """Return the current item, None for an unknown key.

        Raises:
            ThrottledError, UnavailableError: DynamoDB did not answer.

        """
        response = _call(lambda: self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True))
        return response.get("Item")

    def read_all(self, keys: Sequence[Item]) -> list[Item | None]:
        """Return the current items in the order of their keys, None for an unknown key; one round trip per hundred.

        Raises:
            ThrottledError, UnavailableError: DynamoDB did not answer.

        """
        found: list[Item | None] = []
        for first in range(0, len(keys), _MOST_READS):
            gets = [{"Get": {"TableName": self.table, "Key": key}} for key in keys[first : first + _MOST_READS]]
            found += [response.get("Item") for response in self._transact_get(gets)]
        return found

    def _transact_get(self, gets: list[Any]) -> list[Any]:
        try:
            responses: list[Any] = _call(lambda: self.client.transact_get_items(TransactItems=gets))["Responses"]
        except self.client.exceptions.TransactionCanceledException as error:
            raise ContendedError("TransactionConflict") from error
        return responses

    def all_in(self, span: Span) -> list[Item]:
        """Return the current items of a span; one round trip for each megabyte.

        Raises:
            ThrottledError, UnavailableError: DynamoDB did not answer.

        """
        found, after = self._query(span, None, NO_FILTER, None)
        while after is not None:
            more, after = self._query(span, after, NO_FILTER, None)
            found += more
        return found

    def page(
        self, span: Span, after: str | None, most: int, shown: Filter = NO_FILTER
    ) -> tuple[list[Item], str | None]:
        """Return a page of a span, and the sort key after which the next page begins, None after the last page.

        Args:
            span: the items of the list.
            after: the sort key after which the page begins, None for the first page.
            most: the maximum number of items. A page may have fewer and still not be the last, as its bytes are
                limited too.
            shown: the condition for an item of the span to be in the list.

        Raises:
            ThrottledError, UnavailableError: DynamoDB did not answer.

        """
        found: list[Item] = []
        while True:
            # One item more than the page shows whether there is a next page.
            items, after = self._query(span, after, shown, most + 1)
            found += items
            if len(found) > most:
                return found[:most], found[most - 1]["sk"]["S"]
            if after is None or sum(len(item["body"]["S"]) for item in found if "body" in item) > _MOST_CHARACTERS:
                return found, after

    def _query(self, span: Span, after: str | None, shown: Filter, most: int | None) -> tuple[list[Item], str | None]:
        request: dict[str, Any] = {
            "TableName": self.table,
            "ConsistentRead": True,
            "KeyConditionExpression": "pk = :partition AND sk BETWEEN :first AND :last",
            "ExpressionAttributeValues": {
                ":partition": {"S": span.partition},
                ":first": {"S": span.first},
                ":last": {"S": span.last},
                **shown.values,
            },
        }
        if shown.condition:
            request["FilterExpression"] = shown.condition
        if shown.names:
            request["ExpressionAttributeNames"] = shown.names
        if most is not None:
            request["Limit"] = most
        if after is not None:
            request["ExclusiveStartKey"] = {"pk": {"S": span.partition}, "sk": {"S": after}}
        response = _call(lambda: self.client.query(**request))
        return list(response["Items"]), response.get("LastEvaluatedKey", {}).get("sk", {}).get("S")

    def write(self, *writes: Write) -> None:
        """Make all of the writes, or none.

        Raises:
            ConditionsFailedError: a condition was false; nothing was written.
            ContendedError: another transaction changes one of the items; nothing was written.
            NewerItemError: a newer version of the service wrote one of the items; nothing was written.
            ThrottledError, UnavailableError: DynamoDB did not answer.

        """
        items = [request_of(write, self.table) for write in writes]
        try:
            _call(lambda: self.client.transact_write_items(TransactItems=items))
        except self.client.exceptions.TransactionCanceledException as error:
            raise cancelled(error.response.get("CancellationReasons", []), writes) from error


def _call(call: Callable[[], T]) -> T:
    """Return DynamoDB's response; its errors become the API's, except for a cancelled transaction."""
    try:
        return call()
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in THROTTLED:
            raise ThrottledError("The table is throttling requests; try again.") from error
        if code == "TransactionCanceledException" or code in _OUR_FAULT:
            raise
        raise UnavailableError("The table of this Evidently API is unavailable.") from error
    except (BotocoreConnectionError, HTTPClientError) as error:
        raise UnavailableError("The table of this Evidently API does not respond.") from error
