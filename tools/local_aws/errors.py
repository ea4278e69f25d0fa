"""What can go wrong with the local AWS, each as one sentence that a person can act on.

LocalAwsError
├── PortInUseError       somebody else listens where the local AWS is wanted
├── ServerError          MiniStack ended or stayed silent instead of answering
├── CdkError             the CDK CLI ended with an error
├── StackFailedError     an operation on a stack failed; knows its status and reasons
├── DemoError            the demo saw something else than it promises
└── UsageError           a command was given what it can't use, or at the wrong time
"""

from collections.abc import Sequence
from pathlib import Path


class LocalAwsError(Exception):
    """The local AWS can't do what was asked."""


class PortInUseError(LocalAwsError):
    """Somebody else listens where the local AWS is wanted."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"port {port} of 127.0.0.1 is in use; end what listens there, or choose another port: make up PORT=4600"
        )


class ServerError(LocalAwsError):
    """MiniStack ended or stayed silent instead of answering."""

    def __init__(self, what: str, log: Path) -> None:
        super().__init__(f"the local AWS {what}; its last words: {last_words(log)!r}")


class CdkError(LocalAwsError):
    """The CDK CLI ended with an error."""

    def __init__(self, command: str, log: Path) -> None:
        super().__init__(f"cdk {command} failed: {last_words(log)}")


class StackFailedError(LocalAwsError):
    """An operation on a stack failed.

    Attributes:
        status: The stack's status, such as `ROLLBACK_COMPLETE`.
        reasons: Why its resources failed, each after the resource's logical id.

    """

    def __init__(self, stack: str, status: str, reasons: Sequence[str]) -> None:
        super().__init__(f"stack {stack} is {status}: {'; '.join(reasons) or 'no reason given'}")
        self.status = status
        self.reasons = tuple(reasons)


class DemoError(LocalAwsError):
    """The demo saw something else than it promises."""


class UsageError(LocalAwsError):
    """A command was given what it can't use, or at the wrong time."""


def last_words(log: Path) -> str:
    """Return the last line of a log that tells of an error, or else its last line."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower() or "failed" in line.lower()]
    return (telling or lines or ["nothing"])[-1]
