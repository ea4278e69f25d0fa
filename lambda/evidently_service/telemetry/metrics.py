"""Metrics as lines of the log, in CloudWatch's embedded metric format: without a request that could fail.

Format: CloudWatch user guide, "Specification: Embedded metric format".
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import evidently_contract as contract
from evidently_service.telemetry.remembered import Remembered


class Detail(StrEnum):
    """Which metrics the evaluations of a deployment have."""

    OFF = contract.METRICS_OFF
    PER_FEATURE = contract.METRICS_PER_FEATURE
    FULL = contract.METRICS_FULL


@dataclass(frozen=True, slots=True)
class EvaluationMetrics:
    """The metrics of evaluations in one sandbox.

    CloudWatch bills each combination of dimensions as a metric. So a dimension has only what this service has chosen or
    looked up, which is ASCII too, as CloudWatch demands.

    Args:
        detail: which metrics.
        variations: names of the variations of each feature for which clients have sent events.

    """

    detail: Detail = Detail.FULL
    variations: Remembered[frozenset[str]] = field(default_factory=Remembered)

    def line(self, now: int, project: str, feature: str, variation: str, reason: str) -> str:
        """Return the line that counts one evaluation.

        Args:
            now: the time in milliseconds since 1970.
            project: the project's name.
            feature: the feature's name.
            variation: the variation's name.
            reason: the rule that decided.

        """
        of_feature = {contract.DIMENSION_PROJECT: project, contract.DIMENSION_FEATURE: feature}
        of_result = {contract.DIMENSION_VARIATION: variation, contract.DIMENSION_REASON: reason}
        if self.detail is Detail.PER_FEATURE:
            return _line(now, contract.METRIC_EVALUATIONS, 1, of_feature, **of_result)
        return _line(now, contract.METRIC_EVALUATIONS, 1, {**of_feature, **of_result})


def failed_deliveries(now: int, project: str, count: int, error: str) -> str:
    """Return the line that counts events whose delivery to the project's log group failed.

    Args:
        now: the time in milliseconds since 1970.
        project: the project's name.
        count: the number of events.
        error: code of the error; in the line, but no dimension of the metric.

    """
    return _line(now, contract.METRIC_FAILED_DELIVERIES, count, {}, Project=project, Error=error)


def _line(now: int, name: str, value: int, dimensions: Mapping[str, str], **more: str) -> str:
    metric = {"Name": name, "Unit": "Count"}
    directive = {"Namespace": contract.METRICS_NAMESPACE, "Dimensions": [list(dimensions)], "Metrics": [metric]}
    return json.dumps({"_aws": {"Timestamp": now, "CloudWatchMetrics": [directive]}, **dimensions, name: value, **more})
