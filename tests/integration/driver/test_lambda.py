"""Lambda: retries, duplicates, slots, and the context of an invocation."""

from dataclasses import replace

import pytest

from helpers.driven_functions import Functions
from helpers.driver.driver import Driver
from helpers.driver.functions import End

RAISE = """
def handler(event, context):
    raise RuntimeError("again")
"""
SLEEP = """
import time
def handler(event, context):
    time.sleep(10)
    return [context.aws_request_id, context.invoked_function_arn, context.get_remaining_time_in_millis()]
"""
CANT_BE_IMPORTED = "import there_is_none"


def test_lambda_retries_a_function_that_raises_after_one_and_two_minutes(driver: Driver, functions: Functions) -> None:
    delivery = functions.send(functions.make(RAISE))
    assert delivery.end() is None
    first, second, third = delivery.tries
    assert [each.end for each in delivery.tries] == [End.RAISED] * 3
    assert second.began - first.ended == pytest.approx(60, abs=15)
    assert third.began - second.ended == pytest.approx(120, abs=15)
    assert {each.request_id for each in delivery.tries} == {delivery.request.request_id}
    assert "RuntimeError: again" in driver.story()


def test_lambda_retries_a_function_that_fails_to_import(driver: Driver, functions: Functions) -> None:
    delivery = functions.send(functions.make(CANT_BE_IMPORTED))
    assert delivery.end() is None
    assert [each.end for each in delivery.tries] == [End.DIED] * 3
    assert "No module named 'there_is_none'" in driver.story()


def test_an_invocation_knows_its_id_its_function_and_its_deadline(functions: Functions) -> None:
    sleep = functions.make(SLEEP, timeout=60)
    delivery = functions.send(sleep)
    delivery.end()
    request_id, arn, remaining = delivery.tries[0].result
    assert (request_id, arn) == (delivery.request.request_id, sleep.arn)
    assert remaining == pytest.approx(50_000, abs=8000)


def test_simultaneous_events_run_in_parallel_up_to_the_number_of_slots(driver: Driver, functions: Functions) -> None:
    sleep = functions.make(SLEEP)
    driver.lambda_.slots = 2
    deliveries = [functions.send(sleep) for _ in range(3)]
    for each in deliveries:
        each.end()
    first, second, third = (each.tries[0] for each in deliveries)
    assert second.began < first.ended
    assert first.sandbox is not second.sandbox
    assert third.began >= min(first.ended, second.ended)
    assert third.sandbox in {first.sandbox, second.sandbox}


def test_a_synchronous_invocation_without_a_free_slot_is_throttled(driver: Driver, functions: Functions) -> None:
    sleep = functions.make(SLEEP)
    driver.lambda_.slots = 1
    functions.start(sleep)
    assert functions.invoke(sleep).end is End.THROTTLED


def test_a_sandbox_killed_while_idle_is_not_reused(functions: Functions) -> None:
    sleep = functions.make(SLEEP)
    first = functions.invoke(sleep).sandbox
    assert first is not None
    first.kill()
    assert functions.invoke(sleep).end is End.RETURNED


def test_a_test_leaves_no_invocation_in_flight_for_the_next_one(driver: Driver, functions: Functions) -> None:
    sleep = functions.make(SLEEP)
    driver.lambda_.slots = 1
    on_their_way = [functions.send(sleep) for _ in range(3)]
    driver.until(lambda: bool(on_their_way[0].tries))
    driver.begin()
    assert all(each.is_over for each in on_their_way)
    assert [functions.start(sleep) for _ in range(2)]
    driver.wait(20)
    assert "throttled" not in driver.story()
    assert driver.story().count("returned") == 2


def test_a_changed_function_gets_new_sandboxes_and_an_equal_one_keeps_its(driver: Driver, functions: Functions) -> None:
    sleep = functions.make(SLEEP)
    first = functions.invoke(sleep).sandbox
    assert first is not None
    same = driver.lambda_.put(replace(sleep))
    assert functions.invoke(same).sandbox is first
    other = driver.lambda_.put(replace(sleep, environment={"LEVEL": "debug"}))
    assert functions.invoke(other).sandbox is not first
    driver.until(first.died.done)
