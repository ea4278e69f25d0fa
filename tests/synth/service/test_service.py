"""The resources of an EvidentlyService in a template."""

from collections import Counter
from typing import Any

import pytest
from aws_cdk import Fn, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs

from cdk_evidently import EvidentlyService
from helpers.synth import flat, new_stack, only, resources, start_launch, statements


def test_a_service_is_an_api_a_function_and_a_table() -> None:
    stack = new_stack()
    EvidentlyService(stack, "Evidently")
    assert Counter(it["Type"] for it in resources(stack).values()) == {
        "AWS::ApiGatewayV2::Api": 1,
        "AWS::ApiGatewayV2::Integration": 1,
        "AWS::ApiGatewayV2::Route": 1,
        "AWS::ApiGatewayV2::Stage": 1,
        "AWS::DynamoDB::GlobalTable": 1,
        "AWS::IAM::Role": 1,
        "AWS::Lambda::Function": 1,
        "AWS::Lambda::Permission": 1,
        "AWS::Logs::LogGroup": 2,
    }


def test_every_path_and_method_requires_a_signature() -> None:
    stack = new_stack()
    EvidentlyService(stack, "Evidently")
    properties = only(stack, "AWS::ApiGatewayV2::Route")[1]["Properties"]
    assert properties["RouteKey"] == "ANY /{proxy+}"
    assert properties["AuthorizationType"] == "AWS_IAM"
    assert only(stack, "AWS::ApiGatewayV2::Stage")[1]["Properties"]["StageName"] == "$default"
    assert only(stack, "AWS::ApiGatewayV2::Integration")[1]["Properties"]["PayloadFormatVersion"] == "2.0"


def test_the_table_is_retained_backed_up_encrypted_and_on_demand() -> None:
    stack = new_stack()
    EvidentlyService(stack, "Evidently")
    _, table = only(stack, "AWS::DynamoDB::GlobalTable")
    properties = table["Properties"]
    assert properties["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}
    assert properties["KeySchema"] == [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ]
    (replica,) = properties["Replicas"]
    assert replica["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_a_removal_policy_deletes_the_table_with_the_stack() -> None:
    stack = new_stack()
    EvidentlyService(stack, "Evidently", removal_policy=RemovalPolicy.DESTROY)
    assert only(stack, "AWS::DynamoDB::GlobalTable")[1]["DeletionPolicy"] == "Delete"


def test_the_function_may_use_its_table_and_write_to_its_log_group() -> None:
    stack = new_stack()
    EvidentlyService(stack, "Evidently")
    found = statements(stack)
    assert found["Table"]["Action"] == [
        "dynamodb:ConditionCheckItem",
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
    ]
    assert flat(found["Table"]["Resource"]).startswith("<EvidentlyTable")
    assert flat(found["Logs"]["Resource"]).startswith("<EvidentlyLogs")
    assert found.keys() == {"Table", "Logs"}


def test_the_function_gets_the_tables_name() -> None:
    stack = new_stack()
    EvidentlyService(stack, "Evidently")
    table, _ = only(stack, "AWS::DynamoDB::GlobalTable")
    properties = only(stack, "AWS::Lambda::Function")[1]["Properties"]
    assert properties["Environment"]["Variables"] == {"CDK_EVIDENTLY_TABLE_NAME": {"Ref": table}}
    assert properties["Handler"] == "evidently_service.handler.handler"
    assert properties["Architectures"] == ["arm64"]
    assert properties["Timeout"] == 29


def test_an_existing_table_replaces_the_services_own() -> None:
    stack = new_stack()
    table = dynamodb.Table.from_table_name(stack, "Mine", "mine")
    service = EvidentlyService(stack, "Evidently", table=table)
    assert service.table is table
    assert not resources(stack, "AWS::DynamoDB::GlobalTable")
    properties = only(stack, "AWS::Lambda::Function")[1]["Properties"]
    assert properties["Environment"]["Variables"] == {"CDK_EVIDENTLY_TABLE_NAME": "mine"}
    assert flat(statements(stack)["Table"]["Resource"]).endswith(":table/mine")


def test_the_function_may_use_the_key_of_an_existing_table() -> None:
    stack = new_stack()
    key = kms.Key(stack, "Key")
    attributes: dict[str, Any] = {"table_name": "mine", "encryption_key": key}
    EvidentlyService(stack, "Evidently", table=dynamodb.Table.from_table_attributes(stack, "Mine", **attributes))
    (policy,) = resources(stack, "AWS::IAM::Policy").values()
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert "kms:Decrypt" in statement["Action"]


def test_the_access_log_has_no_bodies_and_no_signatures() -> None:
    stack = new_stack()
    service = EvidentlyService(stack, "Evidently", log_retention=logs.RetentionDays.ONE_WEEK)
    groups = resources(stack, "AWS::Logs::LogGroup")
    settings = only(stack, "AWS::ApiGatewayV2::Stage")[1]["Properties"]["AccessLogSettings"]
    assert settings["DestinationArn"]["Fn::GetAtt"][0] in groups
    assert settings["DestinationArn"]["Fn::GetAtt"][0] != stack.resolve(service.log_group.log_group_name)["Ref"]
    assert "$context.identity.userArn" in settings["Format"]
    assert "authorization" not in settings["Format"].lower()
    assert {it["Properties"]["RetentionInDays"] for it in groups.values()} == {7}


@pytest.mark.parametrize("api_id", ["a1b2c3d4e5", Fn.import_value("ApiId")], ids=["literal", "token"])
def test_an_imported_service_adds_nothing_and_can_start_launches(api_id: str) -> None:
    stack = new_stack()
    service = EvidentlyService.from_api_id(stack, "Evidently", api_id)
    assert not stack.node.find_child("Evidently").node.children
    start_launch(stack, endpoint=service.endpoint)
    assert len(resources(stack)) == 4
    assert service.endpoint.dependencies == ()
