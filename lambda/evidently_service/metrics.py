"""Metrics as lines of the log, in CloudWatch's embedded metric format: nothing is called, nothing can fail.

Format: CloudWatch user guide, "Specification: Embedded metric format".
"""

import json

import evidently_contract as contract


def evaluation(now: int, project: str, feature: str, variation: str, reason: str) -> str:
    """Return the line that counts one evaluation.

    Args:
        now: The time in milliseconds since 1970.
        project: The project's name.
        feature: The feature's name.
        variation: The name of the variation that was answered.
        reason: Why that one.

    """
    dimensions = {
        contract.DIMENSION_PROJECT: project,
        contract.DIMENSION_FEATURE: feature,
        contract.DIMENSION_VARIATION: variation,
        contract.DIMENSION_REASON: reason,
    }
    metric = {"Name": contract.METRIC_EVALUATIONS, "Unit": "Count"}
    directive = {"Namespace": contract.METRICS_NAMESPACE, "Dimensions": [list(dimensions)], "Metrics": [metric]}
    line = {
        "_aws": {"Timestamp": now, "CloudWatchMetrics": [directive]},
        **dimensions,
        contract.METRIC_EVALUATIONS: 1,
    }
    return json.dumps(line)
