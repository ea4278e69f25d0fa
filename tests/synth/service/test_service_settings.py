"""The settings of an EvidentlyService: log groups for events, quotas, and the throttle."""

import json
from dataclasses import asdict
from typing import Any

import pytest
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_logs as logs

import evidently_contract as contract
from cdk_evidently import EvaluationMetrics, EvidentlyService, InvalidArgumentError, Quotas
from cdk_evidently._cdk.linters import printed
from evidently_service.domain.quotas import Quotas as ServiceQuotas
from evidently_service.telemetry.metrics import Detail
from helpers.synth import new_stack, only


def environment(**settings: Any) -> Any:
    stack = new_stack()
    EvidentlyService(stack, "Evidently", **settings)
    return only(stack, "AWS::Lambda::Function")[1]["Properties"]["Environment"]["Variables"]


def test_the_function_may_write_events_to_the_given_log_groups_only() -> None:
    stack = new_stack()
    created = logs.LogGroup(stack, "Mine")
    EvidentlyService(stack, "Evidently", data_delivery=[created, "/shop/events", "/shop/events"])
    logical_id = stack.resolve(created.log_group_name)["Ref"]
    _, role = only(stack, "AWS::IAM::Role")
    (policy,) = role["Properties"]["Policies"]
    (delivery,) = (it for it in policy["PolicyDocument"]["Statement"] if it["Sid"] == "Delivery")
    assert delivery["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    arn = "arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:"
    named = [f"{arn}<{logical_id}>", f"{arn}/shop/events"]
    assert [printed(it) for it in delivery["Resource"]] == [f"{it}{tail}" for it in named for tail in ("", ":*")]
    variables = only(stack, "AWS::Lambda::Function")[1]["Properties"]["Environment"]["Variables"]
    assert printed(variables[contract.ENV_DATA_DELIVERY]) == f'["<{logical_id}>","/shop/events"]'


def test_without_log_groups_the_function_has_no_data_delivery() -> None:
    assert contract.ENV_DATA_DELIVERY not in environment(data_delivery=[])


@pytest.mark.parametrize("wrong", ["/shop/events", ["no spaces"], [""], [7], None])
def test_a_value_that_is_not_a_list_of_log_groups_is_an_error(wrong: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"data_delivery is .* Give each as a LogGroup, or by its name"):
        environment(data_delivery=wrong)


def test_quotas_that_differ_from_the_defaults_are_in_the_environment() -> None:
    variables = environment(quotas=Quotas(segments=7, projects=50, running_launches_per_project=2))
    assert json.loads(variables[contract.ENV_QUOTAS]) == {"segments": 7, "running_launches_per_project": 2}


@pytest.mark.parametrize("quotas", [None, Quotas()])
def test_default_quotas_are_not_in_the_environment(quotas: Quotas | None) -> None:
    assert environment(quotas=quotas).keys() == {contract.ENV_TABLE_NAME}


def test_the_default_quotas_are_those_of_the_service() -> None:
    assert asdict(Quotas()) == asdict(ServiceQuotas())


@pytest.mark.parametrize("wrong", [0, -1, 1.5, "50", True])
def test_a_quota_is_a_number_of_at_least_one(wrong: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"segments is .*, and has to be a whole number of at least 1"):
        Quotas(segments=wrong)


def test_quotas_of_another_type_are_an_error() -> None:
    with pytest.raises(InvalidArgumentError, match=r"has to be a Quotas\. Give Quotas"):
        environment(quotas={"segments": 7})


@pytest.mark.parametrize("metrics", [EvaluationMetrics.OFF, EvaluationMetrics.PER_FEATURE])
def test_the_function_counts_evaluations_as_the_service_says(metrics: EvaluationMetrics) -> None:
    assert Detail(environment(metrics=metrics)[contract.ENV_METRICS]).name == metrics.name


@pytest.mark.parametrize("settings", [{}, {"metrics": EvaluationMetrics.FULL}])
def test_full_metrics_are_the_default_and_not_in_the_environment(settings: dict[str, Any]) -> None:
    assert environment(**settings).keys() == {contract.ENV_TABLE_NAME}


@pytest.mark.parametrize("wrong", ["off", False, None, 1])
def test_metrics_of_another_kind_are_an_error(wrong: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"metrics is .*, and has to be an EvaluationMetrics\. Give Eval"):
        environment(metrics=wrong)


@pytest.mark.parametrize(
    ("throttle", "expected"),
    [
        (None, {"ThrottlingBurstLimit": 1000, "ThrottlingRateLimit": 1000}),
        (
            apigatewayv2.ThrottleSettings(rate_limit=10, burst_limit=20),
            {"ThrottlingBurstLimit": 20, "ThrottlingRateLimit": 10},
        ),
    ],
)
def test_the_stage_throttles_requests(throttle: apigatewayv2.ThrottleSettings | None, expected: dict[str, int]) -> None:
    stack = new_stack()
    EvidentlyService(stack, "Evidently", throttle=throttle)
    assert only(stack, "AWS::ApiGatewayV2::Stage")[1]["Properties"]["DefaultRouteSettings"] == expected
