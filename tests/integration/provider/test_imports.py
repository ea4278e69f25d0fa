"""What the handler imports to respond, and to decide a Delete by its id: the standard library only."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from helpers.launch_replies import launch_arn, shows
from helpers.provider_harness import MADE_UP, NOT_STARTED, NOW, Harness, event, presigned
from helpers.provider_process import run_provider
from helpers.rooms import LAMBDA

ADOPTED = f"{launch_arn()}#adopted"
NO_SDK = "raise ImportError('broken')"


def test_the_entry_imports_the_standard_library_only_until_the_request_is_served() -> None:
    program = "import sys, json, evidently_provider.handler; print(json.dumps(sorted(sys.modules)))"
    found = subprocess.run(  # noqa: S603 - a program of the tests
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(LAMBDA)!r}); {program}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    modules: list[str] = json.loads(found.stdout)

    others = {name.partition(".")[0] for name in modules} - {"evidently_provider", "evidently_contract", "__main__"}
    assert {name for name in others if name not in sys.stdlib_module_names} == set()
    assert "evidently_provider.lifecycle" not in modules
    assert "urllib.request" not in modules, "slow, and only a proxy needs it"


def test_the_handler_as_lambda_calls_it_serves_and_responds(harness: Harness) -> None:
    harness.api.plan(shows("RUNNING"))

    exit_status, out, err = run_provider([_dated(harness, event("Create"))])

    assert (exit_status, err) == (0, "")
    (response,) = harness.cloudformation.documents
    assert (response["Status"], response["PhysicalResourceId"]) == ("SUCCESS", launch_arn())
    steps: list[Any] = [json.loads(line)["step"] for line in out.splitlines()]
    assert steps == ["received", "call", "start_resolved", "decided", "responded"]


EXPECTED = [
    (event("Create"), "FAILED", NOT_STARTED),
    (event("Update", launch_arn()), "FAILED", launch_arn()),
    (event("Delete", launch_arn()), "FAILED", launch_arn()),
    (event("Delete", f"{launch_arn()}#failed:{NOW}"), "FAILED", f"{launch_arn()}#failed:{NOW}"),
    (event("Delete", launch_arn(), OnDelete="KEEP_RUNNING"), "SUCCESS", launch_arn()),
    (event("Delete", ADOPTED), "SUCCESS", ADOPTED),
    (event("Delete", NOT_STARTED), "SUCCESS", NOT_STARTED),
    (event("Delete", MADE_UP), "SUCCESS", MADE_UP),
]


@pytest.mark.parametrize(
    "broken",
    [
        {"botocore": NO_SDK, "boto3": NO_SDK},
        {"botocore": "raise SystemExit(1)"},
        {"botocore": "this is no Python"},
    ],
    ids=["import_error", "exit", "syntax_error"],
)
def test_without_the_sdk_only_a_delete_that_has_something_to_undo_fails(
    harness: Harness, tmp_path: Path, broken: dict[str, str]
) -> None:
    for module, source in broken.items():
        (tmp_path / f"{module}.py").write_text(source, encoding="utf-8")

    exit_status, out, _ = run_provider(
        [_dated(harness, {**given, "RequestId": physical_id}) for given, _, physical_id in EXPECTED], tmp_path
    )

    assert exit_status == 0
    found = [(each["Status"], each["PhysicalResourceId"]) for each in harness.cloudformation.documents]
    assert found == [(status, physical_id) for _, status, physical_id in EXPECTED]
    assert all(
        "Internal error" in each["Reason"] for each in harness.cloudformation.documents if each["Status"] == "FAILED"
    )
    assert harness.calls == []
    errors = [line for line in map(json.loads, out.splitlines()) if line["level"] == "ERROR"]
    assert {line["requestId"] for line in errors} == {physical_id for *_, physical_id in EXPECTED} - {ADOPTED}
    unreleased = [line for line in errors if line["step"] == "release_failed"]
    assert len(unreleased) >= 3, "each Delete that succeeds though it could not release"
    assert all("resource" not in line for line in unreleased), "a name that no model was there to check"


def _dated(harness: Harness, given: dict[str, Any]) -> dict[str, Any]:
    return {**given, "ResponseURL": presigned(harness.cloudformation.url, NOW)}
