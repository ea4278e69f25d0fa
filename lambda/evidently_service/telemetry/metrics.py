"""Metrics as lines of the log, in CloudWatch's embedded metric format: without a request that could fail.

Format: CloudWatch user guide, "Specification: Embedded metric format".
"""

import json
from collections.abc import Mapping

import evidently_contract as contract


def evaluation(now: int, project: str, feature: str, variation: str, reason: str) -> str:
    """Return the line that counts one evaluation.

    Args:
        now: the time in milliseconds since 1970.
        project: the project's name.
        feature: the feature's name.
        variation: the variation's name.
        reason: the rule that decided.

    """
    dimensions = {
        contract.DIMENSION_PROJECT: project,
        contract.DIMENSION_FEATURE: feature,
        contract.DIMENSION_VARIATION: variation,
        contract.DIMENSION_REASON: reason,
    }
    return _line(now, contract.METRIC_EVALUATIONS, 1, dimensions)


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
