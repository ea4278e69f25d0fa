"""Runs the real CDK CLI on the example app, against a local AWS, with the Node of the virtual environment."""

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local_aws.server import ACCOUNT, REGION, LocalAws, LocalAwsError, clean_environment

_ROOT = Path(__file__).resolve().parents[2]
_CDK = _ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"


class CdkFailedError(LocalAwsError):
    """The CDK CLI ended with an error; what it printed is in the log."""


@dataclass(frozen=True, slots=True)
class CdkCli:
    """The CDK CLI on the example app.

    Args:
        local_aws: Where it deploys.
        folder: Where it keeps its log, the synthesized app and the outputs.
    """

    local_aws: LocalAws
    folder: Path

    @property
    def log(self) -> Path:
        """Everything that the CLI printed."""
        return self.folder / "cdk.log"

    def bootstrap(self) -> None:
        """Make what `cdk deploy` needs in an account, once."""
        self._run("bootstrap", f"aws://{ACCOUNT}/{REGION}")

    def deploy(self, stack: str, context: Mapping[str, str] | None = None) -> dict[str, str]:
        """Deploy a stack of the app; returns its outputs.

        Raises:
            CdkFailedError: the deploy failed.
        """
        outputs = self.folder / "outputs.json"
        self._run("deploy", stack, "--exclusively", "--require-approval=never", f"--outputs-file={outputs}", context=context)
        found: dict[str, str] = json.loads(outputs.read_text())[stack]
        return found

    def destroy(self, stack: str) -> None:
        """Destroy a stack of the app.

        Raises:
            CdkFailedError: it is still there.
        """
        self._run("destroy", stack, "--exclusively", "--force")

    def _run(self, command: str, *arguments: str, context: Mapping[str, str] | None = None) -> None:
        given = {"gateway": self.local_aws.gateway, "synthesizer": "cli-credentials", **(context or {})}
        line = [
            str(Path(sysconfig.get_path("scripts")) / "node"),
            str(_CDK),
            command,
            *arguments,
            f"--output={self.folder / 'cdk.out'}",
            *(f"--context={name}={value}" for name, value in given.items()),
        ]
        with self.log.open("ab") as log:
            ended = subprocess.run(
                line, check=False, cwd=_ROOT, env=self._environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        if ended.returncode:
            raise CdkFailedError(f"cdk {command} {arguments[0]} failed: {self._last_words()}")

    def _environment(self) -> dict[str, str]:
        scripts = sysconfig.get_path("scripts")
        return {
            **clean_environment(),
            **self.local_aws.environment(),
            "PATH": os.pathsep.join([scripts, str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
            "CI": "true",  # plain lines, no progress bar
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DISABLE_VERSION_CHECK": "true",
        }

    def _last_words(self) -> str:
        lines = [line.strip() for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        telling = [line for line in lines if "failed" in line.lower() or "error" in line.lower()]
        return (telling or lines or ["it printed nothing"])[-1]
