"""The values in the definitions of features and launches: plain, frozen, in the API's units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Final, TypeAlias

from aws_cdk import Fn, IResolvable, Token, Tokenization

from cdk_evidently._cdk.tokens import has_unknown
from cdk_evidently._common.references import FeatureLike, SegmentLike
from cdk_evidently.errors import InvalidArgumentError

WHOLE: Final = 100_000  # 100 % in the unit of weights, thousandths of a percent
# A number, or a token for one: CDK's number tokens are floats.
Number: TypeAlias = float | IResolvable


def percent(share: Number) -> float:
    """Return a weight in thousandths of a percent, the API's unit: `percent(12.5)` is 12500.

    Args:
        share: percent, from 0 to 100, with three decimals at most. For a token, the weight is a token too, and the
            deploy checks its value.

    Raises:
        InvalidArgumentError: `share` is not such a number.

    """
    if has_unknown(share):
        # CloudFormation can't multiply. "12.5e3" is the text of a number, too.
        text = Tokenization.stringify_number(share) if isinstance(share, float) else Token.as_string(share)
        return Token.as_number(Fn.join("", [text, "e3"]))
    try:
        # By its digits: 33.333 * 1000 is not a whole number in binary floating point.
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
    """A variation of a feature; use `Variation.boolean(…)`, `.string`, `.long` or `.double` to create one.

    Args:
        name: the variation's name.
        member: the API's member for a value of its type, such as `boolValue`.
        value: the value that a user of the variation gets. The deploy checks a token's value.

    """

    name: str
    member: str
    value: bool | str | Number

    @classmethod
    def boolean(cls, name: str, value: bool | IResolvable) -> "Variation":  # noqa: FBT001, the boolean is the value
        """Return a variation whose value is true or false.

        Raises:
            InvalidArgumentError: the value is not a bool.

        """
        if not (isinstance(value, bool) or has_unknown(value)):
            raise _wrong_value(value, "True or False")
        return cls(name, "boolValue", value)

    @classmethod
    def string(cls, name: str, value: str) -> "Variation":
        """Return a variation whose value is a text of at most 512 characters.

        Raises:
            InvalidArgumentError: the value is not a str.

        """
        if not (isinstance(value, str) or has_unknown(value)):
            raise _wrong_value(value, "a str")
        return cls(name, "stringValue", value)

    @classmethod
    def long(cls, name: str, value: Number) -> "Variation":
        """Return a variation whose value is a whole number between -(2^53 - 1) and 2^53 - 1.

        Raises:
            InvalidArgumentError: the value is not an int.

        """
        if not has_unknown(value) and (not isinstance(value, int) or isinstance(value, bool)):
            raise _wrong_value(value, "an int")
        return cls(name, "longValue", value)

    @classmethod
    def double(cls, name: str, value: Number) -> "Variation":
        """Return a variation whose value is a number in double precision.

        Raises:
            InvalidArgumentError: the value is not a finite number.

        """
        if has_unknown(value):
            return cls(name, "doubleValue", value)
        if not isinstance(value, int | float) or isinstance(value, bool) or not isfinite(value):
            raise _wrong_value(value, "a finite number")
        return cls(name, "doubleValue", float(value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of a launch: its users get one variation of a feature.

    Args:
        name: the group's name, by which weights refer to it.
        feature: the feature: a construct, its name or its ARN.
        variation: the name of the variation.
        description: a description of at most 160 characters.

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
        order: the override's position in its step, the lowest first: the first override that matches a user applies.
        weights: thousandths of a percent by group, such as `percent(50)`. The next rule applies to users whom the
            weights leave unassigned.

    """

    segment: SegmentLike
    order: Number
    weights: Mapping[str, Number]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a launch's schedule: the share of users in each group from a time on.

    Args:
        start: the time at which it begins: a datetime with a time zone, or ISO 8601 text with one; what is finer than
            the API's milliseconds is cut. Of an hour that the clock repeats it is the first, unless `fold` is 1.
        weights: thousandths of a percent by group, such as `percent(12.5)`.
        overrides: other weights for segments.

    """

    start: datetime | str
    weights: Mapping[str, Number]
    overrides: Sequence[SegmentOverride] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricMonitor:
    """A metric to monitor during a launch.

    Args:
        name: the metric's name.
        entity_id_key: the path of the user's id in an event, such as `userDetails.userID`.
        value_key: the path of the value in an event, such as `details.pageLoadTime`.
        event_pattern: the events to count, as JSON text in EventBridge's pattern language; by default all.
        unit_label: the unit of the value, such as `USD`; by default none.

    """

    name: str
    entity_id_key: str
    value_key: str
    event_pattern: str | None = None
    unit_label: str | None = None

    def document(self) -> dict[str, object]:
        """Return the metric as a member of the API's request."""
        members = {
            "name": self.name,
            "entityIdKey": self.entity_id_key,
            "valueKey": self.value_key,
            "eventPattern": self.event_pattern,
            "unitLabel": self.unit_label,
        }
        return {"metricDefinition": {name: text for name, text in members.items() if text is not None}}


def _wrong_value(value: object, rule: str) -> InvalidArgumentError:
    way_out = "Use the factory for its type: Variation.boolean, .string, .long or .double"
    return InvalidArgumentError("value", value, rule, way_out)
