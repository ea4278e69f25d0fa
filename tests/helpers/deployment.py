"""A deployed Evidently API, launches on it, and stacks that start them, for the deploy tests.

The tests' own process synthesizes the stacks and deploys them through the local AWS's CloudFormation.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final

from aws_cdk import App, CfnOutput, CfnResource, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ssm as ssm

from cdk_evidently import EvidentlyEndpoint, EvidentlyService, StartLaunch
from helpers.fault_proxy import FaultProxy, Plan, fault_proxy
from helpers.service import ON_AND_OFF
from local_aws.petfood import evidently_client
from local_aws.server import ACCOUNT, REGION, LocalAws
from local_aws.stacks import Deployer, synthesizer

PROJECT: Final = "petfood"
FEATURE: Final = "upsell"
START_LAUNCH: Final = "Custom::EvidentlyStartLaunch"
NO_FUNCTION: Final = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:not-there"

Build = Callable[[Stack], None]  # adds constructs to a stack
NewLaunch = Callable[[], str]  # creates a launch and returns its name


def launch_arn(launch: str) -> str:
    """Return the ARN of a launch in the project."""
    return f"arn:aws:evidently:{REGION}:{ACCOUNT}:project/{PROJECT}/launch/{launch}"


def template(deployer: Deployer, name: str, build: Build, folder: Path) -> str:
    """Synthesize a stack, publish its assets, and return its template."""
    app = App(outdir=str(folder))
    build(Stack(app, name, synthesizer=synthesizer()))
    return deployer.publish(app.synth(), name)


@dataclass(frozen=True, slots=True)
class Deployment:
    """The Evidently API on a local AWS, with one project and one feature.

    Args:
        local_aws: The local AWS.
        deployer: Its CloudFormation.
        api_id: The id of the HTTP API.

    """

    local_aws: LocalAws
    deployer: Deployer
    api_id: str

    def deploy(self, name: str, build: Build, folder: Path) -> dict[str, str]:
        """Create or update a stack; return its outputs."""
        return self.deployer.deploy(name, template(self.deployer, name, build, folder))

    def url(self, port: int | None = None) -> str:
        """Return the API's URL, through a proxy if a port is given."""
        return LocalAws(port or self.local_aws.port).gateway.format(api_id=self.api_id)

    def endpoint(self, port: int | None = None) -> EvidentlyEndpoint:
        """Return the API as an endpoint, through a proxy if a port is given."""
        return EvidentlyEndpoint.from_url(self.url(port), signing_name="execute-api", api_id=self.api_id)

    def evidently(self, owner: str | None = None, **credentials: str) -> Any:
        """Return a client of the API, as root unless credentials are given.

        Args:
            owner: The value of the owner header of every request.
            credentials: `aws_access_key_id` and so on.

        """
        client = evidently_client(self.local_aws, self.url(), **credentials)
        if owner is not None:
            client.meta.events.register(
                "before-sign.evidently", lambda request, **_: request.headers.add_header("x-evidently-owner", owner)
            )
        return client

    def credentials(self, role_arn: str) -> dict[str, str]:
        """Return a role's credentials, as arguments of `evidently`; the role must trust the account's root."""
        sts = self.local_aws.client("sts")
        found = sts.assume_role(RoleArn=role_arn, RoleSessionName="test")["Credentials"]
        return {
            "aws_access_key_id": found["AccessKeyId"],
            "aws_secret_access_key": found["SecretAccessKey"],
            "aws_session_token": found["SessionToken"],
        }

    def make_launch(self, name: str) -> str:
        """Create a launch without starting it; return its name."""
        groups = [{"name": "all", "feature": FEATURE, "variation": "on"}]
        self.evidently().create_launch(project=PROJECT, name=name, groups=groups)
        return name

    def launch(self, name: str) -> dict[str, Any]:
        """Return the launch as GetLaunch shows it now."""
        found: dict[str, Any] = self.evidently().get_launch(project=PROJECT, launch=name)["launch"]
        return found

    def status(self, name: str) -> str:
        """Return the launch's status now."""
        return str(self.launch(name)["status"])


