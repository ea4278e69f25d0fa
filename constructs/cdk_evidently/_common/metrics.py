"""The CloudWatch metrics of an `EvidentlyService` and of an `EvidentlyProvider`."""

from enum import StrEnum
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from cdk_evidently._common.contract import contract
from cdk_evidently.errors import ConflictingSettingsError

_PERIOD: Final = Duration.minutes(5)


class EvaluationMetrics(StrEnum):
    """Which metrics an `EvidentlyService` has of evaluations: CloudWatch bills each combination of dimensions.

    `FULL`: by project, feature, variation and reason. `PER_FEATURE`: by project and feature; the function's log has
    variation and reason all the same. `OFF`: none, and no line in the log.
    """

    OFF = contract.METRICS_OFF
    PER_FEATURE = contract.METRICS_PER_FEATURE
    FULL = contract.METRICS_FULL


class ServiceMetrics:
    """Metrics of an `EvidentlyService`, for alarms and dashboards; found as `service.metrics`.

    The services of an account and region share their metrics: a metric has the project's name and no service.
    """

    def __init__(self, region: str | None, evaluations: EvaluationMetrics | None) -> None:
        self._region = region
        self._evaluations = evaluations  # None for a service of another app, which this one does not know

    def evaluations(
        self,
        *,
        project: str,
        feature: str,
        variation: str | None = None,
        reason: str | None = None,
        period: Duration | None = None,
    ) -> cloudwatch.Metric:
        """Return the number of evaluations of a feature that gave a variation for a reason, as a sum per period.

        CloudWatch keeps one series for each combination of dimensions and no totals: for a total use a
        `MathExpression`, or a `SEARCH`.

        Args:
            project: the project's plain name.
            feature: the feature's name.
            variation: the variation's name; without it and `reason` where the service has metrics `PER_FEATURE`.
            reason: the reason in the API's response, such as `DEFAULT` or `LAUNCH_RULE_MATCH`.
            period: the time that one value covers, by default 5 minutes.

        Raises:
            ConflictingSettingsError: the service has no such metric, by its `metrics`.

        """
        dimensions = {contract.DIMENSION_PROJECT: project, contract.DIMENSION_FEATURE: feature}
        self._check_evaluations(variation, reason)
        if variation is not None and reason is not None:
            dimensions |= {contract.DIMENSION_VARIATION: variation, contract.DIMENSION_REASON: reason}
        return self._sum(contract.METRIC_EVALUATIONS, dimensions, period)

    def failed_deliveries(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Return the number of evaluation events that did not reach their project's log group, as a sum per period.

        The evaluations themselves succeeded. The function's log has a line with project and error for each of them.

        Args:
            period: the time that one value covers, by default 5 minutes.

        """
        return self._sum(contract.METRIC_FAILED_DELIVERIES, None, period)

    def _check_evaluations(self, variation: str | None, reason: str | None) -> None:
        given = f"variation is {variation!r} and reason is {reason!r}"
        if self._evaluations is EvaluationMetrics.OFF:
            message = (
                "metrics is EvaluationMetrics.OFF: the service counts no evaluations, so this metric never has a "
                "value. Give PER_FEATURE or FULL to the service, or leave the metric out."
            )
        elif (variation is None) is not (reason is None):
            message = f"{given}: a metric has both dimensions or neither. Give both, or leave out both."
        elif self._evaluations is EvaluationMetrics.PER_FEATURE and variation is not None:
            message = (
                f"{given}, and metrics is EvaluationMetrics.PER_FEATURE: the service counts by project and feature "
                "alone. Leave out variation and reason, or give FULL to the service."
            )
        elif self._evaluations is EvaluationMetrics.FULL and variation is None:
            message = (
                f"{given}, and metrics is EvaluationMetrics.FULL: the service counts each variation and reason by "
                "itself. Give variation and reason, or PER_FEATURE to the service."
            )
        else:
            return
        raise ConflictingSettingsError(message)

    def _sum(self, name: str, dimensions: dict[str, str] | None, period: Duration | None) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=contract.METRICS_NAMESPACE,
            metric_name=name,
            dimensions_map=dimensions,
            statistic=cloudwatch.Stats.SUM,
            period=period or _PERIOD,
            region=self._region,
        )


class ProviderMetrics:
    """Metrics of an `EvidentlyProvider`, for alarms and dashboards; found as `provider.metrics`."""

    def __init__(self, function_name: str) -> None:
        self._function_name = function_name

    def failed_requests(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Return the number of CloudFormation's requests that failed or got no response, as a sum per period.

        Args:
            period: the time that one value covers, by default 5 minutes.

        """
        return self._metric(contract.METRIC_FAILED_REQUESTS, cloudwatch.Stats.SUM, period)

    def request_duration(self, *, statistic: str | None = None, period: Duration | None = None) -> cloudwatch.Metric:
        """Return the duration of CloudFormation's requests, until the response, in milliseconds.

        Args:
            statistic: the statistic of a period, such as `Stats.percentile(99)`, by default the maximum.
            period: the time that one value covers, by default 5 minutes.

        """
        return self._metric(contract.METRIC_REQUEST_DURATION, statistic or cloudwatch.Stats.MAXIMUM, period)

    def _metric(self, name: str, statistic: str, period: Duration | None) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=contract.METRICS_NAMESPACE,
            metric_name=name,
            dimensions_map={contract.DIMENSION_FUNCTION: self._function_name},
            statistic=statistic,
            period=period or _PERIOD,
        )
