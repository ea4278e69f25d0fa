"""The current step is the latest one that has started."""

import pytest

from evidently_service.evaluation.schedule import Schedule


@pytest.mark.parametrize(
    ("now", "step"),
    [
        (0, None),
        (9, None),
        (10, "first"),
        (19.5, "first"),
        (20, "second"),
        (29, "second"),
        (30, "third"),
        (10**9, "third"),
    ],
)
def test_the_current_step_is_the_latest_that_has_started(now: float, step: str | None) -> None:
    assert Schedule.of([(10, "first"), (20, "second"), (30, "third")]).current(now) == step


def test_steps_may_come_in_any_order() -> None:
    assert Schedule.of([(30, "third"), (10, "first"), (20, "second")]).current(25) == "second"


def test_of_two_steps_with_one_start_the_last_in_the_list_counts() -> None:
    assert Schedule.of([(10, "zoo"), (20, "two"), (10, "ant")]).current(15) == "ant"


def test_a_schedule_without_steps_never_has_a_current_one() -> None:
    assert Schedule[str].of([]).current(10**9) is None
