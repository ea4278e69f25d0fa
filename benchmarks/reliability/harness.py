"""The harness around an invocation: an Evidently API with one launch, a response URL over TLS, and a deadline."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import Any, Final

from helpers.provider_harness import SECRET
from helpers.provider_service import respond
from helpers.scripted_server import OK, SELF_SIGNED, ScriptedServer, scripted_server, self_signed_tls
from helpers.service import Service
from helpers.service_table import dynamodb_client, make_table
from local_aws.server import LocalAws

DEADLINE_SECONDS: Final = 30.0
_ROOT: Final = Path(__file__).resolve().parents[2]
_INVOCATION: Final = Path(__file__).resolve().parent / "invocation.py"
_LAUNCH: Final = {"project": "petfood", "launch": "november"}


@dataclass(frozen=True, slots=True)
class Adapter:
    """A tool under test.

    Args:
        name: Its name and version, as the matrix shows it.
        module: The module in `adapters` with its handler.
        python: The interpreter that has the tool installed.

    """

    name: str
    module: str
    python: Path


OURS: Final = Adapter("cdk-evidently", "ours", Path(sys.executable))


@dataclass(frozen=True, slots=True)
class Ended:
    """An invocation that has ended.

    Args:
        status: The process's exit status; negative if it was killed.
        log: All its output.

    """

    status: int
    log: str


@dataclass(slots=True)
class Harness:
    """The surroundings of one tool in one scenario.

    Args:
        adapter: The tool.
        evidently: The API's client, for the scenario itself.
        api: The API as the tool calls it: an EvidentlyService.
        response_url: CloudFormation's.

    """

    adapter: Adapter
    evidently: Any
    api: ScriptedServer
    response_url: ScriptedServer
    _processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def start_launch(self) -> None:
        """Start the launch as somebody else."""
        self.evidently.start_launch(**_LAUNCH)

    @property
    def launch_status(self) -> str:
        """The launch's status now."""
        return str(self.evidently.get_launch(**_LAUNCH)["launch"]["status"])

    def invoke(self, event: Mapping[str, Any], **environment: str) -> Ended:
        """Invoke the tool's handler and wait for it, until the deadline at most."""
        return self.wait(self.begin(event, **environment))

    def begin(self, event: Mapping[str, Any], **environment: str) -> subprocess.Popen[str]:
        """Invoke the tool's handler; `wait` waits for it."""
        process = subprocess.Popen(  # noqa: S603 - our own program
            [
                self.adapter.python,
                _INVOCATION,
                f"reliability.adapters.{self.adapter.module}",
                str(time.time() + DEADLINE_SECONDS),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**self._environment(), **environment},
        )
        self._processes.append(process)
        if process.stdin is not None:
            process.stdin.write(json.dumps({**event, "ResponseURL": f"{self.response_url.url}/{_presigned(event)}"}))
            process.stdin.close()
            process.stdin = None
        return process

    def wait(self, process: subprocess.Popen[str]) -> Ended:
        """Wait for an invocation, and kill it at its deadline."""
        try:
            log, _ = process.communicate(timeout=DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            log, _ = process.communicate()
        return Ended(process.returncode, log)

    def kill(self) -> None:
        """Kill the last invocation, as a crash of the machine does."""
        self._processes[-1].kill()
        self._processes[-1].wait()

    def clear(self) -> None:
        """Kill every invocation that still runs."""
        for process in self._processes:
            process.kill()
            process.wait()

    def _environment(self) -> dict[str, str]:
        folders = [_ROOT / "benchmarks", *([_ROOT / "lambda"] if self.adapter == OURS else [])]
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(map(str, folders)),
            "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_REGION": "eu-north-1",
            "AWS_DEFAULT_REGION": "eu-north-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            # The API's URL for our function, for user_code.py, and for a tool that calls any other AWS API.
            "AWS_ENDPOINT_URL_EVIDENTLY": self.api.url,
            "CDK_EVIDENTLY_SIGNING_NAME": "execute-api",
            "EVIDENTLY_URL": self.api.url,
            "AWS_ENDPOINT_URL": self.api.url,
            # The response URL's certificate, for Python's ssl and for requests.
            "SSL_CERT_FILE": str(SELF_SIGNED),
            "REQUESTS_CA_BUNDLE": str(SELF_SIGNED),
        }


@contextmanager
def harness(adapter: Adapter, local_aws: LocalAws) -> Iterator[Harness]:
    """Provide a harness with one launch, `november`, that is not started."""
    dynamodb = dynamodb_client(local_aws.url)
    service = Service(dynamodb, make_table(dynamodb))
    service.now = time.time_ns() // 1_000_000  # the tools' SDKs date their requests by the real clock
    evidently = service.with_launch("november")
    with scripted_server() as api, scripted_server(tls=self_signed_tls()) as response_url:
        api.respond = lambda request: respond(service, request)
        response_url.plan(then=repeat(OK))
        found = Harness(adapter, evidently, api, response_url)
        try:
            yield found
        finally:
            found.clear()


def _presigned(event: Mapping[str, Any]) -> str:
    # CloudFormation signs the Delete after every other request; the API tells by that which request is stale.
    minute = 30 if event["RequestType"] == "Delete" else 0
    signature = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20261123T12{minute:02}00Z&X-Amz-Signature={SECRET}"
    return f"response?{signature}"
