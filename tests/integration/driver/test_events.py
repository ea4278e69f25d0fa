"""Single requests through the real handlers, with the faults of Lambda and networks that the local AWS lacks."""

import json
import time
from pathlib import Path

import botocore
import pytest

import evidently_contract as contract
from helpers.driven_functions import Functions
from helpers.driven_launches import Launches
from helpers.driver.driver import Driver
from helpers.driver.events import made_up_id
from helpers.driver.faults import Faults, faults
from helpers.driver.functions import End, Function
from helpers.driver.gateway import Gateway
from helpers.driver.web import HttpRequest

CA_SETTINGS = ("SSL_CERT_FILE", "AWS_CA_BUNDLE")
OTHER_AUTHORITIES = Path(botocore.__file__).with_name("cacert.pem")

RESPOND = """
import json, urllib.request
def handler(event, context):
    document = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    document |= {"Status": "SUCCESS", "PhysicalResourceId": "it"} | %r
    request = urllib.request.Request(event["ResponseURL"], json.dumps(document).encode(), %r, method="PUT")
    urllib.request.urlopen(request)
"""
ECHO = """
import json
def handler(event, context):
    return {"statusCode": 200, "headers": {"x-evidently-owner": "kept", "x-other": "1"}, "body": json.dumps(event)}
"""


def test_a_create_starts_a_launch_and_a_delete_stops_it(launches: Launches) -> None:
    created = launches.send("Create").response()
    assert (created.status, created.data["LaunchStatus"], launches.status()) == ("SUCCESS", "RUNNING", "RUNNING")
    assert launches.send("Update", physical_id=created.physical_id, old="november").response().status == "SUCCESS"
    assert launches.send("Delete", physical_id=created.physical_id).response().status == "SUCCESS"
    assert launches.status() == "CANCELLED"


def test_a_warm_invocation_takes_a_fraction_of_a_second(launches: Launches) -> None:
    fastest = 10.0
    for _ in range(5):
        began = time.monotonic()
        launches.send("Create").end()
        fastest = min(fastest, time.monotonic() - began)
    assert fastest < 1


def test_a_response_url_has_the_requests_date_and_uses_verified_tls(driver: Driver, launches: Launches) -> None:
    delivery = launches.send("Create", requested_at=1_700_000_000.9)
    assert delivery.request.url.startswith("https://127.0.0.1:")
    assert "X-Amz-Date=20231114T221320Z" in delivery.request.url
    assert "X-Amz-Expires=7200" in delivery.request.url
    assert "X-Amz-Date" not in launches.send("Create", dated=False).request.url
    trusting_others = Function(
        "trusting-others",
        contract.PROVIDER_HANDLER,
        {contract.ENV_ENDPOINT_URL: driver.api.url, **dict.fromkeys(CA_SETTINGS, str(OTHER_AUTHORITIES))},
        60.0,
    )
    assert launches.send("Create", function=trusting_others).end() is None


def test_an_expired_url_refuses_the_response(driver: Driver, launches: Launches) -> None:
    assert launches.send("Create", requested_at=driver.clock.now - 7210).end() is None
    assert launches.status() == "RUNNING"


@pytest.mark.parametrize(
    ("members", "headers"),
    [
        ({"PhysicalResourceId": ""}, {"Content-Type": ""}),
        ({"PhysicalResourceId": "i" * 1025}, {"Content-Type": ""}),
        ({"StackId": "another"}, {"Content-Type": ""}),
        ({"Status": "FAILED"}, {"Content-Type": ""}),
        ({"Status": "DONE"}, {"Content-Type": ""}),
        ({"Data": {"Text": "t" * 4096}}, {"Content-Type": ""}),
        ({}, {"Content-Type": "application/json"}),
    ],
)
def test_a_response_that_breaks_the_contract_is_refused_and_fails_the_test(
    driver: Driver, functions: Functions, members: dict[str, object], headers: dict[str, str]
) -> None:
    assert functions.send(functions.make(RESPOND % (members, headers))).end() is None
    assert len(driver.urls.violations) == 3, "one for each try"
    driver.urls.violations.clear()  # or the fixture would fail this test


