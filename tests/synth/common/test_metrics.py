"""The metrics of an EvidentlyService and a provider, in the alarms of a template."""

from typing import Any

import pytest
from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from cdk_evidently import (
    ConflictingSettingsError,
    EvaluationMetrics,
    EvidentlyService,
    IEvidentlyService,
    ServiceMetrics,
)
from helpers.synth import new_stack, only, resources, start_launch


def alarm(**choice: Any) -> Any:
    """The properties of an alarm on a metric of a service in the same stack."""
    stack = new_stack()
    service = EvidentlyService(stack, "Evidently")
    metric = service.metrics.evaluations(**choice) if choice else service.metrics.failed_deliveries()
    cloudwatch.Alarm(stack, "Alarm", metric=metric, threshold=1, evaluation_periods=1)
    return only(stack, "AWS::CloudWatch::Alarm")[1]["Properties"]


def test_evaluations_are_summed_by_project_feature_variation_and_reason() -> None:
    found = alarm(project="petfood", feature="upsell", variation="on", reason="DEFAULT")
    assert (found["Namespace"], found["MetricName"], found["Statistic"]) == ("CdkEvidently", "Evaluations", "Sum")
    assert {it["Name"]: it["Value"] for it in found["Dimensions"]} == {
        "Project": "petfood",
        "Feature": "upsell",
        "Variation": "on",
        "Reason": "DEFAULT",
    }
    assert found["Period"] == 300


def test_failed_deliveries_are_summed_without_dimensions() -> None:
    found = alarm()
    assert (found["Namespace"], found["MetricName"], found["Statistic"]) == ("CdkEvidently", "FailedDeliveries", "Sum")
    assert "Dimensions" not in found


def test_a_metric_has_the_given_period() -> None:
    found = alarm(project="a", feature="b", variation="c", reason="d", period=Duration.minutes(1))
    assert found["Period"] == 60


def test_an_imported_service_has_metrics_in_its_region() -> None:
    stack = new_stack()
    service = EvidentlyService.from_api_id(stack, "Evidently", "abc", region="eu-north-1")
    assert isinstance(service.metrics, ServiceMetrics)
    metric = service.metrics.evaluations(project="a", feature="b", variation="c", reason="d")
    assert metric.region == "eu-north-1"


def test_a_providers_metrics_are_those_of_its_function() -> None:
    stack = new_stack()
    start = start_launch(stack)
    for number, metric in enumerate(
        [start.provider.metrics.failed_requests(), start.provider.metrics.request_duration(statistic="p99")]
    ):
        cloudwatch.Alarm(stack, f"Alarm{number}", metric=metric, threshold=1, evaluation_periods=1)
    found = [it["Properties"] for it in resources(stack, "AWS::CloudWatch::Alarm").values()]
    assert [it["MetricName"] for it in found] == ["FailedRequests", "RequestDuration"]
    assert [it.get("Statistic", it.get("ExtendedStatistic")) for it in found] == ["Sum", "p99"]
    function, _ = only(stack, "AWS::Lambda::Function")
    assert [it["Dimensions"] for it in found] == [[{"Name": "FunctionName", "Value": {"Ref": function}}]] * 2


FEATURE: dict[str, Any] = {"project": "petfood", "feature": "upsell"}
RESULT = {"variation": "on", "reason": "DEFAULT"}


def service_with(metrics: EvaluationMetrics | None) -> IEvidentlyService:
    """A service with this setting; None for one that another app deploys."""
    if metrics is None:
        return EvidentlyService.from_api_id(new_stack(), "Evidently", "abc")
    return EvidentlyService(new_stack(), "Evidently", metrics=metrics)


@pytest.mark.parametrize("metrics", [EvaluationMetrics.PER_FEATURE, None])
def test_evaluations_of_a_feature_have_no_variation_where_they_are_counted_per_feature(
    metrics: EvaluationMetrics | None,
) -> None:
    found = service_with(metrics).metrics.evaluations(**FEATURE)
    assert (found.metric_name, found.dimensions) == ("Evaluations", {"Project": "petfood", "Feature": "upsell"})


@pytest.mark.parametrize(
    ("metrics", "arguments", "sentence"),
    [
        (EvaluationMetrics.OFF, FEATURE, "metrics is EvaluationMetrics.OFF: .* Give PER_FEATURE or FULL"),
        (EvaluationMetrics.OFF, {**FEATURE, **RESULT}, "metrics is EvaluationMetrics.OFF"),
        (EvaluationMetrics.PER_FEATURE, {**FEATURE, **RESULT}, "variation is 'on' .* Leave out variation and reason"),
        (EvaluationMetrics.FULL, FEATURE, "variation is None .* Give variation and reason"),
        (EvaluationMetrics.FULL, {**FEATURE, "variation": "on"}, "variation is 'on' and reason is None"),
        (None, {**FEATURE, "reason": "DEFAULT"}, "variation is None and reason is 'DEFAULT'"),
    ],
)
def test_a_metric_that_would_never_have_a_value_is_an_error(
    metrics: EvaluationMetrics | None, arguments: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ConflictingSettingsError, match=sentence):
        service_with(metrics).metrics.evaluations(**arguments)


@pytest.mark.parametrize("metrics", list(EvaluationMetrics))
def test_failed_deliveries_are_counted_with_every_setting(metrics: EvaluationMetrics) -> None:
    assert service_with(metrics).metrics.failed_deliveries().metric_name == "FailedDeliveries"
