"""The provider in a separate process, as in Lambda: only installed packages and the asset are importable."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from helpers.provider_harness import FUNCTION_ARN
from helpers.rooms import LAMBDA

_PROGRAM: Final = f"""
import json, sys
from evidently_provider.handler import handler

class Context:
    invoked_function_arn = "{FUNCTION_ARN}"

    def get_remaining_time_in_millis(self):
        return 60_000

for event in json.load(sys.stdin):
    handler(event, Context())
"""


@contextmanager
def provider_process(events: Sequence[Mapping[str, Any]], *path: Path) -> Iterator[subprocess.Popen[str]]:
    """Run invocations in one sandbox, one after the other; kill it at the end of the block.

    Args:
        events: the events.
        path: folders that come first in the module search path.

    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, [*path, LAMBDA]))}
    with subprocess.Popen(  # noqa: S603 - a program of the tests
        [sys.executable, "-c", _PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(events))
        process.stdin.close()
        process.stdin = None
        try:
            yield process
        finally:
            process.kill()


def run_provider(events: Sequence[Mapping[str, Any]], *path: Path) -> tuple[int, str, str]:
    """Run invocations; return exit status, output and error output."""
    with provider_process(events, *path) as process:
        out, err = process.communicate(timeout=30)
        return process.returncode, out, err
