"""Starts and ends MiniStack: signatures verified, IAM enforced, bound to 127.0.0.1, its files in a folder of its own.

It runs in a session of its own, so that its end takes the Lambda workers along, and Ctrl-C in a terminal reaches only
us, who then end it.
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
from local_aws.processes import child, survivor

if TYPE_CHECKING:
    from subprocess import Popen

REGION: Final = "eu-west-1"
ACCOUNT: Final = "000000000000"
MODULE: Final = "ministack"

# Any key is the account's root, as long as the server was started with the same one.
_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
_HOST = "127.0.0.1"
_START_SECONDS = 60
_POLL_SECONDS = 0.05
_LINE = (sys.executable, "-m", MODULE)


@dataclass(frozen=True, slots=True)
class LocalAws:
    """A MiniStack that answers.

    Args:
        port: The port it listens on, at 127.0.0.1.

    """

    port: int

    @property
    def url(self) -> str:
        """The endpoint of every AWS service."""
        return f"http://{_HOST}:{self.port}"

    @property
    def gateway(self) -> str:
        """The URL of an HTTP API's default stage, `{api_id}` in it; an API's own host name does not resolve here."""
        return f"{self.url}/_aws/execute-api/{{api_id}}/$default"

    def environment(self) -> dict[str, str]:
        """Return what SDKs and the CDK CLI need to reach it as the account's root."""
        return {
            **_CREDENTIALS,
            "AWS_SESSION_TOKEN": "",  # one of another AWS would spoil the signatures
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.url,
        }

    def client(self, service: str, session: boto3.Session | None = None, **options: Any) -> Any:
        """Return a boto3 client.

        Args:
            service: Its name, such as `cloudformation`.
            session: The boto3 session to make it of, a new one unless given.
            options: Further arguments of boto3's `client`; credentials are root's unless given.

        """
        given = {
            "endpoint_url": self.url,
            "region_name": REGION,
            "config": Config(proxies={}),  # none stands between us and 127.0.0.1
            **{name.lower(): value for name, value in _CREDENTIALS.items()},
            **options,
        }
        return (session or boto3.Session()).client(service, **given)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[LocalAws]:
    """Run a MiniStack on a free port for as long as the block does.

    Args:
        folder: Where it keeps its log and its temporary files.

    Raises:
        ServerError: it ended or stayed silent instead of answering.

    """
    port = _free_port(0)
    with _log(folder).open("wb") as log, child(_LINE, **_options(port, folder, log)) as process:
        yield _answering(LocalAws(port), process, folder)


@contextlib.contextmanager
def standing(folder: Path, port: int) -> Iterator[tuple[LocalAws, int]]:
    """Run a MiniStack that outlives the block, unless the block fails; gives its process id too.

    Args:
        folder: Where it keeps its log and its temporary files.
        port: Where it listens.

    Raises:
        PortInUseError: somebody listens there.
        ServerError: it ended or stayed silent instead of answering.

    """
    port = _free_port(port)
    with _log(folder).open("wb") as log, survivor(_LINE, **_options(port, folder, log)) as process:
        yield _answering(LocalAws(port), process, folder), process.pid


def answers(local_aws: LocalAws) -> bool:
    """Whether a MiniStack answers there."""
    connection = http.client.HTTPConnection(_HOST, local_aws.port, timeout=5)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def clean_environment() -> dict[str, str]:
    """Return our environment without what would lead to another AWS: its settings, profiles, and proxies."""
    kept = {name: value for name, value in os.environ.items() if not _leads_elsewhere(name.lower())}
    return {**kept, "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}


def forget_other_aws() -> None:
    """Make this process's environment a clean one, so that no boto3 in it can reach another AWS by mistake."""
    clean = clean_environment()
    os.environ.clear()
    os.environ.update(clean)


def _leads_elsewhere(name: str) -> bool:
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


def _answering(local_aws: LocalAws, process: "Popen[bytes]", folder: Path) -> LocalAws:
    """Return the local AWS once it answers."""
    deadline = time.monotonic() + _START_SECONDS
    while not answers(local_aws):
        if process.poll() is not None:
            raise ServerError("ended at once", _log(folder))
        if time.monotonic() > deadline:
            raise ServerError(f"did not answer within {_START_SECONDS} seconds", _log(folder))
        time.sleep(_POLL_SECONDS)
    return local_aws


def _log(folder: Path) -> Path:
    return folder / "ministack.log"
