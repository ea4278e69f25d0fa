"""A launch that can't be started: the deploy fails with a reason a person can act on, and changes nothing else."""

import socket
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam

from cdk_evidently import EvidentlyProvider, EvidentlyService
from helpers.deployment import PROJECT, Build, Deployment, Release, shop, template
from helpers.gatekeeper import Verdict, everything, gatekeeper
from local_aws.errors import StackFailedError

NewLaunch = Callable[[], str]


@pytest.mark.parametrize("ended", ["COMPLETED", "CANCELLED"])
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


def test_a_launch_is_asked_for_once_the_api_of_its_own_stack_answers(deployment: Deployment, release: Release) -> None:
    """Called before its routes are there, the API would answer with a 404 that is not Evidently's."""

    def build(stack: Stack) -> None:
        # What depends on nothing is made in the order of the alphabet here: `The…` comes after `StartLaunch…`.
        service = EvidentlyService(stack, "TheService", gateway_url=deployment.local_aws.gateway)
        shop(service.endpoint, "unheard-of")(stack)

    with pytest.raises(StackFailedError, match="create it first"):
        release.deploy(build)


@dataclass(frozen=True, slots=True)
class Failure:
    """A create that failed."""

    status: str
    reasons: tuple[str, ...]
    launch: str


@pytest.fixture(scope="module")
def failures(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Failure]]:
    """Creates that fail by patience running out, by what is wrong: each takes its time, so all run at once."""
    with ExitStack() as resources:

        def watched(verdict: Verdict) -> int:
            keeper = gatekeeper(deployment.local_aws.port, everything(verdict))
            return resources.enter_context(keeper).port

        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            silent = nobody.getsockname()[1]
        launches = {name: deployment.make_launch(name) for name in ("Silent", "Throttled", "Website", "Ungranted")}
        builds: dict[str, Build] = {
            "Silent": shop(deployment.endpoint(silent), "Silent"),
            "Throttled": shop(deployment.endpoint(watched(Verdict.THROTTLE)), "Throttled", timeout=Duration.seconds(3)),
            "Website": shop(deployment.endpoint(watched(Verdict.ANSWER_AS_A_WEBSITE)), "Website"),
            "Ungranted": _without_a_grant(deployment, "Ungranted"),
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
    ("wrong", "parts"),
    [
        ("Silent", ["does not respond", "http://127.0.0.1:", "Is it there?"]),
        ("Throttled", ["429", "ThrottlingException", "timeout"]),
        ("Website", ["404", "the endpoint is wrong or down"]),
        ("Ungranted", ["403", "role", "permission"]),
    ],
)
def test_an_api_that_does_not_serve_fails_the_deploy_with_a_reason_and_starts_nothing(
    deployment: Deployment, failures: Mapping[str, Failure], wrong: str, parts: list[str]
) -> None:
    failure = failures[wrong]
    assert failure.status == "ROLLBACK_COMPLETE"
    (reason,) = failure.reasons
    for part in parts:
        assert part in reason
    assert deployment.status(failure.launch) == "CREATED"


def _without_a_grant(deployment: Deployment, launch: str) -> Build:
    """A stack whose provider has a role that nobody gave a permission."""

    def build(stack: Stack) -> None:
        provider = EvidentlyProvider(stack, "Provider", endpoint=deployment.endpoint())
        role = provider.role.node.default_child
        assert isinstance(role, iam.CfnRole)
        role.add_property_override("Policies", [])
        shop(None, launch, provider=provider)(stack)

    return build
