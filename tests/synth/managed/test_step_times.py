"""The start of a step: what a datetime or a text means, and which ones are no time of any clock."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cdk_evidently import InvalidDefinitionError, Step
from helpers.managed_constructs import launch
from helpers.synth import new_stack, only

OSLO = ZoneInfo("Europe/Oslo")


def refusal(*starts: Any) -> str:
    with pytest.raises(InvalidDefinitionError) as raised:
        launch(new_stack(), steps=[Step(start=start, weights={"all": 100_000}) for start in starts])
    return str(raised.value)


def written(start: datetime | str) -> str:
    """Return the start that the template has, whose other parts have no such text."""
    stack = new_stack()
    launch(stack, steps=[Step(start=start, weights={"all": 100_000})])
    text = str(only(stack, "Custom::EvidentlyLaunch")[1]["Properties"])
    found = [part for part in text.replace("\\", "").replace("'", '"').split('"') if part.endswith("Z") and "T" in part]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("start", "text"),
    [
        (datetime(2026, 11, 2, 9, tzinfo=UTC), "2026-11-02T09:00:00Z"),
        (datetime(2026, 11, 2, 9, tzinfo=OSLO), "2026-11-02T08:00:00Z"),
        (datetime(2026, 11, 2, 9, 0, 0, 500_000, tzinfo=UTC), "2026-11-02T09:00:00.500Z"),
        (datetime(2026, 11, 2, 9, 0, 0, 7_999, tzinfo=UTC), "2026-11-02T09:00:00.007Z"),
        (datetime(2026, 11, 2, 9, 0, 0, 999, tzinfo=UTC), "2026-11-02T09:00:00Z"),
        ("2026-11-02T09:00:00.5Z", "2026-11-02T09:00:00.500Z"),
        ("2026-11-02T09:00:00.123456+01:00", "2026-11-02T08:00:00.123Z"),
        ("2026-11-02T09:00+05:45", "2026-11-02T03:15:00Z"),
        ("2026-11-02T09:00-12:00", "2026-11-02T21:00:00Z"),
        ("2026-11-02T09:00+14:00", "2026-11-01T19:00:00Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
    ],
)
def test_a_start_is_written_in_utc_with_the_milliseconds_that_it_has(start: datetime | str, text: str) -> None:
    assert written(start) == text


def test_a_launch_may_start_now() -> None:
    assert written(datetime.now(UTC)).endswith("Z")


def test_an_hour_that_the_clock_repeats_is_the_first_unless_fold_says_otherwise() -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=OSLO)
    assert [written(first), written(first.replace(fold=1))] == ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]


@pytest.mark.parametrize(
    ("start", "rule"),
    [
        (datetime(2026, 11, 2), "a time with a time zone, such as"),  # noqa: DTZ001, the error under test
        ("2026-11-02T09:00:00", "a time with a time zone, such as"),
        ("2026-11-02", "a time with a time zone, such as"),
        (date(2026, 11, 2), "a datetime, or ISO 8601 text such as 2026-11-02T09:00:00Z"),
        ("soon", "a datetime, or ISO 8601 text such as 2026-11-02T09:00:00Z"),
        ("2026-11-02T24:00:00Z", "a datetime, or ISO 8601 text such as 2026-11-02T09:00:00Z"),
        ("2026-12-31T23:59:60Z", "a datetime, or ISO 8601 text such as 2026-11-02T09:00:00Z"),
        (1_793_610_000, "a datetime, or ISO 8601 text such as 2026-11-02T09:00:00Z"),
        ("0001-01-01T00:00:00Z", "a time from 1970 to 9999, in UTC"),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), "a time from 1970 to 9999, in UTC"),
        (datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))), "a time from 1970 to 9999, in UTC"),
        ("1969-12-31T23:59:59Z", "a time from 1970 to 9999, in UTC"),
    ],
)
def test_a_start_that_is_no_time_is_an_error_with_the_way_out(start: object, rule: str) -> None:
    assert f"steps[0].start is {start!r}; it has to be {rule}" in refusal(start)


@pytest.mark.parametrize("offset", ["+00:43", "+18:30", "-12:15", "+14:15", "+01:00:30", "-04:56"])
def test_an_offset_that_no_zone_has_is_an_error(offset: str) -> None:
    assert "it has to be a time with the offset of a time zone: quarters of an hour" in refusal(
        f"2026-11-02T09:00:00{offset}"
    )


def test_a_zone_before_its_localize_is_an_error_that_names_it() -> None:
    mean_time = timezone(timedelta(minutes=43), "LMT")  # what pytz.timezone("Europe/Oslo") is as a tzinfo
    assert "pytz's zone.localize(…)" in refusal(datetime(2026, 11, 2, 9, tzinfo=mean_time))


@pytest.mark.parametrize("second", [0, 3599])
def test_an_hour_that_the_clock_leaves_out_is_an_error(second: int) -> None:
    minute, second = divmod(second, 60)
    assert "the clock leaves this hour out. Give the time before or after, or UTC" in refusal(
        datetime(2026, 3, 29, 2, minute, second, tzinfo=OSLO)
    )


def test_steps_that_are_a_millisecond_apart_ascend() -> None:
    first, later = "2026-11-02T09:00:00Z", "2026-11-02T09:00:00.001Z"
    launch(new_stack(), steps=[Step(start=start, weights={"all": 100_000}) for start in (first, later)])
    rule = f"steps[1].start is {first}; it has to be later than that of the step before, {later}"
    assert rule in refusal(later, first)
