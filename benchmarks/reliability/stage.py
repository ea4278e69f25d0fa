"""What surrounds an invocation: an Evidently API with one launch, a response URL over TLS, and a deadline."""

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
from helpers.scripted_server import OK, SELF_SIGNED, Received, ScriptedServer, scripted_server, self_signed_tls
from helpers.service import Service
from helpers.service_table import dynamodb_client, make_table
from local_aws.server import LocalAws

DEADLINE_SECONDS: Final = 30.0
ROOT: Final = Path(__file__).resolve().parents[2]
_BENCHMARKS: Final = ROOT / "benchmarks"
_INVOCATION: Final = Path(__file__).resolve().parent / "invocation.py"
_SIGNATURE: Final = f"X-Amz-Signature={SECRET}"


@dataclass(frozen=True, slots=True)
class Contender:
    """A tool.

    Args:
        name: Its name and version, as the matrix shows it.
        module: The module of its handler in `contenders`.
        python: The interpreter that has it installed.

    """

    name: str
    module: str
    python: Path


OURS: Final = Contender("cdk-evidently", "ours", Path(sys.executable))


@dataclass(frozen=True, slots=True)
class Ended:
    """An invocation that is over.

    Args:
        status: The process's exit status; negative if it was killed.
        log: All that it wrote.

    """

    status: int
    log: str


@dataclass(slots=True)
class Stage:
    """One scenario's surroundings.

    Args:
        contender: The tool in question.
        evidently: The API's client, for the scenario itself.
        api: The API as the tool reaches it: an EvidentlyService.
        answers: The response URL.

    """

    contender: Contender
    evidently: Any
    api: ScriptedServer
    answers: ScriptedServer
    _running: list[subprocess.Popen[str]] = field(default_factory=list)

    def invoke(self, asked: Mapping[str, Any], **environment: str) -> Ended:
        """Have an event handled, until the deadline at most."""
        return self.end_of(self.begin(asked, **environment))

    def begin(self, asked: Mapping[str, Any], **environment: str) -> subprocess.Popen[str]:
        """Have an event handled; it has to be waited for."""
        process = subprocess.Popen(  # noqa: S603 - our own program
            [
                self.contender.python,
                _INVOCATION,
                f"reliability.contenders.{self.contender.module}",
                str(time.time() + DEADLINE_SECONDS),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**self._environment(), **environment},
        )
        self._running.append(process)
        signed = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date={_signed(asked)}&{_SIGNATURE}"
        if process.stdin is not None:
            process.stdin.write(json.dumps({**asked, "ResponseURL": f"{self.answers.url}/answers?{signed}"}))
            process.stdin.close()
            process.stdin = None
        return process

    def end_of(self, process: subprocess.Popen[str]) -> Ended:
        """Wait for an invocation; at its deadline it is killed."""
        try:
            log, _ = process.communicate(timeout=DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            log, _ = process.communicate()
        return Ended(process.returncode, log)

    def kill(self) -> None:
        """Kill the invocation that began last, as a crash of the machine does."""
        self._running[-1].kill()
        self._running[-1].wait()

    def clear(self) -> None:
        """Kill what still runs."""
        for process in self._running:
            process.kill()
            process.wait()

    @property
    def launch_status(self) -> str:
        """The status of the launch."""
        return str(self.evidently.get_launch(project="petfood", launch="november")["launch"]["status"])

    @property
    def api_calls(self) -> int:
        """How often the launch was asked for, started or stopped."""
        return sum("/launches/" in request.path for request in self.api.received)

    def _environment(self) -> dict[str, str]:
        folders = [_BENCHMARKS, *([ROOT / "lambda"] if self.contender == OURS else [])]
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(map(str, folders)),
            "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_REGION": "eu-north-1",
            "AWS_DEFAULT_REGION": "eu-north-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            # Ours; theirs, whose user sets it; and that of any other AWS API, of which there is none here.
            "AWS_ENDPOINT_URL_EVIDENTLY": self.api.url,
            "CDK_EVIDENTLY_SIGNING_NAME": "execute-api",
            "EVIDENTLY_URL": self.api.url,
            "AWS_ENDPOINT_URL": self.api.url,
            # Who trusts the response URL's certificate: Python's ssl, and requests.
            "SSL_CERT_FILE": str(SELF_SIGNED),
            "REQUESTS_CA_BUNDLE": str(SELF_SIGNED),
        }


@contextmanager
def stage(contender: Contender, local_aws: LocalAws) -> Iterator[Stage]:
    """A stage with one launch, `november`, that is not started."""
    dynamodb = dynamodb_client(local_aws.url)
    service = Service(dynamodb, make_table(dynamodb))
    service.now = time.time_ns() // 1_000_000  # requests are dated in our days
    evidently = service.with_launch("november")
    with scripted_server() as api, scripted_server(tls=self_signed_tls()) as answers:

        def serve(request: Received) -> Any:
            return respond(service, request)

        api.respond = serve
        answers.plan(then=repeat(OK))
        found = Stage(contender, evidently, api, answers)
        try:
            yield found
        finally:
            found.clear()


def _signed(asked: Mapping[str, Any]) -> str:
    """When CloudFormation signed the request: a Delete after everything else."""
    return f"20261123T12{30 if asked['RequestType'] == 'Delete' else 0:02}00Z"
