"""The entry as Lambda runs it: in a separate process, configured by its environment alone."""

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import evidently_contract as contract
from helpers.evidently_api import ACCOUNT, REGION, api_event
from helpers.rooms import LAMBDA
from helpers.service_table import make_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

INVOKE = """
import importlib, json, sys, types
module, name = sys.argv[1].rsplit(".", 1)
handler = getattr(importlib.import_module(module), name)
context = types.SimpleNamespace(aws_request_id="the-invocation", invoked_function_arn=sys.argv[2])
print(json.dumps([handler(event, context) for event in json.load(sys.stdin)]))
"""


def test_the_handler_that_the_contract_names_serves_from_its_environment(dynamodb: "DynamoDBClient") -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(LAMBDA),
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": dynamodb.meta.endpoint_url,
        contract.ENV_TABLE_NAME: make_table(dynamodb),
    }
    events = [
        api_event("POST", "/projects", headers={"content-type": "application/json"}, body=b'{"name": "petfood"}'),
        api_event("GET", "/projects/petfood"),
    ]
    function = f"arn:aws-cn:lambda:{REGION}:{ACCOUNT}:function:evidently"
    done = subprocess.run(  # noqa: S603 - this interpreter, our own text
        [sys.executable, "-c", INVOKE, contract.SERVICE_HANDLER, function],
        env=environment,
        input=json.dumps(events),
        capture_output=True,
        text=True,
        check=True,
    )
    made, found = json.loads(done.stdout)
    project = json.loads(found["body"])["project"]
    assert (made["statusCode"], found["statusCode"]) == (200, 200)
    assert found["headers"]["x-amzn-requestid"] == "the-invocation"
    assert project["arn"] == f"arn:aws-cn:evidently:{REGION}:{ACCOUNT}:project/petfood"
    assert json.loads(made["body"])["project"] == project
