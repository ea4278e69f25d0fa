"""`make demo`, run as a newcomer runs it: the real CDK CLI, from `cdk deploy` to a running launch and back."""

import re
import signal
import subprocess
from pathlib import Path

import pytest

from helpers.commands import command, environment, left_behind, run
from helpers.rooms import ROOT
from local_aws.cdk_cli import CdkCli
from local_aws.errors import CdkError
from local_aws.server import LocalAws, is_healthy

ARN = "arn:aws:evidently:eu-west-1:000000000000:project/petfood/launch/upsell-2026-11"


@pytest.mark.promise
def test_the_demo_prints_the_outputs_of_a_running_launch_and_leaves_nothing_behind(tmp_path: Path) -> None:
    done = run(tmp_path, "local_aws.demo")

    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[-2:] == ["LaunchStatus = RUNNING", f"LaunchArn = {ARN}"]
    statuses = re.findall(r"GetLaunch upsell-2026-11: (.+)", done.stdout)
    assert statuses == ["not there", "RUNNING", "RUNNING", "not there"]
    started = re.findall(r"CloudFormation: Custom::EvidentlyStartLaunch (\w+)", done.stdout)
    assert started == ["CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"]
    for kind in ("Project", "Feature", "Segment", "Launch"):
        operations = re.findall(rf"CloudFormation: Custom::Evidently{kind} (\w+)", done.stdout)
        assert (operations[0], operations[-1]) == ("CREATE_COMPLETE", "DELETE_COMPLETE")
    assert re.search(r"on  █{40} 100.0%   weight 100.0%", done.stdout)
    assert left_behind(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    with subprocess.Popen(  # noqa: S603, the tests' own interpreter
        command("local_aws.demo"),
        cwd=ROOT,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as demo:
        assert demo.stdout
        port = next(int(found[1]) for line in demo.stdout if (found := re.search(r"http://127.0.0.1:(\d+)", line)))
        assert is_healthy(LocalAws(port))
        assert "cdk bootstrap" in next(demo.stdout)  # the CLI is running, or about to
        demo.send_signal(number)
        _, message = demo.communicate()

    assert demo.returncode == 128 + number
    assert message.startswith("demo: interrupted")
    assert len(message.splitlines()) == 1
    assert not is_healthy(LocalAws(port))
    assert left_behind(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_failed_cdk_command_gives_its_reason_in_one_line(local_aws: LocalAws, tmp_path: Path) -> None:
    with pytest.raises(CdkError, match=r"cdk deploy NoSuchStack failed: .*NoSuchStack") as failed:
        CdkCli(local_aws, tmp_path).deploy("NoSuchStack")
    assert len(str(failed.value).splitlines()) == 1