def test_a_response_within_the_contract_is_accepted(functions: Functions) -> None:
    respond = functions.make(RESPOND % ({"Data": {"Text": "t"}}, {"Content-Type": ""}))
    response = functions.send(respond).response()
    assert (response.status, response.physical_id, response.data) == ("SUCCESS", "it", {"Text": "t"})


@pytest.mark.parametrize(
    ("fault", "status_after", "statuses"),
    [
        ("lost", "CREATED", {503}),
        ("reset", "CREATED", {None}),
        ("response lost", "RUNNING", {503}),
        ("response reset", "RUNNING", {None}),
        ("late", "CREATED", {None}),
        ("refused", "CREATED", {429}),
        ("forbidden", "CREATED", {403}),
        ("not found", "CREATED", {404}),
    ],
)
def test_a_fault_lasts_for_all_attempts_of_a_call(
    launches: Launches, fault: str, status_after: str, statuses: set[int | None]
) -> None:
    delivery = launches.send("Create", faults(fault))
    assert delivery.response().status == "FAILED"
    starts = [call for call in delivery.calls if call.method == "POST"]
    assert {call.status for call in starts} == statuses
    assert launches.status() == status_after


@pytest.mark.parametrize("fault", ["unsent", "handshake"])
def test_a_connection_can_be_refused_for_as_long_as_an_invocation_lasts(launches: Launches, fault: str) -> None:
    delivery = launches.send("Create", faults(fault))
    assert delivery.response().status == "FAILED"
    assert delivery.calls == []
    assert launches.send("Create").response().status == "SUCCESS"
    again = launches.send("Create", faults(fault))
    again.end()
    again.sandbox.kill()
    assert launches.send("Create").response().status == "SUCCESS"


def test_the_whole_api_can_be_down_and_come_back(driver: Driver, launches: Launches) -> None:
    before = driver.clock.now
    delivery = launches.send("Create", Faults(api=faults("refused").calls[0], seconds=40))
    assert delivery.response().status == "SUCCESS"
    assert 40 < driver.clock.now - before < 75
    assert {call.status for call in delivery.calls[:-1]} == {429}


def test_a_slow_response_takes_time_only_on_the_drivers_clock(driver: Driver, launches: Launches) -> None:
    launches.send("Create").end()
    real, before = time.monotonic(), driver.clock.now
    assert launches.send("Create", faults("slow", seconds=9)).response().status == "SUCCESS"
    assert 9 < driver.clock.now - before < 9 + time.monotonic() - real + 1


def test_thirty_seconds_of_503_take_no_time(driver: Driver, launches: Launches) -> None:
    launches.send("Create").end()
    fastest = 60.0
    for _ in range(3):
        real, before = time.monotonic(), driver.clock.now
        assert launches.send("Create", faults("lost")).response().status == "FAILED"
        assert 20 < driver.clock.now - before < 45
        fastest = min(fastest, time.monotonic() - real)
    assert fastest < 2


def test_a_fault_can_affect_only_the_second_call_of_an_invocation(launches: Launches) -> None:
    created = launches.send("Create").response()
    launches.make("december")
    update = launches.send(
        "Update", faults("", "lost"), launch="december", old="november", physical_id=created.physical_id
    )
    update.end()
    changes = {call.path: call.fault for call in update.calls if call.method != "GET"}
    assert list(changes.values()) in ([""], ["", "lost"])


def test_a_late_call_takes_effect_when_the_test_applies_it(driver: Driver, launches: Launches) -> None:
    create = launches.send("Create", faults("late"))
    driver.until(lambda: bool(driver.api.late))
    assert launches.status() == "CREATED"
    assert driver.apply_late() == 200
    assert launches.status() == "RUNNING"
    assert create.response().status == "FAILED", "the response came too late"


def test_lambda_retries_the_same_request_after_a_sandbox_dies(launches: Launches) -> None:
    delivery = launches.send("Create", faults("death"))
    assert delivery.response().status == "SUCCESS"
    assert [each.end for each in delivery.tries] == [End.DIED, End.RETURNED]
    assert len({each.request_id for each in delivery.tries}) == 1
    assert delivery.tries[1].began - delivery.tries[0].ended == pytest.approx(60, abs=15)
    assert len(delivery.tries[0].calls) == 1


