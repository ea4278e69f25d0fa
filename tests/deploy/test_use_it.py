"""The documentation's Python snippet runs as it stands against the deployed service."""

import re
import subprocess
import sys

from helpers.deployment import Deployment
from helpers.rooms import ROOT
from local_aws.server import clean_environment

_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_documented_python_evaluates_and_signs_for_execute_api(deployment: Deployment) -> None:
    (snippet,) = _PYTHON.findall((ROOT / "docs" / "use-it.md").read_text(encoding="utf-8"))
    signed = """
evidently.meta.events.register("before-send", lambda request, **_: print(request.headers["Authorization"]))
answer ="""
    assert "\nanswer =" in snippet
    code = snippet.replace("\nanswer =", signed) + 'print(answer["variation"])\n'
    environment = clean_environment() | deployment.local_aws.environment() | {"EVIDENTLY_URL": deployment.url()}
    done = subprocess.run(  # noqa: S603, the documentation's own code
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "/execute-api/aws4_request" in done.stdout, done.stderr
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "on"
