"""The provider in a process of its own, as Lambda runs it: only the asset is importable besides what is installed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from helpers.rooms import LAMBDA

_PROGRAM: Final = """
import json, sys
from evidently_provider.handler import handler

class Context:
    def get_remaining_time_in_millis(self):
        return 60_000

handler(json.load(sys.stdin), Context())
"""


@contextmanager
def provider_process(event: Mapping[str, Any], *path: Path) -> Iterator[subprocess.Popen[str]]:
    """An invocation on its way; it is over when the block is.

    Args:
        event: What CloudFormation sends.
        path: Folders that are searched for modules first.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, [*path, LAMBDA]))}
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", _PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(event))
        process.stdin.close()
        process.stdin = None
        try:
            yield process
        finally:
            process.kill()


def run_provider(event: Mapping[str, Any], *path: Path) -> tuple[int, str, str]:
    """Exit status, output and error output of an invocation."""
    with provider_process(event, *path) as process:
        out, err = process.communicate(timeout=30)
        return process.returncode, out, err
