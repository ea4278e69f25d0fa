"""Runs the real CDK CLI on the example app, against a local AWS, with the Node of the virtual environment."""

import json
import os
import subprocess
import sysconfig
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from local_aws.errors import CdkError
from local_aws.processes import child
from local_aws.server import ACCOUNT, REGION, LocalAws, clean_environment

_ROOT = Path(__file__).resolve().parents[2]
_CDK = _ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"


def _silent(_: str) -> None:
    """Ignore a line."""


@dataclass(frozen=True, slots=True)
class CdkCli:
    """The CDK CLI on the example app, as the account's root.

    Args:
        local_aws: The target of every command.
        folder: Gets the log, temporary files, the synthesized app and the outputs.
        show: Called with each line that the CLI prints; the log has all of them.

    """

    local_aws: LocalAws
    folder: Path
    show: Callable[[str], None] = _silent

    @property
    def log(self) -> Path:
        """The file with everything that the CLI printed."""
        return self.folder / "cdk.log"

    def bootstrap(self) -> None:
        """Run `cdk bootstrap`; a bootstrapped account stays as it is.

        Raises:
            CdkError: the command failed.

        """
        # In a folder without an app: the CLI would synthesize the app for nothing.
        self._run(self.folder, "bootstrap", f"aws://{ACCOUNT}/{REGION}")

    def deploy(self, stack: str, context: Mapping[str, str] | None = None) -> dict[str, str]:
        """Deploy a stack of the app without its dependencies, and return its outputs.

        Args:
            stack: The stack's name.
            context: Context values, beside those for the local AWS.

        Raises:
            CdkError: the command failed.

        """
        outputs = self.folder / "outputs.json"
        options = ("--exclusively", "--require-approval=never", f"--outputs-file={outputs}")
        self._run(_ROOT, "deploy", stack, *options, *self._app(context or {}))
        found: dict[str, str] = json.loads(outputs.read_text())[stack]
        return found

    def diff(self, stack: str) -> None:
        """Check that the deployed stack equals that of the app.

        Raises:
            CdkError: it differs, or the command failed.

        """
        self._run(_ROOT, "diff", stack, "--exclusively", "--fail", *self._app({}))

    def destroy(self, stack: str) -> None:
        """Destroy a stack of the app.

        Raises:
            CdkError: it is still there.

        """
        self._run(_ROOT, "destroy", stack, "--exclusively", "--force", *self._app({}))

    def _app(self, context: Mapping[str, str]) -> list[str]:
        """Return the options of commands that synthesize the app."""
        given = {"gateway": self.local_aws.gateway, "synthesizer": "cli-credentials", **context}
        return [
            f"--output={self.folder / 'cdk.out'}",
            *(f"--context={name}={value}" for name, value in given.items()),
        ]

    def _run(self, folder: Path, command: str, subject: str, *options: str) -> None:
        node = Path(sysconfig.get_path("scripts")) / "node"
        line = [str(node), str(_CDK), command, subject, "--no-notices", *options]
        with (
            self.log.open("ab") as log,
            child(
                line, cwd=folder, env=self._environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            ) as process,
        ):
            assert process.stdout  # noqa: S101 - for the type checker: it is a pipe
            with process.stdout as output:
                for printed in output:
                    log.write(printed)
                    self.show(printed.decode(errors="replace").rstrip())
            process.wait()
        if process.returncode:
            raise CdkError(f"{command} {subject}", self.log)

    def _environment(self) -> dict[str, str]:
        return {
            **clean_environment(),
            **self.local_aws.environment(),
            # node and python3 of the virtual environment come first
            "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)]),
            "TMPDIR": str(self.folder),
            "CDK_HOME": str(self.folder / "cdk-home"),
            "CI": "true",  # plain lines, no progress bar
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DISABLE_VERSION_CHECK": "true",
        }
