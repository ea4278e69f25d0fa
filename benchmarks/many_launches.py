"""`make bench`: a stack with 100 StartLaunch, deployed, updated and destroyed at ten requests of the API a second.

Real CloudFormation operations on the local AWS, with IAM enforced. The results are that nothing fails, the calls of the
API per launch without retries, and the size of the role's policies; the time is that of the local AWS.
"""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from aws_cdk import Stack
from aws_cdk import aws_ssm as ssm

from cdk_evidently import EvidentlyEndpoint, Quotas, StartLaunch
from helpers.deployment import PROJECT, Build, Deployment, deployed_service, template
from helpers.fault_proxy import FaultProxy, at_most, fault_proxy
from local_aws.server import LocalAws, running

LAUNCHES: Final = 100
PER_SECOND: Final = 10
MAX_CALLS: Final = 2
_STACK: Final = "Many"


def deployed_launches(local_aws: LocalAws, folder: Path) -> Deployment:
    """Deploy the API, and create a project, its feature and the launches, not started."""
    quotas = Quotas(running_launches_per_project=LAUNCHES)
    deployment = deployed_service(local_aws, folder / "service", quotas=quotas)
    for number in range(LAUNCHES):
        deployment.make_launch(f"launch-{number}")
    return deployment


def statuses(deployment: Deployment) -> Counter[str]:
    """Count the launches by status."""
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
    """Return the bytes of all policies of a template's roles."""
    roles = [it for it in json.loads(text)["Resources"].values() if it["Type"] == "AWS::IAM::Role"]
    return sum(len(json.dumps(policy["PolicyDocument"])) for it in roles for policy in it["Properties"]["Policies"])


def measure(title: str, proxy: FaultProxy, deploy: Callable[[], Any]) -> Iterator[str]:
    """Run an operation, and yield a line with its calls and its time.

    Raises:
        RuntimeError: it made too many calls of the API.

    """
    started, calls_before, passed_before = perf_counter(), len(proxy.calls), len(proxy.passed)
    deploy()
    passed = len(proxy.passed) - passed_before
    retries = len(proxy.calls) - calls_before - passed
    calls = passed / LAUNCHES
    yield f"{title:8} {calls:5.2f} calls a launch, {retries:4} retries, {perf_counter() - started:4.0f} s"
    if calls > MAX_CALLS:
        raise RuntimeError(f"{title} takes {calls} calls a launch; at most {MAX_CALLS} are allowed")


def lines(local_aws: LocalAws, folder: Path) -> Iterator[str]:
    """Yield the figures."""
    deployment = deployed_launches(local_aws, folder)
    with fault_proxy(local_aws.port, at_most(PER_SECOND)) as proxy:
        endpoint = deployment.endpoint(proxy.port)
        templates = [
            template(deployment.deployer, _STACK, many(endpoint, banner), folder / banner)
            for banner in ("Treats", "Toys")
        ]
        yield f"{'policy':8} {policy_bytes(templates[0])} bytes, of the 10 240 that IAM allows a role inline"
        yield from measure("create", proxy, lambda: deployment.deployer.deploy(_STACK, templates[0]))
        yield f"{'':8} {dict(statuses(deployment))}"
        yield from measure("update", proxy, lambda: deployment.deployer.deploy(_STACK, templates[1]))
        yield f"{'':8} {dict(statuses(deployment))}"
        yield from measure("delete", proxy, lambda: deployment.deployer.destroy(_STACK))
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
