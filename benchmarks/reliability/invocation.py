"""One invocation, as Lambda makes it: a process, a handler, an event on standard input, a time at which it is over.

It runs in each contender's own environment, so it imports the standard library only.
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
        over: When the process is killed, in seconds since 1970.

    """

    over: float
    aws_request_id: str = field(default_factory=lambda: str(uuid4()))
    log_stream_name: str = field(default_factory=lambda: f"2026/11/23/[$LATEST]{uuid4().hex}")
    log_group_name: str = "/aws/lambda/provider"
    function_name: str = "provider"
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:eu-north-1:123456789012:function:provider"

    def get_remaining_time_in_millis(self) -> int:
        """How long the function may still run."""
        return max(0, int((self.over - time.time()) * 1000))


def main(contender: str, over: str) -> None:
    """Invoke a contender's handler."""
    # Lambda's Python runtime: one handler at the root logger, whose level stays WARNING.
    logging.getLogger().addHandler(logging.StreamHandler(sys.stdout))
    event = json.load(sys.stdin)
    handler = importlib.import_module(contender).handler
    handler(event, Context(float(over)))


if __name__ == "__main__":
    main(*sys.argv[1:])
