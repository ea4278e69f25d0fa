"""The writes of a transaction, as plain values: what they become for DynamoDB, and why it cancels them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, NotRequired, TypedDict

from evidently_service.domain.errors import ConflictError, ContendedError, ServiceError, ThrottledError
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
    """Stores an item where none is."""

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
    """Removes an item that is there and meets a condition."""

    key: Item
    values: Item = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    condition: str = "attribute_exists(pk)"


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """Writes nothing, and wants an item to meet a condition."""

    key: Item
    values: Item = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    condition: str = "attribute_exists(pk)"


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
    """Say why a transaction was cancelled: a failed condition is certain, the other reasons pass."""
    found = {
        write: reason.get("Item") or None
        for write, reason in zip(writes, reasons, strict=False)
        if reason.get("Code") == "ConditionalCheckFailed"
    }
    for write, item in found.items():
        if item and _needs_known_schema(write) and is_newer(item):
            named = f"{item['pk']['S']} {item['sk']['S']}"
            sentence = f"The table's item '{named}' was written by a newer version of EvidentlyService"
            return ConflictError(f"{sentence}; deploy that version to change it.")
    if found:
        return ConditionsFailedError(found)
    codes = {reason.get("Code") for reason in reasons} - {"None", None}
    if codes & _THROTTLED_REASONS:
        return ThrottledError("The table is being asked too much at once; try again.")
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
