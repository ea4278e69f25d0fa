"""The provider with the real Evidently API: the service, on a real table, behind a real socket."""

import socket
from dataclasses import replace
from typing import Any

import pytest

import evidently_contract as contract
from helpers.launch_replies import launch_arn
from helpers.provider_harness import MADE_UP, RESERVE_SECONDS, LogLines, event, presigned
from helpers.provider_process import provider_process
from helpers.provider_service import Served
from helpers.scripted_server import OK, Received, Reply

OURS = launch_arn()
ANOTHER_STACK = "arn:aws:cloudformation:eu-north-1:123456789012:stack/shop2/ffff"


@pytest.fixture
def served(served: Served) -> Served:
    """The provider and the service, which has the launches `november` and `december`."""
    for launch in ("november", "december"):
        served.service.with_launch(launch)
    return served


def of(given: dict[str, Any], *, stack_id: str = "", logical_id: str = "") -> dict[str, Any]:
    """Return an event of another stack or resource."""
    others = {"StackId": stack_id, "LogicalResourceId": logical_id}
    return {**given, **{name: value for name, value in others.items() if value}}


def test_a_launch_starts_and_stops_with_its_resource(served: Served) -> None:
    created = served.send(event("Create"))
    assert (created["PhysicalResourceId"], created["Data"]["LaunchStatus"]) == (OURS, "RUNNING")

    updated = served.send(event("Update", OURS))
    assert updated == created

    assert served.send(event("Delete", OURS))["Status"] == "SUCCESS"
    assert served.status() == "CANCELLED"
    assert served.harness.calls == ["StartLaunch", "StartLaunch", "StopLaunch"]


@pytest.mark.parametrize("when", ["before_the_apis_response", "before_the_response_is_accepted"])
def test_a_retried_create_owns_the_launch_that_its_killed_attempt_started(served: Served, when: str) -> None:
    url = served.harness.cloudformation.url
    given = {**event("Create"), "ResponseURL": presigned(url, served.now)}
    with provider_process([given]) as process:

        def kill() -> None:
            process.kill()
            process.wait(10)

        def respond_and_kill(request: Received) -> Reply:
            return replace(served.respond(request), before=kill)

        if when == "before_the_apis_response":
            served.harness.api.respond = respond_and_kill
        else:
            served.harness.cloudformation.plan(Reply(None, before=kill), OK)
        assert process.wait(30) < 0
    assert served.status() == "RUNNING"
    served.harness.api.respond = served.respond
    served.harness.cloudformation.received.clear()

    response = served.send(event("Create"), again=True)

    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", OURS)
    assert response["Data"]["StartedBy"] == "stack"
    served.send(event("Delete", OURS))
    assert served.status() == "CANCELLED"


def test_a_create_that_never_responded_is_undone_by_the_delete_with_a_made_up_id(served: Served) -> None:
    served.send(event("Create"))

    assert served.send(event("Delete", MADE_UP))["Status"] == "SUCCESS"

    assert served.status() == "CANCELLED"


@pytest.mark.parametrize("seconds", [0, 1])
def test_a_delete_that_overtakes_its_create_leaves_nothing_running(served: Served, seconds: int) -> None:
    create = served.now + 60 - seconds
    served.send(event("Delete", MADE_UP))
    for _ in range(2):
        response = served.harness.send(event("Create"), at=create)
        assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", f"not-started:{create}")
        assert "stale" in response["Reason"]
        assert served.status() == "CREATED"

    assert served.send(event("Create"))["Status"] == "SUCCESS", "the next Create is another one"
    assert served.status() == "RUNNING"


def test_a_start_whose_response_is_lost_is_owned_after_the_retry(served: Served) -> None:
    with served.losing_responses("POST", times=1):
        response = served.send(event("Create"))

    assert (response["PhysicalResourceId"], response["Data"]["StartedBy"]) == (OURS, "stack")
    assert served.harness.calls == ["StartLaunch", "StartLaunch"]


