"""`make bench`: a stack with 100 StartLaunch, deployed, updated and destroyed at ten requests of the API a second.

Real CloudFormation operations on the local AWS, IAM enforced. What counts is that nothing fails, how many calls of the
API each launch takes, retries not counted, and how large the role's policies get; the time is that of the local AWS.
"""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_ssm as ssm

from cdk_evidently import EvidentlyEndpoint, EvidentlyService, Quotas, StartLaunch
from helpers.deployment import PROJECT, Build, Deployment, template
from helpers.gatekeeper import Gatekeeper, at_most, gatekeeper
from helpers.service import ON_AND_OFF
from local_aws.server import LocalAws, running
from local_aws.stacks import Deployer

LAUNCHES: Final = 100
PER_SECOND: Final = 10
MOST_CALLS: Final = 2
_STACK: Final = "Many"


def deployed_service(local_aws: LocalAws, folder: Path) -> Deployment:
    """Return the API, with one project, its feature, and the launches, not started."""

    def build(stack: Stack) -> None:
        service = EvidentlyService(
            stack,
            "Evidently",
            gateway_url=local_aws.gateway,
            quotas=Quotas(running_launches_per_project=LAUNCHES),
            removal_policy=RemovalPolicy.DESTROY,
        )
        CfnOutput(stack, "ApiId", value=service.api_id)

    deployer = Deployer.on(local_aws)
    outputs = deployer.deploy("Evidently", template(deployer, "Evidently", build, folder / "service"))
    deployment = Deployment(local_aws, deployer, outputs["ApiId"])
    evidently = deployment.evidently()
    evidently.create_project(name=PROJECT)
    evidently.create_feature(project=PROJECT, name="upsell", variations=ON_AND_OFF)
    for number in range(LAUNCHES):
        deployment.make_launch(f"launch-{number}")
    return deployment


def statuses(deployment: Deployment) -> Counter[str]:
    """Return how many launches have each status."""
    pages = deployment.evidently().get_paginator("list_launches").paginate(project=PROJECT)
    return Counter(launch["status"] for page in pages for launch in page["launches"])


def many(endpoint: EvidentlyEndpoint, banner: str) -> Build:
    """Return a stack that starts all launches."""

    def build(stack: Stack) -> None:
        parameter = ssm.StringParameter(stack, "Banner", string_value=banner)
        for number in range(LAUNCHES):
            launch = f"launch-{number}"
            start = StartLaunch(stack, f"Start{number}", project=PROJECT, launch=launch, endpoint=endpoint)
            start.execute_after(parameter)

    return build


def policy_bytes(text: str) -> int:
    """Return how large the policies of a template's roles are, together."""
    roles = [it for it in json.loads(text)["Resources"].values() if it["Type"] == "AWS::IAM::Role"]
    return sum(len(json.dumps(policy["PolicyDocument"])) for it in roles for policy in it["Properties"]["Policies"])


def measure(title: str, keeper: Gatekeeper, deploy: Callable[[], Any]) -> Iterator[str]:
    """Carry an operation out, and say what it took.

    Raises:
        RuntimeError: it took more calls of the API than it may.

    """
    began, asked, passed = perf_counter(), len(keeper.calls), len(keeper.passed)
    deploy()
    calls = (len(keeper.passed) - passed) / LAUNCHES
    retries = len(keeper.calls) - asked - (len(keeper.passed) - passed)
    yield f"{title:8} {calls:5.2f} calls a launch, {retries:4} retries, {perf_counter() - began:4.0f} s"
    if calls > MOST_CALLS:
        message = f"{title} takes {calls} calls a launch; at most {MOST_CALLS} are allowed"
        raise RuntimeError(message)


def lines(local_aws: LocalAws, folder: Path) -> Iterator[str]:
    """Yield the figures."""
    deployment = deployed_service(local_aws, folder)
    with gatekeeper(local_aws.port, at_most(PER_SECOND)) as keeper:
        endpoint = deployment.endpoint(keeper.port)
        templates = [
            template(deployment.deployer, _STACK, many(endpoint, banner), folder / banner)
            for banner in ("Treats", "Toys")
        ]
        yield f"{'policy':8} {policy_bytes(templates[0])} bytes, of the 10 240 that IAM allows a role inline"
        yield from measure("create", keeper, lambda: deployment.deployer.deploy(_STACK, templates[0]))
        yield f"{'':8} {dict(statuses(deployment))}"
        yield from measure("update", keeper, lambda: deployment.deployer.deploy(_STACK, templates[1]))
        yield f"{'':8} {dict(statuses(deployment))}"
        yield from measure("delete", keeper, lambda: deployment.deployer.destroy(_STACK))
        yield f"{'':8} {dict(statuses(deployment))}"


def main() -> None:
    """Print the figures."""
    sys.stdout.write(f"make bench: {LAUNCHES} StartLaunch at {PER_SECOND} requests a second\n\n")
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as local_aws:
        for line in lines(local_aws, Path(folder)):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
