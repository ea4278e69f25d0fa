"""The role's policy never exceeds IAM's limit: the size measured at synth is at least the size that IAM counts."""

import json
from bisect import bisect
from typing import Any

import pytest
from aws_cdk import Fn

from cdk_evidently import EvidentlyEndpoint, Triggers
from cdk_evidently._common.references import named_launch
from cdk_evidently._provider.policy import Breadth, breadth_that_fits
from helpers.synth import URL, flat, new_stack, start_launch, statements

IAM_LIMIT = 10_240
ONE_MORE = 260  # the longest resource

# The longest values with which CloudFormation can replace the template's references.
LONGEST = {"<AWS::Partition>": "aws-us-gov", "<AWS::Region>": "ap-southeast-1", "<AWS::AccountId>": "1" * 12}
LONGEST_LOG_GROUP = f"arn:aws-us-gov:logs:ap-southeast-1:{'1' * 12}:log-group:{'g' * 512}:*"

ENDPOINTS = {
    "evidently": EvidentlyEndpoint.from_url(URL),
    "execute-api": EvidentlyEndpoint.from_url(URL, signing_name="execute-api", api_id="a1b2c3d4e5"),
}


def size_once_deployed(launches: list[str], endpoint: EvidentlyEndpoint) -> int:
    stack = new_stack()
    for number, launch in enumerate(launches):
        start_launch(stack, f"Start{number}", launch=launch, endpoint=endpoint, triggers=Triggers.none())
    deployed = [
        {**statement, "Resource": [longest(resource) for resource in statement["Resource"]]}
        for statement in statements(stack).values()
    ]
    text = json.dumps({"Version": "2012-10-17", "Statement": deployed}, separators=(",", ":"))
    for token, value in LONGEST.items():
        text = text.replace(token, value)
    return len(text)


def longest(resource: Any) -> str:
    if "Fn::GetAtt" in resource:
        return LONGEST_LOG_GROUP
    delimiter, parts = resource["Fn::Join"]
    return flat({"Fn::Join": [delimiter, ["n" * 127 if "Fn::Select" in str(part) else part for part in parts]]})


def names(count: int, length: int | None) -> list[str]:
    if length is None:
        return [Fn.import_value(f"Launch{number}") for number in range(count)]
    return [f"{number:03}".ljust(length, "n") for number in range(count)]


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=ENDPOINTS)
@pytest.mark.parametrize("length", [3, 127, None], ids=["short names", "long names", "tokens"])
def test_a_policy_broadens_only_when_the_next_launch_would_not_fit(
    endpoint: EvidentlyEndpoint, length: int | None
) -> None:
    texts = names(140, length)
    launches = [named_launch("petfood", text) for text in texts]

    def broadened(count: int) -> bool:
        return breadth_that_fits(endpoint, launches[:count], in_vpc=False) is not Breadth.LAUNCHES

    most = bisect(range(1, 140), False, key=broadened)  # noqa: FBT003, the key's value
    assert 20 < most < 139
    size = size_once_deployed(texts[:most], endpoint)
    assert IAM_LIMIT - ONE_MORE < size <= IAM_LIMIT
