"""One JSON line per step, to standard output, where Lambda picks it up.

Only what is named here or by the caller is written: never the event, its properties or its presigned URL. Values of
steps are counts, states, names of launches and of error classes, not messages, which may quote a property.
"""

import json
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from evidently_provider.request import Request

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Log:
    """The log of one request.

    Args:
        request: Whose steps these are.
        now: A clock in seconds that only goes forward.
        began: Its reading when the request came in.

    """

    request: Request
    now: Callable[[], float]
    began: float

    def step(self, step: str, level: str = "INFO", **values: Value) -> None:
        """Write that a step was done, `seconds` after the request came in."""
        line = {
            "level": level,
            "step": step,
            "requestId": self.request.request_id,
            "requestType": self.request.request_type.value,
            "resourceType": self.request.resource_type,
            "stack": self.request.stack_name,
            "logicalId": self.request.logical_id,
            "seconds": round(self.now() - self.began, 3),
            **values,
        }
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()

    def crash(self, step: str, error: BaseException) -> None:
        """Write where an unexpected error came from, without its message."""
        frames = traceback.extract_tb(error.__traceback__)
        where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
        self.step(step, level="ERROR", error=type(error).__name__, at=where)
