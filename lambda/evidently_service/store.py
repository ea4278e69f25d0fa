"""The table: the one place that talks to DynamoDB.

Reads are strongly consistent. Every change is one transaction, so a lost answer is safe: botocore repeats it with the
same client token, and DynamoDB applies it once. ContendedError says for sure that nothing was written; where that is
unknown (no answer, still in progress), the answer is UnavailableError.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict, TypeVar

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotocoreConnectionError

from evidently_service.errors import ContendedError, ServiceError, ThrottledError, UnavailableError
from evidently_service.items import Item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

T = TypeVar("T")

_MOST_READS = 100  # of one TransactGetItems
_THROTTLED = {
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "RequestLimitExceeded",
    "ThrottlingError",
}
_THROTTLED_REASONS = _THROTTLED | {"ProvisionedThroughputExceeded"}
_OUR_FAULT = {"ValidationException", "SerializationException", "IdempotentParameterMismatchException"}


@dataclass(frozen=True, slots=True, eq=False)
class Put:
    """Stores an item where none is."""

    item: Item


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """Changes an item that is there and meets a condition."""

    key: Item
    expression: str
    values: Item = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    condition: str = "attribute_exists(pk)"


@dataclass(frozen=True, slots=True, eq=False)
class Delete:
    """Removes an item that is there and meets a condition."""

    key: Item
    values: Item = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    condition: str = "attribute_exists(pk)"


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """Writes nothing, and wants an item to be there."""

    key: Item


Write = Put | Update | Delete | Check


class ConditionsFailedError(ServiceError):
    """A transaction wrote nothing because conditions did not hold: which, and what was found instead."""

    def __init__(self, found: Mapping[Write, Item | None]) -> None:
        super().__init__(f"{len(found)} conditions of a transaction did not hold")
        self._found = found

    def failed(self, write: Write) -> bool:
        """Whether this write's condition did not hold."""
        return write in self._found

    def absent(self, write: Write) -> bool:
        """Whether this write's condition did not hold because there is no such item."""
        return write in self._found and self._found[write] is None

    def strings(self, write: Write, attribute: str) -> set[str]:
        """Return a string set of the item that was found; empty where there is none."""
        item = self._found.get(write) or {}
        return set(item[attribute]["SS"]) if attribute in item else set()


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

    def write(self, *writes: Write) -> None:
        """All of the writes, or none of them.

        Raises:
            ConditionsFailedError: a condition did not hold.
            ContendedError: another transaction was at one of the items; nothing was written.
            ThrottledError, UnavailableError: DynamoDB did not answer.

        """
        items = [self._request(write) for write in writes]
        try:
            _asked(lambda: self.client.transact_write_items(TransactItems=items))
        except self.client.exceptions.TransactionCanceledException as error:
            raise _cancelled(error.response.get("CancellationReasons", []), writes) from error

    def _request(self, write: Write) -> "TransactWriteItemTypeDef":
        match write:
            case Put():
                return {
                    "Put": {
                        "TableName": self.table,
                        "Item": write.item,
                        "ConditionExpression": "attribute_not_exists(pk)",
                        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                    }
                }
            case Update():
                return {
                    "Update": {
                        "TableName": self.table,
                        "Key": write.key,
                        "UpdateExpression": write.expression,
                        "ConditionExpression": write.condition,
                        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                        **_placeholders(write),
                    }
                }
            case Delete():
                return {
                    "Delete": {
                        "TableName": self.table,
                        "Key": write.key,
                        "ConditionExpression": write.condition,
                        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                        **_placeholders(write),
                    }
                }
            case Check():
                return {
                    "ConditionCheck": {
                        "TableName": self.table,
                        "Key": write.key,
                        "ConditionExpression": "attribute_exists(pk)",
                    }
                }


class _Placeholders(TypedDict):
    ExpressionAttributeValues: NotRequired[Item]
    ExpressionAttributeNames: NotRequired[Mapping[str, str]]


def _placeholders(write: Update | Delete) -> _Placeholders:
    """Give the names and values of an expression; DynamoDB refuses empty maps of either."""
    found = _Placeholders()
    if write.values:
        found["ExpressionAttributeValues"] = write.values
    if write.names:
        found["ExpressionAttributeNames"] = write.names
    return found


def _asked(call: Callable[[], T]) -> T:
    """Return a call's answer, or say why there is none; a cancelled transaction is left to the caller."""
    try:
        return call()
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in _THROTTLED:
            raise ThrottledError("The table is being asked too much at once; try again.") from error
        if code == "TransactionCanceledException" or code in _OUR_FAULT:
            raise
        raise UnavailableError("The table of this Evidently API can't be used now.") from error
    except (BotocoreConnectionError, HTTPClientError) as error:
        raise UnavailableError("The table of this Evidently API does not answer.") from error


def _cancelled(reasons: list[Any], writes: tuple[Write, ...]) -> ServiceError:
    """Say why a transaction was cancelled: a failed condition is certain, the other reasons pass."""
    found = {
        write: reason.get("Item") or None
        for write, reason in zip(writes, reasons, strict=False)
        if reason.get("Code") == "ConditionalCheckFailed"
    }
    if found:
        return ConditionsFailedError(found)
    codes = {reason.get("Code") for reason in reasons} - {"None", None}
    if codes & _THROTTLED_REASONS:
        return ThrottledError("The table is being asked too much at once; try again.")
    if codes <= {"TransactionConflict"}:
        return ContendedError("TransactionConflict")
    return ServiceError(f"transaction cancelled: {', '.join(sorted(codes))}")
