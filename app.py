"""The example app: an Evidently API of your own, and a release that starts a launch on it.

`cdk deploy EvidentlyService`, make the launch of examples/petfood.json through the API, then
`cdk deploy PetfoodRelease`. Context values (`-c name=value`):

    message      what the shop's banner says; another one is another release
    gateway      URL of a local AWS's HTTP APIs, with {api_id} in it
    synthesizer  `cli-credentials` for an AWS whose bootstrap roles can't be assumed, a local one for example
"""

import json
from pathlib import Path

from aws_cdk import App, CfnOutput, CliCredentialsStackSynthesizer, Stack
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from cdk_evidently import EvidentlyEndpoint, EvidentlyService, StartLaunch

PETFOOD = json.loads((Path(__file__).parent / "examples" / "petfood.json").read_text())


class EvidentlyServiceStack(Stack):
    """The Evidently API; every release of the account may share it."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id, synthesizer=synthesizer(scope))
        self.evidently = EvidentlyService(self, "Evidently", gateway_url=scope.node.try_get_context("gateway"))
        CfnOutput(self, "ApiUrl", value=self.evidently.endpoint.url or "")


class PetfoodReleaseStack(Stack):
    """A release of the shop, and the launch that switches a part of it on."""

    def __init__(self, scope: Construct, construct_id: str, *, endpoint: EvidentlyEndpoint) -> None:
        super().__init__(scope, construct_id, synthesizer=synthesizer(scope))
        banner = ssm.StringParameter(
            self, "Banner", string_value=scope.node.try_get_context("message") or "Treats for every basket"
        )
        start = StartLaunch(
            self,
            "StartUpsell",
            project=PETFOOD["project"]["name"],
            launch=PETFOOD["launch"]["name"],
            endpoint=endpoint,
        )
        start.execute_after(banner)  # the launch starts once what it switches on is there
        CfnOutput(self, "LaunchStatus", value=start.launch_status)
        CfnOutput(self, "LaunchArn", value=start.launch_arn)


def synthesizer(scope: Construct) -> CliCredentialsStackSynthesizer | None:
    """CDK's default synthesizer, unless the context asks for the CLI's own credentials."""
    wanted = scope.node.try_get_context("synthesizer")
    return CliCredentialsStackSynthesizer() if wanted == "cli-credentials" else None


app = App()
service = EvidentlyServiceStack(app, "EvidentlyService")
PetfoodReleaseStack(app, "PetfoodRelease", endpoint=service.evidently.endpoint)
app.synth()
