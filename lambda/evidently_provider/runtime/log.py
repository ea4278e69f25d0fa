"""One JSON line per step, to standard output, where Lambda picks it up.

The last line of a request is a metric as well, in CloudWatch's embedded metric format (CloudWatch user guide,
"Specification: Embedded metric format"): whether it failed, and how long it took.

Only what is named here or by the caller is written: never the event, its properties or its presigned URL. Values of
steps are counts, states, names of launches and of error classes, not messages, which may quote a property.
"""

import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import evidently_contract as contract
from evidently_provider.runtime.request import Request

Value = str | int | float | bool | None | Mapping[str, Any]
_MILLISECONDS: Final = 1000


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

    def measured(self, *, failed: bool, wall: float) -> dict[str, Value]:
        """What the last step says besides.

        Args:
            failed: Whether the request failed, or its answer did not arrive.
            wall: Seconds since 1970.

        """
        metrics = [
            {"Name": contract.METRIC_FAILED_REQUESTS, "Unit": "Count"},
            {"Name": contract.METRIC_REQUEST_DURATION, "Unit": "Milliseconds"},
        ]
        directive = {
            "Namespace": contract.METRICS_NAMESPACE,
            "Dimensions": [[contract.DIMENSION_FUNCTION]],
            "Metrics": metrics,
        }
        return {
            "_aws": {"Timestamp": int(wall * _MILLISECONDS), "CloudWatchMetrics": [directive]},
            contract.DIMENSION_FUNCTION: os.environ.get("AWS_LAMBDA_FUNCTION_NAME", ""),
            contract.METRIC_FAILED_REQUESTS: int(failed),
            contract.METRIC_REQUEST_DURATION: round((self.now() - self.began) * _MILLISECONDS),
        }

    def crash(self, step: str, error: BaseException, **values: Value) -> None:
        """Write where an unexpected error came from, without its message."""
        frames = traceback.extract_tb(error.__traceback__)
        where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
        self.step(step, level="ERROR", error=type(error).__name__, at=where, **values)
