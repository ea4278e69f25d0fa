"""Starts and stops MiniStack: signatures verified, IAM enforced, bound to 127.0.0.1, its files in one folder.

MiniStack runs in its own session: ending the session ends its Lambda workers too, and Ctrl-C in a terminal goes only to
this process, which then stops MiniStack.
"""

import contextlib
import http.client
import os
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import boto3
from botocore.config import Config

from local_aws.errors import PortInUseError, ServerError
from local_aws.processes import child, detached_process

if TYPE_CHECKING:
    from subprocess import Popen

REGION: Final = "eu-west-1"
ACCOUNT: Final = "000000000000"
MODULE: Final = "ministack"

# MiniStack takes the key that it is started with for the account's root.
_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
_HOST = "127.0.0.1"
_START_SECONDS = 60
_POLL_SECONDS = 0.05
_COMMAND = (sys.executable, "-m", MODULE)


@dataclass(frozen=True, slots=True)
class LocalAws:
    """A running MiniStack.

    Args:
        port: Its port at 127.0.0.1.

    """

    port: int

    @property
    def url(self) -> str:
        """The endpoint of every AWS service."""
        return f"http://{_HOST}:{self.port}"

    @property
    def gateway(self) -> str:
        """The URL of an HTTP API's default stage, with the placeholder `{api_id}`.

        An API's own host name does not resolve on a local machine.
        """
        return f"{self.url}/_aws/execute-api/{{api_id}}/$default"

    def environment(self) -> dict[str, str]:
        """Return the variables with which SDKs and the CDK CLI call it as the account's root."""
        return {
            **_CREDENTIALS,
            "AWS_SESSION_TOKEN": "",  # overrides a real one, which would make the signatures invalid
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.url,
        }

    def client(self, service: str, session: boto3.Session | None = None, **options: Any) -> Any:
        """Return a boto3 client.

        Args:
            service: Its name, such as `cloudformation`.
            session: The boto3 session, by default a new one.
            options: Further arguments of boto3's `client`; the credentials are root's by default.

        """
        given = {
            "endpoint_url": self.url,
            "region_name": REGION,
            "config": Config(proxies={}),  # a proxy of the environment must not get requests to 127.0.0.1
            **{name.lower(): value for name, value in _CREDENTIALS.items()},
            **options,
        }
        return (session or boto3.Session()).client(service, **given)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[LocalAws]:
    """Run a MiniStack on a free port for the length of the block.

    Args:
        folder: Gets its log and its temporary files.

    Raises:
        ServerError: it ended, or did not respond in time.

    """
    port = _free_port(0)
    with _log(folder).open("wb") as log, child(_COMMAND, **_options(port, folder, log)) as process:
        yield _healthy(LocalAws(port), process, folder)


@contextlib.contextmanager
def detached(folder: Path, port: int) -> Iterator[tuple[LocalAws, int]]:
    """Start a MiniStack that outlives the block, unless the block fails; yield its process id too.

    Args:
        folder: Gets its log and its temporary files.
        port: The port to listen on.

    Raises:
        PortInUseError: another process listens on the port.
        ServerError: it ended, or did not respond in time.

    """
    port = _free_port(port)
    with _log(folder).open("wb") as log, detached_process(_COMMAND, **_options(port, folder, log)) as process:
        yield _healthy(LocalAws(port), process, folder), process.pid


def is_healthy(local_aws: LocalAws) -> bool:
    """Whether MiniStack's health check succeeds on the port."""
    connection = http.client.HTTPConnection(_HOST, local_aws.port, timeout=5)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def clean_environment() -> dict[str, str]:
    """Return this process's environment without variables that select another AWS: settings, profiles, proxies."""
    kept = {name: value for name, value in os.environ.items() if not _selects_another_aws(name.lower())}
    return {**kept, "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}


def forget_other_aws() -> None:
    """Clean this process's environment, so that no boto3 in it calls another AWS by mistake."""
    clean = clean_environment()
    os.environ.clear()
    os.environ.update(clean)


def _selects_another_aws(name: str) -> bool:
    return name.startswith(("aws_", "cdk_", "ministack_", "localstack_")) or name.endswith("_proxy")


def _options(port: int, folder: Path, log: BinaryIO) -> dict[str, Any]:
    settings = {
        **_CREDENTIALS,
        "AUTH": "true",
        "BIND_HOST": _HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "TMPDIR": str(folder),
    }
    return {"env": clean_environment() | settings, "cwd": folder, "stdout": log, "stderr": log}


def _free_port(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError as error:
            raise PortInUseError(port) from error
        return int(probe.getsockname()[1])


def _healthy(local_aws: LocalAws, process: "Popen[bytes]", folder: Path) -> LocalAws:
    """Return the local AWS once it is healthy."""
    deadline = time.monotonic() + _START_SECONDS
    while not is_healthy(local_aws):
        if process.poll() is not None:
            raise ServerError("ended at once", _log(folder))
        if time.monotonic() > deadline:
            raise ServerError(f"did not respond within {_START_SECONDS} seconds", _log(folder))
        time.sleep(_POLL_SECONDS)
    return local_aws


def _log(folder: Path) -> Path:
    return folder / "ministack.log"
