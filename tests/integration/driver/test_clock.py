"""The clock that functions see: a wait takes no time, and no busy function is overtaken."""

import time

import pytest

from helpers.driven_functions import Functions
from helpers.driver.driver import Driver
from helpers.driver.faults import faults
from helpers.driver.functions import End

SLEEP = """
import time
def handler(event, context):
    began = time.time()
    time.sleep(event)
    return [began, time.time()]
"""
BUSY = """
import time
def handler(event, context):
    began = time.process_time()
    while time.process_time() < began + event:
        pass
    return time.time()
"""
WAIT_FOR_A_WORKER = """
import threading, time
def handler(event, context):
    finished = threading.Event()
    def sleep():
        time.sleep(event["sleep"])
        finished.set()
    threading.Thread(target=sleep, daemon=True).start()
    began = time.monotonic()
    return [finished.wait(event["wait"]), time.monotonic() - began]
"""
OTHER_WAITS = """
import queue, threading, time
from concurrent.futures import ThreadPoolExecutor
def handler(event, context):
    def measure(wait):
        before = time.monotonic()
        wait()
        return time.monotonic() - before
    def empty(waiting):
        try:
            waiting.get(timeout=300)
        except queue.Empty:
            pass
    sleeping = threading.Thread(target=time.sleep, args=[500])
    sleeping.start()
    seen = [measure(lambda: sleeping.join(200)), measure(sleeping.join)]
    seen += [measure(lambda: empty(queue.Queue())), measure(lambda: empty(queue.SimpleQueue()))]
    with ThreadPoolExecutor(2) as pool:
        seen += [measure(lambda: list(pool.map(time.sleep, [100, 400])))]
        seen += [measure(lambda: time.sleep(600))]
    return seen
"""
WAKE_ANOTHER_AND_CALL = """
import os, threading, time, urllib.error, urllib.request
def handler(event, context):
    came, done = threading.Event(), []
    def work():
        came.wait()
        began = time.process_time()
        while time.process_time() < began + 0.3:
            pass
        done.append(time.monotonic())
    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    began = time.monotonic()
    came.set()
    try:
        urllib.request.urlopen(urllib.request.Request(os.environ["API"], b"{}", method="POST"))
    except urllib.error.HTTPError:
        pass
    worker.join()
    return [done[0] - began, time.monotonic() - began]
"""
CLOCKS = """
import threading, time
def handler(event, context):
    remaining = context.get_remaining_time_in_millis() / 1000
    before = [time.time(), time.time_ns() / 1e9, time.monotonic(), time.monotonic_ns() / 1e9, -remaining]
    threading.Event().wait(1000)
    remaining = context.get_remaining_time_in_millis() / 1000
    after = [time.time(), time.time_ns() / 1e9, time.monotonic(), time.monotonic_ns() / 1e9, -remaining]
    return [b - a for a, b in zip(before, after)]
"""
OUTLIVE = """
import threading, time
def handler(event, context):
    def work():
        time.sleep(1)
        print("a thread went on at", time.time())
    if event == "begin":
        threading.Thread(target=work, daemon=True).start()
    else:
        time.sleep(0.5)
"""


def about(*seconds: float) -> list[object]:
    """Return matchers for durations; under load even a wait on the driver's clock takes some real time."""
    return [pytest.approx(each, abs=15) for each in seconds]


def test_an_hour_takes_no_time(driver: Driver, functions: Functions) -> None:
    sleep = functions.make(SLEEP, timeout=5000)
    functions.invoke(sleep, 0)
    real, before = time.monotonic(), driver.clock.now
    began, ended = functions.invoke(sleep, 3600).result
    assert [ended - began, driver.clock.now - before] == about(3600, 3600)
    assert time.monotonic() - real < 60


def test_all_clocks_of_a_function_agree(functions: Functions) -> None:
    passed = functions.invoke(functions.make(CLOCKS, timeout=5000)).result
    assert passed == about(*[1000] * len(passed))


def test_two_sleepers_each_wake_at_their_time(driver: Driver, functions: Functions) -> None:
    sleep = functions.make(SLEEP, timeout=5000)
    longer, shorter = functions.start(sleep, 500), functions.start(sleep, 300)
    driver.until(lambda: longer.done() and shorter.done())
    assert longer.result().sandbox is not shorter.result().sandbox
    assert [longer.result().result[1] - shorter.result().result[1]] == about(200)


def test_no_sleeper_overtakes_a_busy_function(driver: Driver, functions: Functions) -> None:
    sleeping = functions.start(functions.make(SLEEP, timeout=5000), 3000)
    working = functions.start(functions.make(BUSY), 0.5)
    driver.until(lambda: sleeping.done() and working.done())
    assert working.result().result < sleeping.result().result[1]
    assert working.result().ended - working.result().began < 100, "the clock was not moved while it was busy"


def test_joins_queues_and_executors_wait_on_the_drivers_clock(functions: Functions) -> None:
    assert functions.invoke(functions.make(OTHER_WAITS, timeout=5000)).result == about(200, 300, 300, 300, 400, 600)


def test_a_woken_thread_is_busy_while_its_waker_waits_for_a_response(driver: Driver, functions: Functions) -> None:
    delivery = functions.send(
        functions.make(WAKE_ANOTHER_AND_CALL, timeout=5000, API=driver.api.url), faults("slow", seconds=500)
    )
    delivery.end()
    worked, waited = delivery.tries[0].result
    assert worked < 100
    assert [waited] == about(500)


@pytest.mark.parametrize(("sleep", "wait", "seen"), [(300, 900, True), (900, 300, False)])
def test_a_thread_that_waits_for_another_wakes_with_it_or_times_out(
    functions: Functions, sleep: float, wait: float, *, seen: bool
) -> None:
    came, waited = functions.invoke(
        functions.make(WAIT_FOR_A_WORKER, timeout=5000), {"sleep": sleep, "wait": wait}
    ).result
    assert came is seen
    assert [waited] == about(300)


def test_a_function_is_ended_at_its_timeout(functions: Functions) -> None:
    functions.start(functions.make(SLEEP, timeout=5000), 4000)
    invocation = functions.invoke(functions.make(SLEEP, timeout=600), 620)
    assert invocation.end is End.TIMED_OUT
    assert [invocation.ended - invocation.began] == about(600)


def test_a_sandbox_is_frozen_between_invocations(driver: Driver, functions: Functions) -> None:
    outlive = functions.make(OUTLIVE)
    first = functions.invoke(outlive, "begin")
    driver.wait(3600)
    assert "a thread went on" not in driver.story()
    assert functions.invoke(outlive, "go on").sandbox is first.sandbox
    assert "a thread went on" in driver.story()
