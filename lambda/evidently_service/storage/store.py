"""The table: the one place that talks to DynamoDB.

Reads are strongly consistent, lists are queries. Every change is one transaction, so a lost answer is safe: botocore
repeats it with the same client token, and DynamoDB applies it once. ContendedError says for sure that nothing was
written; where that is unknown (no answer, still in progress), the answer is UnavailableError.
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
_MOST_CHARACTERS = 500_000  # of the documents in one page: Lambda takes six megabytes, escapes included
_OUR_FAULT = {"ValidationException", "SerializationException", "IdempotentParameterMismatchException"}


@dataclass(frozen=True, slots=True)
class Span:
    """Items of one partition: those whose sort key lies between two texts, both included."""

    partition: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Filter:
    """What a page of a list leaves out, in DynamoDB's words."""

    condition: str
    values: Item = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


NOTHING_LEFT_OUT: Final = Filter("")


@dataclass(frozen=True, slots=True)
class Store:
    """The service's table.

    Args:
        client: boto3's DynamoDB client.
        table: The table's name.

    """

    client: "DynamoDBClient"
    table: str

    def read(self, key: Item) -> Item | None:
        """Return the item as it is now, None where there is none.

        Raises:
            ThrottledError, UnavailableError: DynamoDB did not answer.

        """
        answer = _asked(lambda: self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True))
        return answer.get("Item")

    def read_all(self, keys: Sequence[Item]) -> list[Item | None]:
        """Return the items as they are now, each in its place; one round trip for a hundred.

        Raises:
            ThrottledError, UnavailableError: DynamoDB did not answer.

        """
        found: list[Item | None] = []
        for first in range(0, len(keys), _MOST_READS):
            gets = [{"Get": {"TableName": self.table, "Key": key}} for key in keys[first : first + _MOST_READS]]
            found += [answer.get("Item") for answer in self._transact_get(gets)]
        return found

    def _transact_get(self, gets: list[Any]) -> list[Any]:
        try:
            answer: list[Any] = _asked(lambda: self.client.transact_get_items(TransactItems=gets))["Responses"]
        except self.client.exceptions.TransactionCanceledException as error:
            raise ContendedError("TransactionConflict") from error
        return answer

    def all_in(self, span: Span) -> list[Item]:
        """Return the items of a span as they are now; one round trip for each megabyte of them.

        Raises:
            ThrottledError, UnavailableError: DynamoDB did not answer.

        """
        found, after = self._query(span, None, NOTHING_LEFT_OUT, None)
        while after is not None:
            more, after = self._query(span, after, NOTHING_LEFT_OUT, None)
            found += more
        return found

    def page(
        self, span: Span, after: str | None, most: int, left_out: Filter = NOTHING_LEFT_OUT
    ) -> tuple[list[Item], str | None]:
        """Return a page of a span, and the sort key after which the next one begins, None if there is none.

        Args:
            span: What the list is made of.
            after: The sort key after which the page begins, None for the first page.
            most: How many items the page has at most. It may have fewer and still not be the last: what is read at
                once, and so the answer, is limited in bytes too.
            left_out: What of the span is not in the list.

        Raises:
            ThrottledError, UnavailableError: DynamoDB did not answer.

        """
        found: list[Item] = []
        while True:
            items, after = self._query(span, after, left_out, most + 1)
            found += items
            if len(found) > most:
                return found[:most], found[most - 1]["sk"]["S"]
            if after is None or sum(len(item["body"]["S"]) for item in found if "body" in item) > _MOST_CHARACTERS:
                return found, after

    def _query(
        self, span: Span, after: str | None, left_out: Filter, most: int | None
    ) -> tuple[list[Item], str | None]:
        request: dict[str, Any] = {
            "TableName": self.table,
            "ConsistentRead": True,
            "KeyConditionExpression": "pk = :partition AND sk BETWEEN :first AND :last",
            "ExpressionAttributeValues": {
                ":partition": {"S": span.partition},
                ":first": {"S": span.first},
                ":last": {"S": span.last},
                **left_out.values,
            },
        }
        if left_out.condition:
            request["FilterExpression"] = left_out.condition
        if left_out.names:
            request["ExpressionAttributeNames"] = left_out.names
        if most is not None:
            request["Limit"] = most
        if after is not None:
            request["ExclusiveStartKey"] = {"pk": {"S": span.partition}, "sk": {"S": after}}
        answer = _asked(lambda: self.client.query(**request))
        return list(answer["Items"]), answer.get("LastEvaluatedKey", {}).get("sk", {}).get("S")

    def write(self, *writes: Write) -> None:
        """All of the writes, or none of them.

        Raises:
            ConditionsFailedError: a condition did not hold.
            ContendedError: another transaction was at one of the items; nothing was written.
            ThrottledError, UnavailableError: DynamoDB did not answer.

        """
        items = [request_of(write, self.table) for write in writes]
        try:
            _asked(lambda: self.client.transact_write_items(TransactItems=items))
        except self.client.exceptions.TransactionCanceledException as error:
            raise cancelled(error.response.get("CancellationReasons", []), writes) from error


def _asked(call: Callable[[], T]) -> T:
    """Return a call's answer, or say why there is none; a cancelled transaction is left to the caller."""
    try:
        return call()
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in THROTTLED:
            raise ThrottledError("The table is being asked too much at once; try again.") from error
        if code == "TransactionCanceledException" or code in _OUR_FAULT:
            raise
        raise UnavailableError("The table of this Evidently API can't be used now.") from error
    except (BotocoreConnectionError, HTTPClientError) as error:
        raise UnavailableError("The table of this Evidently API does not answer.") from error
