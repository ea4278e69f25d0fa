"""The writes of a transaction as plain values: their form for DynamoDB, and the cause of a cancellation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, NotRequired, TypedDict

from evidently_service.domain.errors import ContendedError, NewerItemError, ServiceError, ThrottledError
from evidently_service.storage.items import SCHEMA, is_newer
from evidently_service.storage.keys import Item, number

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

THROTTLED = {
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "RequestLimitExceeded",
    "ThrottlingError",
}
_THROTTLED_REASONS = THROTTLED | {"ProvisionedThroughputExceeded"}
_KNOWN_SCHEMA: Final = "(attribute_not_exists(#schema) OR #schema <= :schema)"


@dataclass(frozen=True, slots=True, eq=False)
class Put:
    """Stores an item under an unused key."""

    item: Item


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """Changes an item that exists, or that meets another condition.

    Args:
        key: the item's key.
        expression: DynamoDB's UpdateExpression.
        values: placeholders of both expressions; `:schema` is always `items.SCHEMA`.
        names: placeholders of both expressions.
        condition: DynamoDB's ConditionExpression.
        replaces: whether it replaces documents of the item: then an item of a newer schema refuses it.

    """

    key: Item
    expression: str
    values: Item = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    condition: str = "attribute_exists(pk)"
    replaces: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Delete:
    """Deletes an item that exists and meets a condition; an item of a newer schema refuses it."""

    key: Item
    values: Item = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    condition: str = "attribute_exists(pk)"


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """Requires an item to meet a condition, and writes nothing."""

    key: Item
    values: Item = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    condition: str = "attribute_exists(pk)"


Write = Put | Update | Delete | Check


class ConditionsFailedError(ServiceError):
    """A transaction wrote nothing because conditions were false; DynamoDB returns the items that it found."""

    def __init__(self, found: Mapping[Write, Item | None]) -> None:
        super().__init__(f"{len(found)} conditions of a transaction were false")
        self._found = found

    def failed(self, write: Write) -> bool:
        """Whether the condition of this write was false."""
        return write in self._found

    def absent(self, write: Write) -> bool:
        """Whether the condition of this write was false because the item does not exist."""
        return write in self._found and self._found[write] is None

    def strings(self, write: Write, attribute: str) -> set[str]:
        """Return a string set of the item that DynamoDB found; empty if there is no item or attribute."""
        item = self._found.get(write) or {}
        return set(item[attribute]["SS"]) if attribute in item else set()


def request_of(write: Write, table: str) -> "TransactWriteItemTypeDef":
    """Return a write as DynamoDB takes it."""
    match write:
        case Put():
            return {
                "Put": {
                    "TableName": table,
                    "Item": write.item,
                    "ConditionExpression": "attribute_not_exists(pk)",
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }
            }
        case Update():
            return {"Update": {**_conditional(write, table), "UpdateExpression": write.expression}}
        case Delete():
            return {"Delete": {**_conditional(write, table)}}
        case Check():
            return {"ConditionCheck": {**_conditional(write, table)}}


def cancelled(reasons: list[Any], writes: tuple[Write, ...]) -> ServiceError:
    """Return the error of a cancelled transaction: a false condition outweighs causes that a retry may clear."""
    found = {
        write: reason.get("Item") or None
        for write, reason in zip(writes, reasons, strict=False)
        if reason.get("Code") == "ConditionalCheckFailed"
    }
    for write, item in found.items():
        if item and _needs_known_schema(write) and is_newer(item):
            named = f"{item['pk']['S']} {item['sk']['S']}"
            sentence = f"The table's item '{named}' was written by a newer version of EvidentlyService"
            return NewerItemError(f"{sentence}; deploy that version to change it.")
    if found:
        return ConditionsFailedError(found)
    codes = {reason.get("Code") for reason in reasons} - {"None", None}
    if codes & _THROTTLED_REASONS:
        return ThrottledError("The table is throttling requests; try again.")
    if codes <= {"TransactionConflict"}:
        return ContendedError("TransactionConflict")
    return ServiceError(f"transaction cancelled: {', '.join(sorted(codes))}")


class _Conditional(TypedDict):
    TableName: str
    Key: Item
    ConditionExpression: str
    ReturnValuesOnConditionCheckFailure: Literal["ALL_OLD"]
    ExpressionAttributeValues: NotRequired[Item]
    ExpressionAttributeNames: NotRequired[Mapping[str, str]]


def _conditional(write: Update | Delete | Check, table: str) -> _Conditional:
    condition, values, names = write.condition, write.values, write.names
    if _needs_known_schema(write):
        condition = f"({condition}) AND {_KNOWN_SCHEMA}"
        values, names = {**values, ":schema": number(SCHEMA)}, {**names, "#schema": "schema"}
    found = _Conditional(
        TableName=table,
        Key=write.key,
        ConditionExpression=condition,
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    # DynamoDB refuses empty maps of either.
    if values:
        found["ExpressionAttributeValues"] = values
    if names:
        found["ExpressionAttributeNames"] = names
    return found


def _needs_known_schema(write: Write) -> bool:
    return isinstance(write, Delete) or (isinstance(write, Update) and write.replaces)
