"""What the provider's role may do: calls with the role's own credentials, with IAM enforced."""

import http.client
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from aws_cdk import CfnOutput, Stack
from botocore.exceptions import ClientError

from cdk_evidently import EvidentlyProvider, EvidentlyService
from helpers.deployment import PROJECT, Deployment, Release, let_root_assume, shop
from local_aws.server import ACCOUNT, REGION

STACK = "Permissions"
DENIED = {"AccessDenied", "AccessDeniedException", "403"}
VARIATIONS = [{"name": "on", "value": {"boolValue": True}}]
GROUPS = [{"name": "all", "feature": "upsell", "variation": "on"}]


@dataclass(frozen=True, slots=True)
class Role:
    """A provider's role, assumed by the test.

    Args:
        deployment: The API that the provider calls.
        credentials: The role's.
        launch: The one launch that its stack names.

    """

    deployment: Deployment
    credentials: Mapping[str, Any]
    launch: str

    def evidently(self) -> Any:
        """Return a client of the Evidently API with the role's credentials."""
        return self.deployment.evidently(**self.credentials)

    def client(self, service: str) -> Any:
        """Return a client of another API with the role's credentials."""
        return self.deployment.local_aws.client(service, **self.credentials)


@pytest.fixture(scope="module")
def role(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Role]:
    """The role of a deployed provider; in addition, root may assume it."""
    launch = deployment.make_launch(f"permitted-{uuid4().hex[:8]}")

    def build(stack: Stack) -> None:
        provider = EvidentlyProvider(stack, "Provider", endpoint=deployment.endpoint())
        shop(None, launch, provider=provider)(stack)
        CfnOutput(stack, "RoleArn", value=let_root_assume(provider.role))

    outputs = deployment.deploy(STACK, build, tmp_path_factory.mktemp("permissions") / "out")
    yield Role(deployment, deployment.credentials(outputs["RoleArn"]), launch)
    deployment.deployer.destroy(STACK)


@pytest.fixture
def stranger(deployment: Deployment) -> str:
    """A launch that the role's stack does not name."""
    return deployment.make_launch(f"stranger-{uuid4().hex[:8]}")


@pytest.mark.promise
def test_it_may_start_the_launch_that_its_stack_names(role: Role) -> None:
    evidently = role.evidently()
    with pytest.raises(evidently.exceptions.ConflictException, match="already running"):
        evidently.start_launch(project=PROJECT, launch=role.launch)


@pytest.mark.promise
def test_it_may_not_start_another_launch(role: Role, stranger: str) -> None:
    _is_denied(lambda: role.evidently().start_launch(project=PROJECT, launch=stranger))
    assert role.deployment.status(stranger) == "CREATED"


def test_it_may_not_start_a_launch_of_that_name_in_another_project(role: Role) -> None:
    _is_denied(lambda: role.evidently().start_launch(project="another", launch=role.launch))


def test_it_may_get_and_stop_any_launch_of_its_endpoint(role: Role, stranger: str) -> None:
    role.deployment.evidently().start_launch(project=PROJECT, launch=stranger)

    assert role.evidently().get_launch(project=PROJECT, launch=stranger)["launch"]["status"] == "RUNNING"
    role.evidently().stop_launch(project=PROJECT, launch=stranger, desiredState="CANCELLED")

    assert role.deployment.status(stranger) == "CANCELLED"


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("create_project", {"name": "mine"}),
        ("get_project", {"project": PROJECT}),
        ("list_projects", {}),
        ("delete_project", {"project": PROJECT}),
        ("create_feature", {"project": PROJECT, "name": "mine", "variations": VARIATIONS}),
        ("get_feature", {"project": PROJECT, "feature": "upsell"}),
        ("delete_feature", {"project": PROJECT, "feature": "upsell"}),
        ("create_launch", {"project": PROJECT, "name": "mine", "groups": GROUPS}),
        ("list_launches", {"project": PROJECT}),
        ("update_launch", {"project": PROJECT, "launch": "permitted"}),
        ("delete_launch", {"project": PROJECT, "launch": "permitted"}),
        ("evaluate_feature", {"project": PROJECT, "feature": "upsell", "entityId": "me"}),
        ("put_project_events", {"project": PROJECT, "events": []}),
        ("start_experiment", {"project": PROJECT, "experiment": "permitted", "analysisCompleteTime": 0}),
        ("list_tags_for_resource", {"resourceArn": "arn:aws:evidently:eu-west-1:000000000000:project/petfood"}),
    ],
)
def test_it_may_not_use_any_other_operation(role: Role, operation: str, arguments: Mapping[str, Any]) -> None:
    _is_denied(lambda: getattr(role.evidently(), operation)(**arguments))


