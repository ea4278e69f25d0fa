"""The log: one JSON line per step, on standard output.

The last line of a request also carries two metrics, whether the request failed and how long it took, in CloudWatch's
embedded metric format (CloudWatch user guide, "Specification: Embedded metric format").

No line has the event, its properties or its presigned URL, which may hold secrets. The values of a step are counts,
states, names of resources and names of error classes; never an error's message, which may quote a property.
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
        request: the request whose steps these are.
        now: returns seconds on a clock that only goes forward.
        began: that clock's time when the request arrived.

    """

    request: Request
    now: Callable[[], float]
    began: float

    def step(self, step: str, level: str = "INFO", **values: Value) -> None:
        """Write a step, with the seconds since the request arrived."""
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

    def metrics(self, *, failed: bool, wall: float) -> dict[str, Value]:
        """Return the metrics of a request, as values of its last step.

        Args:
            failed: whether the request failed, or its response did not arrive.
            wall: seconds since 1970.

        """
        definitions = [
            {"Name": contract.METRIC_FAILED_REQUESTS, "Unit": "Count"},
            {"Name": contract.METRIC_REQUEST_DURATION, "Unit": "Milliseconds"},
        ]
        directive = {
            "Namespace": contract.METRICS_NAMESPACE,
            "Dimensions": [[contract.DIMENSION_FUNCTION]],
            "Metrics": definitions,
        }
        return {
            "_aws": {"Timestamp": int(wall * _MILLISECONDS), "CloudWatchMetrics": [directive]},
            contract.DIMENSION_FUNCTION: os.environ.get("AWS_LAMBDA_FUNCTION_NAME", ""),
            contract.METRIC_FAILED_REQUESTS: int(failed),
            contract.METRIC_REQUEST_DURATION: round((self.now() - self.began) * _MILLISECONDS),
        }

    def crash(self, step: str, error: BaseException, **values: Value) -> None:
        """Write the class and the stack trace of an unexpected error, without its message."""
        frames = traceback.extract_tb(error.__traceback__)
        where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
        self.step(step, level="ERROR", error=type(error).__name__, at=where, **values)
