"""One invocation, as Lambda runs it: a process, a handler, an event on standard input, a deadline.

It runs in each tool's own environment, so it imports the standard library only.
"""

import importlib
import json
import logging
import sys
import time
from dataclasses import dataclass, field
from uuid import uuid4


@dataclass(frozen=True, slots=True)
class Context:
    """Lambda's context.

    Args:
        deadline: When the harness kills the process, in seconds since 1970.

    """

    deadline: float
    aws_request_id: str = field(default_factory=lambda: str(uuid4()))
    log_stream_name: str = field(default_factory=lambda: f"2026/11/23/[$LATEST]{uuid4().hex}")
    log_group_name: str = "/aws/lambda/provider"
    function_name: str = "provider"
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:eu-north-1:123456789012:function:provider"

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the deadline, 0 after it."""
        return max(0, int((self.deadline - time.time()) * 1000))


def main(module: str, deadline: str) -> None:
    """Invoke an adapter's handler."""
    # Lambda's Python runtime: one handler at the root logger, whose level stays WARNING.
    logging.getLogger().addHandler(logging.StreamHandler(sys.stdout))
    event = json.load(sys.stdin)
    handler = importlib.import_module(module).handler
    handler(event, Context(float(deadline)))


if __name__ == "__main__":
    main(*sys.argv[1:])
