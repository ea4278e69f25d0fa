"""One Evidently API, deployed once for all deploy tests; each test has its own launches and stacks."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
from aws_cdk import CfnOutput, RemovalPolicy, Stack

from cdk_evidently import EvidentlyService
from helpers.deployment import PROJECT, Deployment, Release, template
from helpers.managed_shop import EVENTS
from local_aws.server import LocalAws
from local_aws.stacks import Deployer

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def deployment(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """The API, with project `petfood` and its feature `upsell`."""

    def build(stack: Stack) -> None:
        service = EvidentlyService(
            stack,
            "Evidently",
            gateway_url=local_aws.gateway,
            data_delivery=[EVENTS],
            removal_policy=RemovalPolicy.DESTROY,
        )
        CfnOutput(stack, "ApiId", value=service.api_id)

    deployer = Deployer.on(local_aws)
    folder = tmp_path_factory.mktemp("service") / "out"
    outputs = deployer.deploy("Evidently", template(deployer, "Evidently", build, folder))
    deployment = Deployment(local_aws, deployer, outputs["ApiId"])
    evidently = deployment.evidently()
    evidently.create_project(name=PROJECT)
    variations = [{"name": "on", "value": {"boolValue": True}}, {"name": "off", "value": {"boolValue": False}}]
    evidently.create_feature(project=PROJECT, name="upsell", variations=variations)
    return deployment


@pytest.fixture
def release(deployment: Deployment, tmp_path: Path) -> Iterator[Release]:
    """A stack, not deployed; it is deleted after the test.

    Every test uses one name: the local AWS keeps the process of a deleted function until another takes its name.
    """
    with ExitStack() as resources:
        found = Release(deployment, "Release", tmp_path, resources)
        yield found
        found.destroy()


@pytest.fixture
def new_launch(deployment: Deployment) -> Callable[[], str]:
    """Creates a launch without starting it, and returns its name."""
    return lambda: deployment.make_launch(f"launch-{next(_NUMBERS)}")
