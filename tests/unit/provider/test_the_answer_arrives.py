"""Exactly one answer, whatever the work does."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from evidently_provider.answer import Answer, Status
from evidently_provider.deadline import TimeIsUpError
from evidently_provider.job import Job
from helpers.launch_replies import launch_arn, shows
from helpers.provider_scene import MARKER, SECRET, LogLines, Scene, event, let_the_work_end
from helpers.rooms import LAMBDA

EVENTS = [
    pytest.param(event("Create"), MARKER, id="create"),
    pytest.param(event("Update", launch_arn()), launch_arn(), id="update"),
    pytest.param(event("Delete", launch_arn()), launch_arn(), id="delete"),
]
Work = Callable[[Job], Answer]


def raising(error: BaseException) -> Work:
    def work(_: Job) -> Answer:
        raise error

    return work


def answering(**members: Any) -> Work:
    return lambda _: Answer(**{"status": Status.SUCCESS, "physical_id": launch_arn(), **members})


@pytest.mark.parametrize("error", [ValueError(SECRET), SystemExit(SECRET), KeyboardInterrupt(), MemoryError()])
@pytest.mark.parametrize(("asked", "physical_id"), EVENTS)
def test_a_crash_is_answered(scene: Scene, asked: dict[str, Any], physical_id: str, error: BaseException) -> None:
    answer = scene.send(asked, work=raising(error))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", physical_id)
    assert type(error).__name__ in answer["Reason"]
    assert SECRET not in json.dumps(answer)


def test_a_crash_is_logged_with_its_place_and_without_its_message(scene: Scene, log: LogLines) -> None:
    scene.send(event("Create"), work=raising(ValueError(SECRET)))

    (line,) = [line for line in log() if line["step"] == "crashed"]
    assert (line["level"], line["error"]) == ("ERROR", "ValueError")
    assert line["at"].startswith("work:")
    assert SECRET not in json.dumps(line)


def test_a_crash_after_a_start_may_have_gone_out_answers_with_what_its_delete_needs(scene: Scene) -> None:
    def work(job: Job) -> Answer:
        job.progress.failure_id = launch_arn()
        raise ValueError

    assert scene.send(event("Create"), work=work)["PhysicalResourceId"] == launch_arn()


@pytest.mark.parametrize("remaining", [180, 16, 15, 1], ids=lambda seconds: f"{seconds}s")
@pytest.mark.parametrize(("asked", "physical_id"), EVENTS)
def test_work_that_hangs_is_answered_at_the_deadline(
    scene: Scene, asked: dict[str, Any], physical_id: str, remaining: float
) -> None:
    over = Event()

    def work(job: Job) -> Answer:
        scene.clock.seconds += job.deadline.end - scene.clock.seconds
        over.wait(10)
        return Answer(Status.SUCCESS, "too late")

    try:
        answer = scene.send(asked, work=work, remaining=remaining)
    finally:
        over.set()
        let_the_work_end()

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", physical_id)
    assert "Deploy again" in answer["Reason"]
    assert scene.cloudformation.received == []


def test_no_call_is_allowed_once_the_request_is_answered(scene: Scene) -> None:
    over, found = Event(), []

    def work(job: Job) -> Answer:
        job.deadline.check()
        scene.clock.seconds = job.deadline.end
        over.wait(10)
        scene.clock.seconds = 0.0  # were it for the time alone, a call could begin
        try:
            job.deadline.check()
        except TimeIsUpError as error:
            found.append(error)
        return Answer(Status.SUCCESS, "too late")

    try:
        scene.send(event("Create"), work=work)
    finally:
        over.set()
        let_the_work_end()

    assert len(found) == 1


def test_work_that_outlives_its_answer_calls_nothing_more(scene: Scene) -> None:
    over = Event()

    def hang() -> None:
        scene.clock.seconds += 170
        over.wait(10)

    scene.api.plan(replace(shows("UPDATING"), before=hang), shows("RUNNING"))
    try:
        answer = scene.send(event("Create"))
        scene.clock.seconds = 0.0
    finally:
        over.set()
        let_the_work_end()

    assert answer["Status"] == "FAILED"
    assert scene.calls == ["StartLaunch"]


@pytest.mark.parametrize("remaining", [28.1, 28.0, 27.9])
def test_no_call_begins_that_could_outlast_the_deadline(scene: Scene, remaining: float) -> None:
    # 15 s are for the answer, 3 s to connect, 10 s to read.
    scene.api.plan(shows("RUNNING"))

    answer = scene.send(event("Create"), remaining=remaining)

    assert scene.calls == (["StartLaunch"] if remaining >= 28 else [])
    assert answer["Status"] == ("SUCCESS" if remaining >= 28 else "FAILED")


def test_an_empty_physical_id_never_goes_out(scene: Scene) -> None:
    assert scene.send(event("Create"), work=answering(physical_id=""))["PhysicalResourceId"] == MARKER
    assert scene.send(event("Update", "given"), work=answering(physical_id=""))["PhysicalResourceId"] == "given"


def _room(scene: Scene) -> int:
    """How many bytes a reason may have."""
    scene.deliver(event("Create"), work=answering(reason=""))
    return 4096 - len(scene.cloudformation.received.pop().body)


@pytest.mark.parametrize("letter", ["a", "ä", "€", "🎉", '"', "\n", "\x00"])
@pytest.mark.parametrize("excess", [-1, 0, 1, 2, 3, 4, 5000])
def test_an_answer_is_4096_bytes_at_most_and_never_half_a_letter(scene: Scene, letter: str, excess: int) -> None:
    room = _room(scene)
    size = len(json.dumps(letter, ensure_ascii=False).encode()) - 2
    whole, rest = divmod(room + excess, size)
    reason = "a" * rest + letter * whole

    scene.deliver(event("Create"), work=answering(reason=reason))

    content = scene.cloudformation.received[0].body
    said = json.loads(content)["Reason"]
    assert len(content) <= 4096
    if excess <= 0:
        assert len(content) == 4096 + excess
        assert said == reason
    else:
        assert said.endswith("…")
        assert reason.startswith(said.removesuffix("…"))
        assert len(content) > 4096 - 2 * 6


def test_an_attribute_that_is_too_long_is_cut_and_the_others_are_not(scene: Scene) -> None:
    data = {"StatusReason": "ä" * 5000, "LaunchArn": launch_arn(), "LaunchStatus": "RUNNING"}

    scene.deliver(event("Create"), work=answering(data=data, reason="short"))

    content = scene.cloudformation.received[0].body
    said = json.loads(content)
    assert len(content) <= 4096
    assert (said["Status"], said["PhysicalResourceId"], said["Reason"]) == ("SUCCESS", launch_arn(), "short")
    assert said["Data"] == {**data, "StatusReason": said["Data"]["StatusReason"]}
    assert said["Data"]["StatusReason"].endswith("ä…")


def test_an_answer_that_no_cut_makes_small_enough_goes_out_all_the_same(scene: Scene) -> None:
    answer = scene.send(event("Update", "i" * 5000), work=answering(reason="why", physical_id=""))

    assert (answer["Status"], answer["Reason"]) == ("SUCCESS", "")


@pytest.mark.parametrize("reason", ["half \ud83c", "\udcff" * 5000])
def test_half_a_character_is_answered(scene: Scene, reason: str) -> None:
    answer = scene.send(event("Create"), work=answering(reason=reason, data={"StatusReason": "\ud83c"}))

    assert answer["Status"] == "SUCCESS"
    assert "?" in answer["Reason"]


def test_half_a_character_in_a_property_is_answered(scene: Scene) -> None:
    answer = scene.send(event("Create", Launch="half \ud83c"))

    assert answer["Status"] == "FAILED"
    assert "Launch" in answer["Reason"]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("evidently_contract", "raise ImportError('broken')"),
        ("evidently_contract", "this is no Python"),
        ("botocore", "raise SystemExit(1)"),
    ],
)
def test_a_module_that_can_not_be_imported_is_answered(scene: Scene, tmp_path: Path, module: str, source: str) -> None:
    (tmp_path / f"{module}.py").write_text(source, encoding="utf-8")
    asked = {**event("Create"), "ResponseURL": f"{scene.cloudformation.url}/answers"}
    program = (
        "import json, sys\n"
        "from evidently_provider.handler import handler\n"
        "class Context:\n"
        "    def get_remaining_time_in_millis(self): return 60000\n"
        "handler(json.load(sys.stdin), Context())\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(LAMBDA)])}

    subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], input=json.dumps(asked), text=True, env=environment, check=True, timeout=30
    )

    (answer,) = scene.cloudformation.documents
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", MARKER)
    assert "Internal error" in answer["Reason"]