@dataclass(slots=True)
class Release:
    """The one stack of a test.

    Args:
        deployment: Where it is deployed.
        name: The stack's name.
        folder: Gets the cloud assemblies.
        resources: Closes the proxies after the test.

    """

    deployment: Deployment
    name: str
    folder: Path
    resources: ExitStack
    _numbers: Iterator[int] = field(default_factory=count)

    def deploy(self, build: Build) -> dict[str, str]:
        """Create or update the stack; return its outputs."""
        return self.deployment.deploy(self.name, build, self.folder / str(next(self._numbers)))

    def destroy(self) -> None:
        """Delete the stack, if it exists."""
        self.deployment.deployer.destroy(self.name)

    def abandon(self, resource_type: str) -> None:
        """Delete the stack after a failed deletion, and retain its resources of a type."""
        cloudformation = self.deployment.deployer.cloudformation
        listed = cloudformation.list_stack_resources(StackName=self.name)["StackResourceSummaries"]
        retained = [it["LogicalResourceId"] for it in listed if it["ResourceType"] == resource_type]
        cloudformation.delete_stack(StackName=self.name, RetainResources=retained)
        self.destroy()

    def physical_ids(self) -> list[str]:
        """Return the physical ids of the stack's StartLaunch resources."""
        return self.deployment.deployer.physical_ids(self.name, START_LAUNCH)

    def status(self) -> str:
        """Return the stack's status, "" if it does not exist."""
        return self.deployment.deployer.status(self.name)

    def fault_proxy(self, plan: Plan) -> FaultProxy:
        """Run a proxy in front of the API until the test ends; it can kill this stack's provider function."""
        port = self.deployment.local_aws.port
        proxy = fault_proxy(port, plan, lambda: kill_function(port, f"{self.name}-"))
        return self.resources.enter_context(proxy)


def deployed_service(local_aws: LocalAws, folder: Path, **arguments: Any) -> Deployment:
    """Deploy the Evidently API, and create the project and its feature.

    Args:
        local_aws: The local AWS.
        folder: Gets the cloud assembly.
        arguments: Further arguments of the `EvidentlyService`.

    """

    def build(stack: Stack) -> None:
        service = EvidentlyService(
            stack, "Evidently", gateway_url=local_aws.gateway, removal_policy=RemovalPolicy.DESTROY, **arguments
        )
        CfnOutput(stack, "ApiId", value=service.api_id)

    deployer = Deployer.on(local_aws)
    outputs = deployer.deploy("Evidently", template(deployer, "Evidently", build, folder))
    deployment = Deployment(local_aws, deployer, outputs["ApiId"])
    evidently = deployment.evidently()
    evidently.create_project(name=PROJECT)
    evidently.create_feature(project=PROJECT, name=FEATURE, variations=ON_AND_OFF)
    return deployment


def let_root_assume(role: iam.IRole | None) -> str:
    """Let the account's root assume a role of the stack, so that a test gets its credentials; return the role's ARN."""
    assert isinstance(role, iam.Role)
    assert role.assume_role_policy
    role.assume_role_policy.add_statements(
        iam.PolicyStatement(actions=["sts:AssumeRole"], principals=[iam.AccountRootPrincipal()])
    )
    return role.role_arn


def shop(
    endpoint: EvidentlyEndpoint | None, *launches: str, banner: str = "Treats", broken: bool = False, **arguments: Any
) -> Build:
    """Return a stack with an SSM parameter, and launches that start after it.

    Args:
        endpoint: The API; None if `arguments` has a provider.
        launches: The launches that it starts.
        banner: The parameter's value; another value changes the stack.
        broken: Whether the stack ends with a resource whose creation fails.
        arguments: Further arguments of each `StartLaunch`.

    """

    def build(stack: Stack) -> None:
        parameter = ssm.StringParameter(stack, "Banner", string_value=banner)
        starts = [
            StartLaunch(stack, f"Start{number}", project=PROJECT, launch=launch, endpoint=endpoint, **arguments)
            for number, launch in enumerate(launches)
        ]
        for number, start in enumerate(starts):
            start.execute_after(parameter)
            CfnOutput(stack, f"Status{number}", value=start.launch_status)
            CfnOutput(stack, f"Arn{number}", value=start.launch_arn)
            CfnOutput(stack, f"StartedBy{number}", value=start.started_by)
        if broken:
            add_broken(stack, *starts)

    return build


def add_broken(stack: Stack, *starts: StartLaunch) -> None:
    """Add a resource whose creation fails after the launches are started."""
    broken = CfnResource(stack, "Broken", type="Custom::Broken", properties={"ServiceToken": NO_FUNCTION})
    for start in starts:
        start.execute_before(broken)


def kill_function(port: int, name: str) -> None:
    """Kill the processes of one local AWS's functions whose names start with `name`, and none of another worker's."""
    variables = (f"GATEWAY_PORT={port}\0".encode(), f"AWS_LAMBDA_FUNCTION_NAME={name}".encode())
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            environment = (process / "environ").read_bytes()
            if all(each in environment for each in variables):
                os.kill(int(process.name), signal.SIGKILL)
