"""What an `EvidentlyService` and an `EvidentlyProvider` count, as metrics of CloudWatch."""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from cdk_evidently._common.contract import contract

_PERIOD: Final = Duration.minutes(5)


class ServiceMetrics:
    """Metrics of an `EvidentlyService`, for alarms and dashboards; found as `service.metrics`.

    All services of an account and region count together, as their projects are told apart by name.
    """

    def __init__(self, region: str | None) -> None:
        self._region = region

    def evaluations(
        self, *, project: str, feature: str, variation: str, reason: str, period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Return how often a feature was evaluated to a variation for a reason.

        CloudWatch keeps a series for each combination of the four, and adds none of them up: a total is a
        `MathExpression`, or a `SEARCH`.

        Args:
            project: the project's plain name.
            feature: the feature's name.
            variation: the variation's name.
            reason: the reason in the API's answer, such as `DEFAULT` or `LAUNCH_RULE_MATCH`.
            period: what one value covers, by default 5 minutes.

        """
        dimensions = {
            contract.DIMENSION_PROJECT: project,
            contract.DIMENSION_FEATURE: feature,
            contract.DIMENSION_VARIATION: variation,
            contract.DIMENSION_REASON: reason,
        }
        return self._sum(contract.METRIC_EVALUATIONS, dimensions, period)

    def failed_deliveries(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Return how many evaluation events did not reach their project's log group; the evaluations were answered.

        The log has a line with the project and the error for each delivery that failed.

        Args:
            period: what one value covers, by default 5 minutes.

        """
        return self._sum(contract.METRIC_FAILED_DELIVERIES, None, period)

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
        """Return how many requests of CloudFormation failed, or could not be answered.

        Args:
            period: what one value covers, by default 5 minutes.

        """
        return self._metric(contract.METRIC_FAILED_REQUESTS, cloudwatch.Stats.SUM, period)

    def request_duration(self, *, statistic: str | None = None, period: Duration | None = None) -> cloudwatch.Metric:
        """Return how long requests took, until they were answered, in milliseconds.

        Args:
            statistic: such as `Stats.percentile(99)`, by default the maximum.
            period: what one value covers, by default 5 minutes.

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
