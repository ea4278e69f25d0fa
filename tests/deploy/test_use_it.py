"""The documentation's snippets run unchanged against the deployed service, each in its own client.

A test adds code that shows the signing name: the local AWS accepts any, API Gateway only `execute-api`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from helpers.deployment import Deployment
from helpers.documented import snippet
from helpers.official_client import OFFICIAL_CLIENT, OFFICIAL_JAVASCRIPT
from local_aws.server import clean_environment

SIGNED = "/execute-api/aws4_request"

Run = Callable[[Sequence[str]], "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(deployment: Deployment, tmp_path: Path) -> Run:
    """Runs a command with the API's URL in the environment, in an empty folder whose `bin` comes first in the PATH."""
    environment = clean_environment() | deployment.local_aws.environment() | {"EVIDENTLY_URL": deployment.url()}
    environment["PATH"] = os.pathsep.join([str(tmp_path / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])

    def run(command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(  # noqa: S603, the documentation's own code
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done

    return run


@pytest.mark.promise
def test_the_documented_python_evaluates_and_signs_for_execute_api(run: Run) -> None:
    signed = """
evidently.meta.events.register("before-send", lambda request, **_: print(request.headers["Authorization"]))
answer ="""
    code = snippet("use-it.md", "Python", "python")
    assert "\nanswer =" in code
    done = run([sys.executable, "-c", code.replace("\nanswer =", signed) + 'print(answer["variation"])\n'])
    authorization, variation = done.stdout.splitlines()
    assert (SIGNED in authorization, variation) == (True, "on")


def test_the_documented_javascript_evaluates_and_signs_for_execute_api(run: Run, tmp_path: Path) -> None:
    signed = """
evidently.middlewareStack.add(
  (next) => (args) => (console.log(args.request.headers.authorization), next(args)),
  { step: "finalizeRequest", priority: "low" },
);
const answer ="""
    code = snippet("use-it.md", "JavaScript", "js")
    assert "\nconst answer =" in code
    (tmp_path / "node_modules").symlink_to(OFFICIAL_JAVASCRIPT)
    (tmp_path / "app.mjs").write_text(
        code.replace("\nconst answer =", signed) + "console.log(answer.variation);\n", encoding="utf-8"
    )
    authorization, variation = run(["node", "app.mjs"]).stdout.splitlines()
    assert (SIGNED in authorization, variation) == (True, "on")


def test_the_documented_javascript_of_the_sdk_v2_evaluates_and_signs_for_execute_api(run: Run, tmp_path: Path) -> None:
    signed = """
request.on("send", () => console.log(request.httpRequest.headers.Authorization));
request.promise()"""
    code = snippet("use-it.md", "JavaScript SDK v2", "js")
    assert "\nrequest.promise()" in code
    (tmp_path / "node_modules").symlink_to(OFFICIAL_JAVASCRIPT)
    (tmp_path / "app.cjs").write_text(code.replace("\nrequest.promise()", signed), encoding="utf-8")
    authorization, variation = run(["node", "app.cjs"]).stdout.splitlines()
    assert (SIGNED in authorization, variation) == (True, "on")


def test_the_documented_commands_evaluate_and_sign_for_execute_api(run: Run, tmp_path: Path) -> None:
    aws = tmp_path / "bin" / "aws"
    aws.parent.mkdir()
    aws.write_text(f'#!/bin/sh\nPYTHONPATH="{OFFICIAL_CLIENT}" exec "{sys.executable}" -m awscli --debug "$@"\n')
    aws.chmod(0o755)
    done = run(["/bin/sh", "-c", snippet("use-it.md", "AWS CLI", "sh")])
    assert json.loads(done.stdout)["variation"] == "on"
    assert SIGNED in done.stderr
