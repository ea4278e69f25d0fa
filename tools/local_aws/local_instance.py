"""`make up` and `make down`: a local Evidently that keeps running, and the variables with which a shell calls it.

Its folder, `.local/` for make, has `env` to be sourced, `state.json`, logs and temporary files.
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
from local_aws.server import MODULE, LocalAws, detached, forget_other_aws, is_healthy

DEFAULT_PORT = 4566

_LARGEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class LocalInstance:
    """The running local AWS, as `state.json` has it.

    Args:
        port: The port it listens on.
        pid: Its process id; the process leads a group.

    """

    port: int
    pid: int


def main(arguments: list[str]) -> int:
    """Run `up FOLDER` or `down FOLDER` and return the exit code; the variable PORT sets the port."""
    command, folder = arguments[0], Path(arguments[1]).absolute()
    port = os.environ.get("PORT", "")
    forget_other_aws()
    try:
        with unwinding_on_signals():
            if command == "up":
                up(folder, port)
            else:
                down(folder)
    except (LocalAwsError, BotoCoreError, ClientError) as error:
        print(f"{command}: {error}", file=sys.stderr)
        return 1
    return 0


def up(folder: Path, port_text: str) -> None:
    """Start a local AWS and deploy the Evidently API to it; if one runs already, only deploy the API again.

    Args:
        folder: Gets its state.
        port_text: The port to listen on; "" for 4566, or for the port of the running one.

    Raises:
        LocalAwsError: the start or the deploy failed; a local AWS that this call started is stopped.

    """
    port = _port(port_text)
    instance = _running_instance(folder)
    if instance and port not in {None, instance.port}:
        raise UsageError(f"a local AWS runs at port {instance.port} already; make down first, or leave PORT out")
    if instance:
        _deploy(LocalAws(instance.port), folder)
        return
    shutil.rmtree(folder, ignore_errors=True)
    files = _files(folder)
    files.mkdir(parents=True)
    with detached(files, port or DEFAULT_PORT) as (local_aws, pid):
        _say(f"a local AWS runs at {local_aws.url}: signatures verified, IAM enforced")
        _state(folder).write_text(json.dumps(asdict(LocalInstance(local_aws.port, pid))))
        _deploy(local_aws, folder)


def down(folder: Path) -> None:
    """Stop the local AWS, if one runs, and remove its state."""
    instance = _running_instance(folder)
    if instance:
        end_group(instance.pid)
    shutil.rmtree(folder, ignore_errors=True)
    print("down: the local AWS is stopped" if instance else "down: no local AWS runs")


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
    _say(f"the Evidently API is at {api_url}")
    _say(f". {shlex.quote(os.path.relpath(env))} lets a shell use it; make down stops it")


def _running_instance(folder: Path) -> LocalInstance | None:
    try:
        found = LocalInstance(**json.loads(_state(folder).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return found if is_running(found.pid, MODULE) and is_healthy(LocalAws(found.port)) else None


def _port(text: str) -> int | None:
    if not text:
        return None
    if not (text.isdecimal() and 0 < int(text) <= _LARGEST_PORT):
        raise UsageError(f"PORT is {text!r}; it must be a number from 1 to {_LARGEST_PORT}, such as PORT=4600")
    return int(text)


def _state(folder: Path) -> Path:
    return folder / "state.json"


def _files(folder: Path) -> Path:
    return folder / "files"


def _say(message: str) -> None:
    print(f"up: {message}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