def test_each_attempt_can_have_its_own_fault(launches: Launches) -> None:
    delivery = launches.send("Create", faults("death"), faults("forbidden"))
    assert delivery.response().status == "FAILED"
    assert launches.status() == "RUNNING"


def test_responses_can_be_lost_until_lambda_gives_up(launches: Launches) -> None:
    lost = Faults(responses_lost=True)
    delivery = launches.send("Create", lost, lost, lost)
    assert delivery.end() is None
    assert [each.end for each in delivery.tries] == [End.RAISED] * 3
    assert launches.status() == "RUNNING"


def test_a_duplicate_delivers_the_same_event_later(driver: Driver, launches: Launches) -> None:
    first = launches.send("Create")
    response = first.response()
    driver.wait(3600)
    second = driver.send(first.request)
    assert second.response().status == response.status
    assert second.tries[0].payload == first.tries[0].payload
    assert first.request.responses == [first.responses[0], second.responses[0]]


def test_a_duplicate_can_run_beside_the_original(driver: Driver, launches: Launches) -> None:
    first = launches.send("Create", faults("slow", seconds=5))
    second = driver.send(first.request, faults("slow", seconds=2))
    first.end()
    assert second.is_over
    assert second.sandbox is not first.sandbox
    assert first.responses[0].at > second.responses[0].at


def test_an_event_can_stay_queued_while_a_later_one_is_served(driver: Driver, launches: Launches) -> None:
    create = launches.send("Create", Faults(queued=60))
    request = driver.request(
        "Delete",
        driver.provider(),
        properties=launches.properties(),
        physical_id=made_up_id(create.request.stack_id, "Start"),
    )
    deleted = driver.send(request).response()
    assert not create.is_over
    create.end()
    assert create.tries[0].began > deleted.at


def test_a_frozen_sandbox_sends_its_call_when_it_thaws_after_the_response(driver: Driver, launches: Launches) -> None:
    create = launches.send("Create", faults("stalled"))
    assert create.response().status == "FAILED", "it reached its deadline on a stalled connection"
    assert (create.tries[0].end, create.calls, launches.status()) == (End.RETURNED, [], "CREATED")
    create.thaw()
    driver.until(lambda: bool(create.calls))
    assert create.calls[0].method == "POST"
    assert create.calls[0].at > create.responses[0].at


def test_a_sandbox_can_be_frozen_in_the_middle_of_an_invocation(driver: Driver, launches: Launches) -> None:
    create = launches.send("Create", faults("slow", seconds=5))
    driver.until(lambda: bool(create.tries) and create.sandbox.held == 1)
    create.sandbox.freeze()
    driver.wait(30)
    assert not create.responses
    create.sandbox.thaw()
    assert create.response().at - create.tries[0].began > 30


def test_the_service_is_throttled_when_the_provider_has_the_last_slot(driver: Driver, launches: Launches) -> None:
    driver.lambda_.slots = 1
    delivery = launches.send("Create")
    assert delivery.response().status == "FAILED"
    assert {call.status for call in delivery.calls} == {503}


def test_the_stand_in_api_strips_the_ownership_headers_both_ways(driver: Driver, functions: Functions) -> None:
    echo = functions.make(ECHO)
    request = HttpRequest("GET", "/projects/a%2Fb?x=1", {"x-evidently-owner": "me", "accept": "*/*"}, b"")
    seen = {}
    for known in (True, False):
        gateway = driver.loop.run(_gateway(driver, echo, known=known))
        response = driver.loop.run(gateway.apply(request))
        event = json.loads(response.body)
        assert (event["rawPath"], event["rawQueryString"]) == ("/projects/a/b", "x=1")
        seen[known] = ("x-evidently-owner" in event["headers"], "x-evidently-owner" in response.headers)
        assert "x-other" in response.headers
        gateway.close()
    assert seen == {True: (True, True), False: (False, False)}


def test_the_provider_works_with_a_stand_in_api(driver: Driver, launches: Launches) -> None:
    delivery = launches.send("Create", function=driver.provider(driver.stand_in))
    assert delivery.response().status == "SUCCESS"
    assert launches.status() == "RUNNING"


async def _gateway(driver: Driver, function: Function, *, known: bool) -> Gateway:
    return Gateway(driver.clock, driver.lambda_, function, driver.log, passes_headers=known)
