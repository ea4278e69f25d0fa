"""The log: JSON lines with known members, and no secret."""

import traceback
from dataclasses import replace
from itertools import repeat
from typing import Any

import pytest

import evidently_contract as contract
from evidently_provider.runtime.response import ResponseNotSentError
from helpers.launch_replies import (
    BROKEN,
    CONFLICT,
    FORBIDDEN,
    HTML_404,
    NOT_FOUND,
    QUOTA,
    THROTTLED,
    launch_arn,
    refuses,
    released,
    shows,
    stopped,
)
from helpers.provider_harness import LOGICAL_ID, MADE_UP, REQUEST_ID, SECRET, Harness, LogLines, event
from helpers.scripted_server import OK, RESET, Reply

ALWAYS = {"level", "step", "requestId", "requestType", "resourceType", "stack", "logicalId", "seconds"}
# Further members of some steps.
METRICS = {"_aws", "FunctionName", "FailedRequests", "RequestDuration"}
STEPS: dict[str, set[str]] = {
    "received": set(),
    "call": {"operation", "subject"},
    "start_refused": {"resource"},
    "retry": {"error"},
    "start_resolved": {"resource", "found", "outcome"},
    "adopted": {"resource", "provable"},
    "stopped": {"resource"},
    "skipped": {"resource", "found"},
    "not_found": {"resource"},
    "left": {"resource", "owners"},
    "release_failed": {"resource", "error"},
    "failed": {"error"},
    "decided": {"status"},
    "responded": {"http", "attempts"} | METRICS,
}
SAYS_THE_SECRET = refuses(409, "ConflictException", f"No, {SECRET}")
CASES: dict[str, tuple[dict[str, Any], list[Reply]]] = {
    "create": (event("Create"), [shows("RUNNING")]),
    "adopted": (event("Create"), [CONFLICT, shows("RUNNING")]),
    "refused": (event("Create"), [SAYS_THE_SECRET, shows("CREATED")]),
    "ended": (event("Create"), [SAYS_THE_SECRET, shows("CANCELLED", reason=SECRET)]),
    "retried": (event("Create"), [RESET, THROTTLED, BROKEN, FORBIDDEN, shows("RUNNING")]),
    "wrong_endpoint": (event("Create"), [HTML_404]),
    "gone": (event("Update", launch_arn()), [NOT_FOUND]),
    "not_released": (event("Update", launch_arn("october"), old={"Launch": "december"}), [QUOTA]),
    "stopped": (event("Delete", launch_arn()), [stopped()]),
    "left": (event("Delete", launch_arn()), [released("left", "StartUpsell2")]),
    "skipped": (event("Delete", launch_arn()), [released("not-owner")]),
    "refused_stop": (event("Delete", launch_arn()), [SAYS_THE_SECRET]),
    "release_failed": (event("Delete", MADE_UP), [BROKEN] * 100),
    "no_name": (event("Delete", MADE_UP, Launch=f"{SECRET} {SECRET}"), []),
    "wrong_properties": (event("Create", Launch=f"{SECRET} {SECRET}"), []),
    "wrong_arn": (event("Create", Project=f"arn:{SECRET}"), []),
    "unknown_type": ({**event("Create"), "ResourceType": "Custom::Other"}, []),
}


@pytest.mark.parametrize("case", CASES)
def test_a_step_is_a_line_of_json_with_known_members_only(harness: Harness, log: LogLines, case: str) -> None:
    given, replies = CASES[case]
    harness.api.plan(*replies)

    harness.send(given)

    lines = log()
    for line in lines:
        assert set(line) >= ALWAYS
        assert set(line) - ALWAYS <= STEPS[line["step"]]
        assert (line["requestId"], line["stack"], line["logicalId"]) == (REQUEST_ID, "shop", LOGICAL_ID)
        assert line["level"] in {"INFO", "WARNING", "ERROR"}
    assert [line["step"] for line in (lines[0], *lines[-2:])] == ["received", "decided", "responded"]
    assert [line["operation"] for line in lines if line["step"] == "call"] == harness.calls


@pytest.mark.parametrize("case", CASES)
def test_no_property_and_no_presigned_url_is_ever_logged(
    harness: Harness, capfd: pytest.CaptureFixture[str], case: str
) -> None:
    given, replies = CASES[case]
    harness.api.plan(*replies)

    harness.send(given)

    written = capfd.readouterr()
    assert REQUEST_ID in written.out
    assert SECRET not in written.out + written.err
    assert written.err == ""