def test_a_start_whose_responses_are_all_lost_is_undone_by_the_delete_that_follows(served: Served) -> None:
    with served.losing_responses("POST"):
        failed = served.send(event("Create"))
    assert (failed["Status"], failed["PhysicalResourceId"]) == ("FAILED", f"{OURS}#failed:{served.now}")
    assert served.status() == "RUNNING"

    assert served.send(event("Delete", failed["PhysicalResourceId"]))["Status"] == "SUCCESS"

    assert served.status() == "CANCELLED"


def test_an_update_whose_responses_are_all_lost_is_undone_by_the_update_that_follows(served: Served) -> None:
    served.send(event("Create"))
    with served.losing_responses("POST"):
        failed = served.send(event("Update", OURS, Launch="december", old={"Launch": "november"}))
    assert (failed["Status"], failed["PhysicalResourceId"]) == ("FAILED", OURS)
    assert served.status("december") == "RUNNING"

    rollback = served.send(event("Update", OURS, old={"Launch": "december"}))

    assert (rollback["Status"], rollback["PhysicalResourceId"]) == ("SUCCESS", OURS)
    assert (served.status(), served.status("december")) == ("RUNNING", "CANCELLED")


def test_a_launch_that_was_left_running_is_not_stopped_by_another_incarnation(served: Served) -> None:
    served.send(event("Create", OnDelete="KEEP_RUNNING"))
    served.send(event("Delete", OURS, OnDelete="KEEP_RUNNING"))

    second = served.send(event("Create"))
    assert second["PhysicalResourceId"] == f"{OURS}#adopted"
    served.send(event("Update", f"{OURS}#adopted"))
    served.send(event("Delete", f"{OURS}#adopted"))
    served.send(event("Delete", MADE_UP))

    assert served.status() == "RUNNING"


@pytest.mark.parametrize("given", [f"{OURS}#adopted", MADE_UP, OURS], ids=["adopted", "made_up", "plain"])
def test_a_rollback_never_stops_a_launch_it_did_not_start(served: Served, given: str) -> None:
    served.send(of(event("Create"), stack_id=ANOTHER_STACK))
    response = served.send(event("Create"))
    assert (response["PhysicalResourceId"], response["Data"]["StartedBy"]) == (f"{OURS}#adopted", "adopted")

    assert served.send(event("Delete", given))["Status"] == "SUCCESS"
    assert served.status() == "RUNNING"

    assert served.send(of(event("Delete", OURS), stack_id=ANOTHER_STACK))["Status"] == "SUCCESS"
    assert served.status() == "CANCELLED"


@pytest.mark.parametrize("order", ["update_then_delete", "delete_then_update"])
@pytest.mark.parametrize("carries", ["november", "december"])
def test_a_replacement_that_is_rolled_back_leaves_the_first_launch_running(
    served: Served, order: str, carries: str
) -> None:
    served.send(event("Create"))
    second = served.send(event("Update", OURS, Launch="december", old={"Launch": "november"}))
    assert second["PhysicalResourceId"] == launch_arn("december")
    update = event("Update", launch_arn(carries), old={"Launch": "december"})
    delete = event("Delete", launch_arn("december"), Launch="december")

    for given in [update, delete] if order == "update_then_delete" else [delete, update]:
        response = served.send(given)
        assert response["Status"] == "SUCCESS"
        assert given["RequestType"] == "Delete" or response["PhysicalResourceId"] == OURS

    assert (served.status(), served.status("december")) == ("RUNNING", "CANCELLED")
    assert served.send(event("Delete", OURS))["Status"] == "SUCCESS"
    assert served.status() == "CANCELLED"


def test_a_resource_under_another_logical_id_joins_and_the_last_delete_stops(served: Served, log: LogLines) -> None:
    served.send(event("Create"))
    joined = served.send(of(event("Create"), logical_id="StartUpsell2"))
    assert (joined["PhysicalResourceId"], joined["Data"]["StartedBy"]) == (OURS, "stack")

    served.send(event("Delete", OURS))
    assert served.status() == "RUNNING"
    assert [line["owners"] for line in log() if line["step"] == "left"] == ["StartUpsell2"]
    served.send(of(event("Delete", OURS), logical_id="StartUpsell2"))
    assert served.status() == "CANCELLED"


