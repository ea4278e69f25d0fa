"""The start times of steps: what a datetime or a text has to be, and how the API is given it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from aws_cdk import Token

from cdk_evidently._cdk.tokens import has_unknown

# The API counts seconds since 1970, and its clients read times until the year 9999.
_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
# All time zones have had such offsets since 1972. Another one is the local mean time of the 19th century, which a pytz
# zone has until `localize`, or a misprint.
_OFFSETS: Final = (timedelta(hours=-12), timedelta(hours=14))
_OFFSET_STEP: Final = timedelta(minutes=15)
_HOUR_24: Final = re.compile(r"[Tt ]24")  # newer versions of Python read it as the next day's midnight
_EXAMPLE: Final = "2026-11-02T09:00:00Z"


def start_time(start: object) -> datetime | None:
    """Return a step's start in UTC, None if synth does not know it.

    Raises:
        ValueError: it breaks a rule; the message is the end of "it has to be …".

    """
    if has_unknown(start):
        return None
    time = _parsed(start)
    offset = time.utcoffset()
    if offset is None:
        raise ValueError(f"a time with a time zone, such as datetime(2026, 11, 2, 9, tzinfo=UTC) or {_EXAMPLE}")
    if offset % _OFFSET_STEP or not _OFFSETS[0] <= offset <= _OFFSETS[1]:
        raise ValueError(
            "a time with the offset of a time zone: quarters of an hour from -12:00 to +14:00. "
            "Use zoneinfo.ZoneInfo(…) as tzinfo, or pytz's zone.localize(…)"
        )
    try:
        utc = time.astimezone(UTC)
    except OverflowError:
        utc = datetime.min.replace(tzinfo=UTC)
    if not _EARLIEST <= utc <= _LATEST:
        raise ValueError("a time from 1970 to 9999, in UTC")
    # Both ways: in the hour that a clock leaves out in spring, the result is another time of day.
    if utc.astimezone(time.tzinfo).replace(tzinfo=None) != time.replace(tzinfo=None):
        raise ValueError(
            "a time that its zone has: the clock leaves this hour out. Give the time before or after, or UTC"
        )
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def start_text(start: datetime | str) -> str:
    """Return a step's start as ISO 8601 in UTC, with milliseconds if it has any; an unknown or invalid one as it is."""
    try:
        time = start_time(start)
    except ValueError:
        time = None
    if time is None:
        return Token.as_string(start) if has_unknown(start) else str(start)
    return time.isoformat(timespec="milliseconds" if time.microsecond else "seconds").replace("+00:00", "Z")


def _parsed(start: object) -> datetime:
    try:
        time = datetime.fromisoformat(start) if isinstance(start, str) and not _HOUR_24.search(start) else start
    except ValueError:
        time = None
    if not isinstance(time, datetime):
        message = f"a datetime, or ISO 8601 text such as {_EXAMPLE}"
        raise ValueError(message)  # noqa: TRY004, one error for every rule
    return time