@pytest.mark.parametrize("failure", [Reply(403, SECRET.encode()), Reply(302, b"", {"location": f"/{SECRET}"})])
def test_a_response_that_is_refused_is_logged_without_its_url(
    harness: Harness, capfd: pytest.CaptureFixture[str], failure: Reply
) -> None:
    harness.api.plan(shows("RUNNING"))
    harness.cloudformation.plan(failure)

    harness.invoke(event("Create"))

    written = capfd.readouterr()
    assert "response_failed" in written.out
    assert SECRET not in written.out + written.err


@pytest.mark.parametrize("failure", [Reply(503, SECRET.encode()), RESET], ids=["5xx", "reset"])
def test_a_response_that_is_never_accepted_leaks_no_secret_into_lambdas_log(harness: Harness, failure: Reply) -> None:
    harness.api.plan(SAYS_THE_SECRET, shows("RUNNING"))
    harness.cloudformation.plan(then=repeat(failure))

    with pytest.raises(ResponseNotSentError) as raised:
        harness.invoke(event("Create"))

    assert SECRET not in "".join(traceback.format_exception(raised.value))


def test_each_step_has_the_seconds_since_the_request_arrived(harness: Harness, log: LogLines) -> None:
    harness.api.plan(BROKEN, BROKEN, shows("RUNNING"))

    harness.send(event("Create"))

    seconds = [line["seconds"] for line in log()]
    assert seconds[0] == 0
    assert seconds == sorted(seconds)
    assert seconds[-1] == pytest.approx(sum(harness.clock.pauses), abs=0.01)


def test_a_response_says_how_many_attempts_it_took(harness: Harness, log: LogLines) -> None:
    harness.api.plan(shows("RUNNING"))
    harness.cloudformation.plan(Reply(503), RESET, OK)

    harness.invoke(event("Create"))

    assert [line["attempts"] for line in log() if line["step"] == "responded"] == [3]


def test_an_api_that_throttles_is_in_the_log(harness: Harness, log: LogLines) -> None:
    harness.api.plan(then=repeat(THROTTLED))

    harness.send(event("Create", TimeoutSeconds="10"))

    errors = [line["error"] for line in log() if line["step"] == "retry"]
    assert set(errors) == {"ThrottledError"}
    assert len(errors) == len(harness.clock.pauses)


FAILURES: dict[str, tuple[list[Reply], list[Reply], int]] = {
    "success": ([shows("RUNNING")], [OK], 0),
    "failure": ([HTML_404], [OK], 1),
    "not_accepted": ([shows("RUNNING")], [Reply(403)], 1),
}


@pytest.mark.parametrize("case", FAILURES)
def test_the_last_line_counts_failures_and_the_time_in_embedded_metric_format(
    harness: Harness, log: LogLines, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    api, url, failed = FAILURES[case]
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "provider")
    harness.api.plan(replace(api[0], before=lambda: harness.clock.pause(1.5)))
    harness.cloudformation.plan(*url)

    harness.invoke(event("Create"))

    *before, last = log()
    assert not any("_aws" in line for line in before)
    (directive,) = last["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == contract.METRICS_NAMESPACE
    assert directive["Dimensions"] == [[contract.DIMENSION_FUNCTION]]
    assert {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]} == {
        contract.METRIC_FAILED_REQUESTS: "Count",
        contract.METRIC_REQUEST_DURATION: "Milliseconds",
    }
    assert last["_aws"]["Timestamp"] == int(harness.clock.wall * 1000)
    assert last[contract.DIMENSION_FUNCTION] == "provider"
    assert (last[contract.METRIC_FAILED_REQUESTS], last[contract.METRIC_REQUEST_DURATION]) == (failed, 1500)


def test_a_response_that_is_never_accepted_is_counted_as_a_failure(harness: Harness, log: LogLines) -> None:
    harness.api.plan(shows("RUNNING"))
    harness.cloudformation.plan(then=repeat(RESET))

    with pytest.raises(ResponseNotSentError):
        harness.invoke(event("Create"))

    assert log()[-1][contract.METRIC_FAILED_REQUESTS] == 1
