"""`make up` and `make down`: a local Evidently that stays, and what a shell needs to reach it.

`.local/` in the checkout has its state: `env` to be sourced, `state.json`, logs and temporary files.
"""

import contextlib
import json
import os
import shlex
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.cdk_cli import CdkCli
from local_aws.demo import SERVICE_STACK
from local_aws.errors import LocalAwsError, UsageError
from local_aws.petfood import MODELS
from local_aws.processes import end_group, is_running, unwinding_on_signals
from local_aws.server import MODULE, LocalAws, answers, forget_other_aws, start

DEFAULT_PORT = 4566

_LOCAL = Path(__file__).resolve().parents[2] / ".local"
_STATE = _LOCAL / "state.json"
_ENV = _LOCAL / "env"
_FILES = _LOCAL / "files"
_LARGEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Standing:
    """A local AWS that was left running.

    Args:
        port: Where it listens.
        pid: Its process, the leader of a group.

    """

    port: int
    pid: int


def main(arguments: list[str]) -> int:
    """Run `up` or `down` and return the exit code."""
    (command,) = arguments
    wanted = os.environ.get("PORT", "")
    forget_other_aws()
    try:
        with unwinding_on_signals():
            {"up": lambda: up(wanted), "down": down}[command]()
    except (LocalAwsError, BotoCoreError, ClientError) as error:
        print(f"{command}: {error}", file=sys.stderr)
        return 1
    return 0


def up(wanted: str) -> None:
    """Have a local AWS with the Evidently API deployed; one that is there already gets the API as it is now.

    Args:
        wanted: The port to listen on, as text; empty for 4566, or that of the one that is there.

    Raises:
        LocalAwsError: it can't be had; what was started for it is ended.

    """
    port = _port(wanted)
    there = _standing()
    if there and port not in {None, there.port}:
        raise UsageError(f"a local AWS is up at port {there.port} already; make down first, or leave PORT out")
    if there:
        _deploy(LocalAws(there.port))
        return
    shutil.rmtree(_LOCAL, ignore_errors=True)
    _FILES.mkdir(parents=True)
    _say("starting a local AWS: signatures verified, IAM enforced")
    local_aws, process = start(_FILES, port or DEFAULT_PORT)
    try:
        _STATE.write_text(json.dumps(asdict(Standing(local_aws.port, process.pid))))
        _deploy(local_aws)
    except BaseException:
        end_group(process.pid)
        _STATE.unlink(missing_ok=True)
        raise


def down() -> None:
    """End the local AWS, if one is up, and with it all that it holds."""
    there = _standing()
    if there:
        end_group(there.pid)
    shutil.rmtree(_LOCAL, ignore_errors=True)
    print("down: the local AWS is ended" if there else "down: no local AWS is up")


def _deploy(local_aws: LocalAws) -> None:
    cdk = CdkCli(local_aws, _FILES)
    _say("cdk bootstrap")
    cdk.bootstrap()
    _say(f"cdk deploy {SERVICE_STACK}")
    api_url = cdk.deploy(SERVICE_STACK)["ApiUrl"]
    _ENV.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in _exports(local_aws, api_url)))
    _say(f"the Evidently API answers at {api_url}")
    _say(f". {_ENV.relative_to(Path.cwd()) if _ENV.is_relative_to(Path.cwd()) else _ENV}  # lets a shell use it")


def _exports(local_aws: LocalAws, api_url: str) -> list[tuple[str, str]]:
    return [
        *local_aws.environment().items(),
        ("AWS_ENDPOINT_URL_EVIDENTLY", api_url),
        ("AWS_DATA_PATH", str(MODELS)),
        ("AWS_DISABLE_HOST_PREFIX_INJECTION", "true"),
    ]


def _standing() -> Standing | None:
    with contextlib.suppress(FileNotFoundError):
        found = Standing(**json.loads(_STATE.read_text()))
        if is_running(found.pid, MODULE) and answers(LocalAws(found.port)):
            return found
    return None


def _port(wanted: str) -> int | None:
    if not wanted:
        return None
    if not (wanted.isdecimal() and 0 < int(wanted) <= _LARGEST_PORT):
        raise UsageError(f"PORT is {wanted!r}; it has to be a number from 1 to {_LARGEST_PORT}, such as PORT=4600")
    return int(wanted)


def _say(what: str) -> None:
    print(f"up: {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