def test_it_may_not_use_any_other_api(role: Role) -> None:
    tables = role.deployment.deployer.physical_ids("Evidently", "AWS::DynamoDB::GlobalTable")
    for attempt in (
        lambda: role.client("dynamodb").scan(TableName=tables[0]),
        lambda: role.client("s3").list_buckets(),
        lambda: role.client("lambda").list_functions(),
        lambda: role.client("cloudformation").describe_stacks(),
        lambda: role.client("iam").list_roles(),
        lambda: role.client("logs").create_log_group(logGroupName="mine"),
    ):
        _is_denied(attempt)


def test_it_may_not_use_another_http_api_of_the_account_even_for_its_own_launch(role: Role, release: Release) -> None:
    def build(stack: Stack) -> None:
        service = EvidentlyService(stack, "Another", gateway_url=role.deployment.local_aws.gateway)
        CfnOutput(stack, "ApiId", value=service.api_id)

    another = replace(role.deployment, api_id=release.deploy(build)["ApiId"])
    root, evidently = another.evidently(), another.evidently(**role.credentials)

    with pytest.raises(root.exceptions.ResourceNotFoundException):
        root.start_launch(project=PROJECT, launch=role.launch)
    _is_denied(lambda: evidently.start_launch(project=PROJECT, launch=role.launch))
    _is_denied(lambda: evidently.get_launch(project=PROJECT, launch=role.launch))
    _is_denied(lambda: evidently.stop_launch(project=PROJECT, launch=role.launch, desiredState="CANCELLED"))


def test_a_release_by_another_owner_changes_nothing(deployment: Deployment, release: Release) -> None:
    launch = deployment.make_launch(f"contested-{uuid4().hex[:8]}")
    release.deploy(shop(deployment.endpoint(), launch))
    stack = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/another/0a1b2c3d"
    evidently = deployment.evidently(owner=f'stack="{stack}", resource="Start", action=release')
    before = deployment.launch(launch)

    assert "endedTime" not in evidently.stop_launch(project=PROJECT, launch=launch, desiredState="CANCELLED")

    assert deployment.launch(launch) == before


def test_a_role_without_a_grant_may_not_call_the_api(deployment: Deployment) -> None:
    iam_client = deployment.local_aws.client("iam")
    name = f"nobody-{uuid4().hex[:8]}"
    trust = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", '
        f'"Principal": {{"AWS": "arn:aws:iam::{ACCOUNT}:root"}}}}]}}'
    )
    arn = iam_client.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    evidently = deployment.evidently(**deployment.credentials(arn))

    _is_denied(lambda: evidently.get_launch(project=PROJECT, launch="permitted"))

    iam_client.delete_role(RoleName=name)


def test_a_request_with_a_wrong_signature_is_refused(role: Role) -> None:
    evidently = role.deployment.evidently(**{**role.credentials, "aws_secret_access_key": "not the secret"})
    with pytest.raises(ClientError) as refused:
        evidently.get_launch(project=PROJECT, launch=role.launch)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


@pytest.mark.promise
def test_a_request_without_a_signature_is_refused(deployment: Deployment) -> None:
    url = urlsplit(deployment.url())
    with closing(http.client.HTTPConnection(url.netloc)) as connection:
        connection.request("GET", f"{url.path}/projects/{PROJECT}")
        assert connection.getresponse().status == 403


def _is_denied(attempt: Callable[[], object]) -> None:
    with pytest.raises(ClientError) as refused:
        attempt()
    assert refused.value.response["Error"]["Code"] in DENIED, refused.value
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in {400, 403}
