"""The start of a step keeps its milliseconds in the provider's comparison."""

from datetime import UTC, datetime

import pytest

from evidently_provider.managed.diff import _seconds

HALF = datetime(2026, 11, 2, 9, 0, 0, 500_000, tzinfo=UTC)


def test_the_comparison_sees_half_a_second() -> None:
    assert _seconds("2026-11-02T09:00:00Z") != _seconds("2026-11-02T09:00:00.500Z") == _seconds(HALF)


@pytest.mark.parametrize("milliseconds", [1, 7, 123, 500, 999])
def test_a_response_is_equal_to_the_request(milliseconds: int) -> None:
    text = f"2026-11-02T09:00:00.{milliseconds:03}Z"
    assert _seconds(datetime.fromtimestamp(1_793_610_000 + milliseconds / 1000, UTC)) == _seconds(text)
