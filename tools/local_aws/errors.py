"""The errors of the local AWS; each message is one sentence that a person can act on.

LocalAwsError
├── PortInUseError       another process listens on the port
├── ServerError          MiniStack ended, or did not respond in time
├── CdkError             the CDK CLI failed
├── StackFailedError     an operation on a stack failed; has the status and the reasons
├── DemoError            the demo found another state than it expects
└── UsageError           a command got an invalid argument, or came at the wrong time
"""

from collections.abc import Sequence
from pathlib import Path


class LocalAwsError(Exception):
    """The base of all errors of the local AWS."""


class PortInUseError(LocalAwsError):
    """Another process listens on the port."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"port {port} of 127.0.0.1 is in use; stop its listener, or choose another port: make up PORT=4600"
        )


class ServerError(LocalAwsError):
    """MiniStack ended, or did not respond in time."""

    def __init__(self, what: str, log: Path) -> None:
        super().__init__(f"the local AWS {what}; the end of its log: {last_error(log)!r}")


class CdkError(LocalAwsError):
    """The CDK CLI failed."""

    def __init__(self, command: str, log: Path) -> None:
        super().__init__(f"cdk {command} failed: {last_error(log)}")


class StackFailedError(LocalAwsError):
    """An operation on a stack failed.

    Attributes:
        status: The stack's status, such as `ROLLBACK_COMPLETE`.
        reasons: The reason of each failed resource, after its logical id.

    """

    def __init__(self, stack: str, status: str, reasons: Sequence[str]) -> None:
        super().__init__(f"stack {stack} is {status}: {'; '.join(reasons) or 'no reason given'}")
        self.status = status
        self.reasons = tuple(reasons)


class DemoError(LocalAwsError):
    """The demo found another state than it expects."""


class UsageError(LocalAwsError):
    """A command got an invalid argument, or came at the wrong time."""


def last_error(log: Path) -> str:
    """Return the last line of a log that mentions an error, or else its last line."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower() or "failed" in line.lower()]
    return (errors or lines or ["nothing"])[-1]
