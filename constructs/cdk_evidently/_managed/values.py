"""The parts that features and launches are made of, as plain frozen values in the API's units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Final

from cdk_evidently._common.references import FeatureLike, SegmentLike
from cdk_evidently.errors import InvalidArgumentError

WHOLE: Final = 100_000  # weights are in thousandths of a percent: this is all


def percent(share: float) -> int:
    """Return a weight: thousandths of a percent, the API's unit; `percent(12.5)` is 12500.

    Args:
        share: percent, from 0 to 100, with three decimals at most.

    Raises:
        InvalidArgumentError: it is something else.

    """
    try:
        thousandths = Decimal(str(share)) * 1000
    except InvalidOperation:
        thousandths = Decimal("NaN")
    fits = thousandths.is_finite() and 0 <= thousandths <= WHOLE and thousandths == thousandths.to_integral_value()
    if isinstance(share, bool) or not fits:
        rule = "a number from 0 to 100 with three decimals at most"
        raise InvalidArgumentError("share", share, rule, "Give percent, such as percent(12.5)")
    return int(thousandths)


@dataclass(frozen=True, slots=True)
class Variation:
    """One of the values that a feature has; made by `Variation.boolean(…)`, `.string`, `.long` or `.double`.

    Args:
        name: its name.
        member: the API's member for a value of its type, such as `boolValue`.
        value: the value.

    """

    name: str
    member: str
    value: bool | str | int | float

    @classmethod
    def boolean(cls, name: str, value: bool) -> "Variation":  # noqa: FBT001, the value is what it is about
        """Return a variation whose value is true or false.

        Raises:
            InvalidArgumentError: the value is something else.

        """
        if not isinstance(value, bool):
            raise _wrong_value(value, "True or False")
        return cls(name, "boolValue", value)

    @classmethod
    def string(cls, name: str, value: str) -> "Variation":
        """Return a variation whose value is a text of at most 512 characters.

        Raises:
            InvalidArgumentError: the value is something else.

        """
        if not isinstance(value, str):
            raise _wrong_value(value, "a str")
        return cls(name, "stringValue", value)

    @classmethod
    def long(cls, name: str, value: int) -> "Variation":
        """Return a variation whose value is a whole number between -(2^53 - 1) and 2^53 - 1.

        Raises:
            InvalidArgumentError: the value is something else.

        """
        if not isinstance(value, int) or isinstance(value, bool):
            raise _wrong_value(value, "an int")
        return cls(name, "longValue", value)

    @classmethod
    def double(cls, name: str, value: float) -> "Variation":
        """Return a variation whose value is a number in double precision.

        Raises:
            InvalidArgumentError: the value is something else, or not finite.

        """
        if not isinstance(value, int | float) or isinstance(value, bool) or not isfinite(value):
            raise _wrong_value(value, "a finite number")
        return cls(name, "doubleValue", float(value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of a launch: who is in it gets one variation of a feature.

    Args:
        name: its name; weights name it.
        feature: the feature: a construct, or its name.
        variation: the name of the variation.
        description: what it is for.

    """

    name: str
    feature: FeatureLike
    variation: str
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentOverride:
    """Other weights for the users of a segment.

    Args:
        segment: the segment: a construct, its name or its ARN.
        order: where it stands among the overrides of its step: the first that matches decides.
        weights: thousandths of a percent by group, such as `percent(50)`; what is unassigned goes on to the next rule.

    """

    segment: SegmentLike
    order: int
    weights: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From a time on, which share of the users is in which group.

    Args:
        start: when it begins: a datetime with a time zone, or ISO 8601 text with one, in whole seconds.
        weights: thousandths of a percent by group, such as `percent(12.5)`.
        overrides: other weights for segments.

    """

    start: datetime | str
    weights: Mapping[str, int]
    overrides: Sequence[SegmentOverride] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricMonitor:
    """A metric that a launch's events carry.

    Args:
        name: its name.
        entity_id_key: where an event has the user's id, such as `userDetails.userID`.
        value_key: where an event has the value, such as `details.pageLoadTime`.
        event_pattern: which events count, as JSON text in EventBridge's pattern language.
        unit_label: what the value counts, such as `USD`.

    """

    name: str
    entity_id_key: str
    value_key: str
    event_pattern: str | None = None
    unit_label: str | None = None

    def document(self) -> dict[str, object]:
        """Return what the API takes."""
        members = {
            "name": self.name,
            "entityIdKey": self.entity_id_key,
            "valueKey": self.value_key,
            "eventPattern": self.event_pattern,
            "unitLabel": self.unit_label,
        }
        return {"metricDefinition": {name: text for name, text in members.items() if text is not None}}


def utc_text(start: datetime | str) -> str:
    """Return a step's start as ISO 8601 in UTC.

    Raises:
        ValueError: with the rule that it breaks.

    """
    try:
        time = datetime.fromisoformat(start) if isinstance(start, str) else start
    except ValueError:
        time = None
    if not isinstance(time, datetime):
        message = "a datetime, or ISO 8601 text such as 2026-11-02T09:00:00Z"
        raise ValueError(message)  # noqa: TRY004, one error for every rule
    if time.utcoffset() is None:
        message = "a time with a time zone, such as datetime(2026, 11, 2, 9, tzinfo=UTC) or 2026-11-02T09:00:00Z"
        raise ValueError(message)
    if time.microsecond:
        message = "in whole seconds: the API keeps no fractions"
        raise ValueError(message)
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _wrong_value(value: object, rule: str) -> InvalidArgumentError:
    way_out = "Use the maker for its type: Variation.boolean, .string, .long or .double"
    return InvalidArgumentError("value", value, rule, way_out)
