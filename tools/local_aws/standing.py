"""`make up` and `make down`: a local Evidently that stays, and what a shell needs to reach it.

A folder, `.local/` for make, has its state: `env` to be sourced, `state.json`, logs and temporary files.
"""

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
from local_aws.server import MODULE, LocalAws, answers, forget_other_aws, standing

DEFAULT_PORT = 4566

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
    """Run `up FOLDER` or `down FOLDER` and return the exit code; the environment's PORT is the port wanted."""
    command, folder = arguments[0], Path(arguments[1]).absolute()
    wanted = os.environ.get("PORT", "")
    forget_other_aws()
    try:
        with unwinding_on_signals():
            if command == "up":
                up(folder, wanted)
            else:
                down(folder)
    except (LocalAwsError, BotoCoreError, ClientError) as error:
        print(f"{command}: {error}", file=sys.stderr)
        return 1
    return 0


def up(folder: Path, wanted: str) -> None:
    """Have a local AWS with the Evidently API deployed; one that is there already gets the API as it is now.

    Args:
        folder: Where its state is.
        wanted: The port to listen on, as text; empty for 4566, or that of the one that is there.

    Raises:
        LocalAwsError: it can't be had; what was started for it is ended.

    """
    port = _port(wanted)
    there = _standing(folder)
    if there and port not in {None, there.port}:
        raise UsageError(f"a local AWS is up at port {there.port} already; make down first, or leave PORT out")
    if there:
        _deploy(LocalAws(there.port), folder)
        return
    shutil.rmtree(folder, ignore_errors=True)
    files = _files(folder)
    files.mkdir(parents=True)
    with standing(files, port or DEFAULT_PORT) as (local_aws, pid):
        _say(f"a local AWS answers at {local_aws.url}: signatures verified, IAM enforced")
        _state(folder).write_text(json.dumps(asdict(Standing(local_aws.port, pid))))
        _deploy(local_aws, folder)


def down(folder: Path) -> None:
    """End the local AWS, if one is up, and with it all that it holds."""
    there = _standing(folder)
    if there:
        end_group(there.pid)
    shutil.rmtree(folder, ignore_errors=True)
    print("down: the local AWS is ended" if there else "down: no local AWS is up")


def _deploy(local_aws: LocalAws, folder: Path) -> None:
    cdk = CdkCli(local_aws, _files(folder))
    _say("cdk bootstrap")
    cdk.bootstrap()
    _say(f"cdk deploy {SERVICE_STACK}")
    api_url = cdk.deploy(SERVICE_STACK)["ApiUrl"]
    exports = {
        **local_aws.environment(),
        "AWS_ENDPOINT_URL_EVIDENTLY": api_url,
        "AWS_DATA_PATH": str(MODELS),
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
    }
    env = folder / "env"
    env.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in exports.items()))
    _say(f"the Evidently API answers at {api_url}")
    _say(f". {shlex.quote(os.path.relpath(env))} lets a shell use it; make down ends it")


def _standing(folder: Path) -> Standing | None:
    try:
        found = Standing(**json.loads(_state(folder).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return found if is_running(found.pid, MODULE) and answers(LocalAws(found.port)) else None


def _port(wanted: str) -> int | None:
    if not wanted:
        return None
    if not (wanted.isdecimal() and 0 < int(wanted) <= _LARGEST_PORT):
        raise UsageError(f"PORT is {wanted!r}; it has to be a number from 1 to {_LARGEST_PORT}, such as PORT=4600")
    return int(wanted)


def _state(folder: Path) -> Path:
    return folder / "state.json"


def _files(folder: Path) -> Path:
    return folder / "files"


def _say(what: str) -> None:
    print(f"up: {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
