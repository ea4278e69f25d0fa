"""A connected function calls the API with a plain `boto3.client("evidently")`, where IAM is enforced."""

import json
from typing import Any

import pytest
from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_lambda as lambda_

from cdk_evidently import EvidentlyService
from helpers.deployment import PROJECT, Release

# Lambda unpacks layers to /opt. The local AWS runs functions as processes of this machine and unpacks each layer to a
# folder that it names in a variable; the first lines replace /opt by that. The rest is a user's code.
CODE = """
import os

layer = os.environ["_LAMBDA_LAYERS_DIRS"]
os.environ["AWS_DATA_PATH"] = os.environ["AWS_DATA_PATH"].replace("/opt", layer)

import boto3
from botocore.exceptions import ClientError

evidently = boto3.client("evidently")
signed = []
evidently.meta.events.register("before-send", lambda request, **_: signed.append(request.headers["Authorization"]))


def handler(event, context):
    try:
        getattr(evidently, event["operation"])(**event["arguments"])
        status = 200
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return {"status": status, "signed": str(signed.pop())}
"""


@pytest.mark.promise
def test_a_connected_function_may_evaluate_and_no_more(release: Release) -> None:
    deployment = release.deployment

    def build(stack: Stack) -> None:
        service = EvidentlyService(stack, "Evidently", gateway_url=deployment.local_aws.gateway)
        function = lambda_.Function(
            stack,
            "Shop",
            runtime=lambda_.Runtime.PYTHON_3_12,
            handler="index.handler",
            code=lambda_.Code.from_inline(CODE),
        )
        service.connect(function)
        CfnOutput(stack, "Name", value=function.function_name)

    name = release.deploy(build)["Name"]

    evaluated = _invoke(release, name, "evaluate_feature", project=PROJECT, feature="absent", entityId="me")
    read = _invoke(release, name, "get_project", project=PROJECT)

    assert evaluated["status"] != 403
    assert "/execute-api/aws4_request" in evaluated["signed"]
    assert read["status"] == 403


def _invoke(release: Release, name: str, operation: str, **arguments: str) -> Any:
    payload = json.dumps({"operation": operation, "arguments": arguments})
    response = release.deployment.local_aws.client("lambda").invoke(FunctionName=name, Payload=payload)
    found = json.loads(response["Payload"].read())
    assert "FunctionError" not in response, found
    return found
