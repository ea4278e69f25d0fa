"""What the entry needs before it can answer: the standard library and six small modules."""

import json
import subprocess
import sys
from typing import Any

from helpers.launch_replies import launch_arn, shows
from helpers.provider_process import run_provider
from helpers.provider_scene import Scene, event
from helpers.rooms import LAMBDA

BEFORE_THE_WORK = {"handler", "request", "answer", "log", "deadline", "job"}


def test_the_entry_imports_the_standard_library_only_until_the_work_begins() -> None:
    program = "import sys, json, evidently_provider.handler; print(json.dumps(sorted(sys.modules)))"
    found = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(LAMBDA)!r}); {program}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    modules: list[str] = json.loads(found.stdout)

    ours = {name.removeprefix("evidently_provider.") for name in modules if name.startswith("evidently_provider.")}
    others = {name.partition(".")[0] for name in modules} - {"evidently_provider", "__main__"}
    assert ours == BEFORE_THE_WORK
    assert {name for name in others if name not in sys.stdlib_module_names} == set()


def test_the_handler_as_lambda_calls_it_does_the_work_and_answers(scene: Scene) -> None:
    scene.api.plan(shows("RUNNING"))
    asked = {**event("Create"), "ResponseURL": f"{scene.cloudformation.url}/answers"}

    exit_status, out, err = run_provider(asked)

    assert (exit_status, err) == (0, "")
    (answer,) = scene.cloudformation.documents
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", launch_arn())
    steps: list[Any] = [json.loads(line)["step"] for line in out.splitlines()]
    assert steps == ["received", "call", "settled", "decided", "answered"]
