"""A launch that can't be started fails the deploy with a reason to act on, and nothing else changes."""

import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from uuid import uuid4

import pytest
from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam

from cdk_evidently import EvidentlyEndpoint, EvidentlyProvider, EvidentlyService
from helpers.deployment import PROJECT, Build, Deployment, NewLaunch, Release, shop, template
from helpers.fault_proxy import FaultAction, every_call, fault_proxy
from local_aws.errors import StackFailedError


@pytest.mark.parametrize("ended", ["COMPLETED", "CANCELLED"])
@pytest.mark.promise
def test_a_launch_that_has_ended_fails_the_deploy_and_the_reason_says_what_to_do(
    deployment: Deployment, release: Release, new_launch: NewLaunch, ended: str
) -> None:
    launch, evidently = new_launch(), deployment.evidently()
    evidently.start_launch(project=PROJECT, launch=launch)
    evidently.stop_launch(project=PROJECT, launch=launch, desiredState=ended, reason="it is over")
    before = deployment.launch(launch)

    with pytest.raises(StackFailedError) as failed:
        release.deploy(shop(deployment.endpoint(), launch))

    assert failed.value.status == "ROLLBACK_COMPLETE"
    (reason,) = failed.value.reasons
    for part in (launch, ended, "it is over", "Create a new launch"):
        assert part in reason
    assert deployment.launch(launch) == before


def test_a_launch_that_does_not_exist_fails_the_deploy_and_the_reason_names_it(
    deployment: Deployment, release: Release
) -> None:
    with pytest.raises(StackFailedError) as failed:
        release.deploy(shop(deployment.endpoint(), "unheard-of"))

    assert failed.value.status == "ROLLBACK_COMPLETE"
    (reason,) = failed.value.reasons
    for part in ("unheard-of", PROJECT, deployment.url(), "create it first"):
        assert part in reason


def test_a_start_launch_waits_for_the_api_of_its_own_stack(deployment: Deployment, release: Release) -> None:
    """A call before the API has its routes would get the gateway's 404 instead of Evidently's."""

    def build(stack: Stack) -> None:
        # The local AWS creates independent resources in alphabetical order: `The…` comes after `StartLaunch…`.
        service = EvidentlyService(stack, "TheService", gateway_url=deployment.local_aws.gateway)
        shop(service.endpoint, "unheard-of")(stack)

    with pytest.raises(StackFailedError, match="create it first"):
        release.deploy(build)


@dataclass(frozen=True, slots=True)
class Failure:
    """A stack whose creation failed."""

    status: str
    reasons: tuple[str, ...]
    launch: str


@pytest.fixture(scope="module")
def failures(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Failure]]:
    """Stacks that exhaust their retry budget, by the fault; they run concurrently, since each takes its time."""
    with ExitStack() as resources:

        def endpoint(action: FaultAction) -> EvidentlyEndpoint:
            proxy = fault_proxy(deployment.local_aws.port, every_call(action))
            return deployment.endpoint(resources.enter_context(proxy).port)

        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            closed_port = closed.getsockname()[1]
        # New names, as a worker that takes over tests of this module later sets this fixture up again.
        faults = ("Silent", "Throttled", "Website", "Ungranted")
        launches = {name: deployment.make_launch(f"{name}-{uuid4().hex[:8]}") for name in faults}
        builds: dict[str, Build] = {
            "Silent": shop(deployment.endpoint(closed_port), launches["Silent"]),
            "Throttled": shop(endpoint(FaultAction.THROTTLE), launches["Throttled"], timeout=Duration.seconds(3)),
            "Website": shop(endpoint(FaultAction.RESPOND_AS_WEBSITE), launches["Website"]),
            "Ungranted": _without_a_grant(deployment, launches["Ungranted"]),
        }
        deployer, folder = deployment.deployer, tmp_path_factory.mktemp("failures")
        templates = {name: template(deployer, name, build, folder / name) for name, build in builds.items()}

        def attempt(name: str) -> Failure:
            with pytest.raises(StackFailedError) as failed:
                deployer.deploy(name, templates[name])
            deployer.destroy(name)
            return Failure(failed.value.status, failed.value.reasons, launches[name])

        with ThreadPoolExecutor(len(builds)) as pool:
            yield dict(zip(builds, pool.map(attempt, builds), strict=True))


@pytest.mark.parametrize(
    ("fault", "parts"),
    [
        ("Silent", ["does not respond", "http://127.0.0.1:", "Is the API deployed?"]),
        ("Throttled", ["429", "ThrottlingException", "timeout"]),
        ("Website", ["404", "the endpoint is wrong or down"]),
        ("Ungranted", ["403", "role", "permission"]),
    ],
)
def test_an_api_that_can_not_serve_fails_the_deploy_with_a_reason_and_starts_nothing(
    deployment: Deployment, failures: Mapping[str, Failure], fault: str, parts: list[str]
) -> None:
    failure = failures[fault]
    assert failure.status == "ROLLBACK_COMPLETE"
    (reason,) = failure.reasons
    for part in parts:
        assert part in reason
    assert deployment.status(failure.launch) == "CREATED"


def _without_a_grant(deployment: Deployment, launch: str) -> Build:
    """Return a stack whose provider's role has no permission."""

    def build(stack: Stack) -> None:
        provider = EvidentlyProvider(stack, "Provider", endpoint=deployment.endpoint())
        role = provider.role.node.default_child
        assert isinstance(role, iam.CfnRole)
        role.add_property_override("Policies", [])
        shop(None, launch, provider=provider)(stack)

    return build