def test_a_launch_stopped_out_of_band_blocks_no_later_change(served: Served) -> None:
    served.send(event("Create"))
    served.evidently.stop_launch(project="petfood", launch="november", desiredState="COMPLETED", reason="It went well")

    assert served.send(event("Update", OURS))["Data"]["StatusReason"] == "It went well"
    assert served.send(event("Delete", OURS))["Status"] == "SUCCESS"
    assert served.status() == "COMPLETED"


def test_a_launch_deleted_out_of_band_blocks_neither_an_update_nor_its_rollback(served: Served) -> None:
    served.send(event("Create"))
    served.evidently.stop_launch(project="petfood", launch="november")
    served.evidently.delete_launch(project="petfood", launch="november")

    for _ in range(2):
        response = served.send(event("Update", OURS, old={"Launch": "november"}))
        assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", OURS)
        assert (response["Data"]["LaunchArn"], response["Data"]["LaunchStatus"]) == (OURS, "")
    assert served.send(event("Delete", OURS))["Status"] == "SUCCESS"


@pytest.mark.parametrize("broken", ["two words", "n" * 128, "a/b", ".."])
def test_an_update_to_an_invalid_name_fails_and_its_rollback_succeeds(served: Served, broken: str) -> None:
    served.send(event("Create"))
    failed = served.send(event("Update", OURS, Launch=broken, old={"Launch": "november"}))
    assert (failed["Status"], failed["PhysicalResourceId"]) == ("FAILED", OURS)

    rollback = served.send(event("Update", OURS, old={"Launch": broken}))

    assert (rollback["Status"], rollback["PhysicalResourceId"]) == ("SUCCESS", OURS)
    assert served.status() == "RUNNING"


def test_a_project_and_a_launch_by_arn_are_the_same_as_by_name(served: Served) -> None:
    response = served.send(event("Create", Project=OURS.partition("/launch/")[0], Launch=OURS))

    assert response["PhysicalResourceId"] == OURS
    assert served.status() == "RUNNING"


def test_the_api_refuses_a_start_that_arrives_after_the_deadline(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Five dead addresses before a live one: each takes the whole connect time-out.
    harness, dead = served.harness, [f"192.0.2.{each}" for each in range(1, 6)]
    port = int(harness.api.url.rpartition(":")[2])
    resolve, connect = socket.getaddrinfo, socket.socket.connect
    began, responses = harness.clock.seconds, []

    def resolve_six(host: Any, *arguments: Any, **options: Any) -> Any:
        if host != "localhost":
            return resolve(host, *arguments, **options)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in (*dead, "127.0.0.1")]

    with harness.hanging(0) as hang:

        def connect_slowly(here: socket.socket, address: Any) -> None:
            if address[0] not in dead:
                connect(here, address)
                return
            harness.clock.seconds += here.gettimeout() or 0
            if address[0] == dead[-1]:
                hang()  # until the response has gone out
            raise TimeoutError

        def respond(request: Received) -> Reply:
            served.service.now = int((served.now + harness.clock.seconds - began) * 1000)
            reply = served.respond(request)
            responses.append(reply)
            return reply

        monkeypatch.setenv(contract.ENV_ENDPOINT_URL, f"http://localhost:{port}")
        monkeypatch.setattr(socket, "getaddrinfo", resolve_six)
        monkeypatch.setattr(socket.socket, "connect", connect_slowly)
        harness.api.respond = respond
        response = harness.send(event("Create"), at=served.now, remaining=RESERVE_SECONDS + 14)
        assert harness.calls == []

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", f"{OURS}#failed:{served.now}")
    assert harness.calls == ["StartLaunch"]
    assert [reply.status for reply in responses] == [409]
    assert f"outcome={contract.OUTCOME_EXPIRED}" in responses[0].headers[contract.OWNERSHIP_HEADER]
    assert served.status() == "CREATED"
