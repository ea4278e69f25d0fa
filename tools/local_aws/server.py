"""Starts and ends MiniStack: signatures verified, IAM enforced, bound to 127.0.0.1, its files in a folder of its own.

It runs in a session of its own, so that its end takes the Lambda workers along, and Ctrl-C in a terminal reaches
only us, who then end it.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import boto3

REGION = "eu-west-1"
ACCOUNT = "000000000000"
_HOST = "127.0.0.1"
_START_SECONDS = 60
_STOP_SECONDS = 10


class LocalAwsError(Exception):
    """The local AWS can't be used, in one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class LocalAws:
    """A MiniStack that answers.

    Args:
        port: The port it listens on, at 127.0.0.1.
        pid: Its process, the leader of its session.
        log: What it prints.
    """

    port: int
    pid: int
    log: Path

    @property
    def url(self) -> str:
        """Endpoint of every AWS service."""
        return f"http://{_HOST}:{self.port}"

    @property
    def gateway(self) -> str:
        """URL of an HTTP API's default stage, with a place for its id; an API's own host name does not resolve here."""
        return f"{self.url}/_aws/execute-api/{{api_id}}/$default"

    def environment(self) -> dict[str, str]:
        """What SDKs and the CDK CLI need to reach it as the account's root."""
        return {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.url,
        }

    def session(self) -> boto3.Session:
        """A boto3 session as root; its clients need `endpoint_url=local_aws.url`."""
        return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)  # noqa: S106 - the local AWS's root, no secret


def clean_environment() -> dict[str, str]:
    """The environment without anything that would point an SDK at another AWS."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}


def start(folder: Path, port: int = 0) -> LocalAws:
    """Start a MiniStack and wait until it answers.

    Args:
        folder: Where it keeps its log and temporary files.
        port: Where it listens; 0 takes a free one.

    Raises:
        LocalAwsError: the port is in use, or it ended or stayed silent instead of answering.
    """
    port = _free_port(port)
    log = folder / "ministack.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"],
            env=clean_environment() | _settings(port, folder),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    local_aws = LocalAws(port=port, pid=process.pid, log=log)
    try:
        _wait_until_it_answers(local_aws, process)
    except BaseException:
        stop(process.pid)
        process.wait()
        raise
    return local_aws


def stop(pid: int) -> None:
    """End a MiniStack and all that it started; one that has ended already is fine."""
    for number, seconds in ((signal.SIGTERM, _STOP_SECONDS), (signal.SIGKILL, _STOP_SECONDS)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, number)
        if _gone_within(pid, seconds):
            return


@contextlib.contextmanager
def running(port: int = 0) -> Iterator[LocalAws]:
    """A MiniStack for as long as the block runs; nothing of it is left after it."""
    folder = Path(tempfile.mkdtemp(prefix="cdk-evidently-"))
    try:
        local_aws = start(folder, port)
        try:
            yield local_aws
        finally:
            stop(local_aws.pid)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def answers(url: str) -> bool:
    """Whether a MiniStack answers there."""
    try:
        with urllib.request.urlopen(f"{url}/_ministack/health", timeout=5) as response:  # noqa: S310 - our own loopback
            return bool(response.status == 200)  # noqa: PLR2004 - HTTP
    except (urllib.error.URLError, OSError):
        return False


def _settings(port: int, folder: Path) -> Mapping[str, str]:
    return {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": _HOST,
        "MINISTACK_HOST": "localhost",
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "AUTH": "true",
        "TMPDIR": str(folder),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }


def _free_port(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError as error:
            raise LocalAwsError(f"port {port} is in use; end what listens there, or choose another: PORT=4600") from error
        return int(probe.getsockname()[1])


def _wait_until_it_answers(local_aws: LocalAws, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _START_SECONDS
    while not answers(local_aws.url):
        if process.poll() is not None:
            last = local_aws.log.read_text(errors="replace").strip().splitlines()[-1:] or ["nothing printed"]
            raise LocalAwsError(f"the local AWS ended at once: {last[0]}")
        if time.monotonic() > end:
            raise LocalAwsError(f"the local AWS did not answer within {_START_SECONDS} seconds; its log: {local_aws.log}")
        time.sleep(0.05)


def _gone_within(pid: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while True:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)  # a child of ours stays a zombie, and so in its group, until waited for
        try:
            os.killpg(pid, 0)
        except ProcessLookupError:
            return True
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
