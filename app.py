"""The example app: an Evidently API in your account, and a shop that launches a feature with it.

`cdk deploy --all` creates the API, then the shop's project, feature, segment and launch, and starts the launch.
Context values (`-c name=value`):

    message      the text of the shop's banner; change it for another release
    gateway      URL of a local AWS's HTTP APIs, with {api_id} in place of the API's id
    synthesizer  `cli-credentials` for an AWS without assumable bootstrap roles, such as a local one
"""

from aws_cdk import App, CfnOutput, CliCredentialsStackSynthesizer, Stack
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from cdk_evidently import (
    EvidentlyEndpoint,
    EvidentlyService,
    Feature,
    Group,
    Launch,
    Project,
    Segment,
    SegmentOverride,
    StartLaunch,
    Step,
    Variation,
    percent,
)


class EvidentlyServiceStack(Stack):
    """The Evidently API, which all apps of the account can share."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id, synthesizer=synthesizer(scope))
        self.evidently = EvidentlyService(self, "Evidently", gateway_url=scope.node.try_get_context("gateway"))
        CfnOutput(self, "ApiUrl", value=self.evidently.endpoint.url or "")


class PetfoodStack(Stack):
    """The shop: it offers an upsell to a tenth of the baskets, then to half, then to all; in Norway to all at once."""

    def __init__(self, scope: Construct, construct_id: str, *, endpoint: EvidentlyEndpoint) -> None:
        super().__init__(scope, construct_id, synthesizer=synthesizer(scope))
        banner = ssm.StringParameter(
            self, "Banner", string_value=scope.node.try_get_context("message") or "Treats for every basket"
        )
        project = Project(self, "Petfood", project_name="petfood", description="The pet food shop", endpoint=endpoint)
        upsell = Feature(
            self,
            "Upsell",
            project=project,
            feature_name="upsell",
            description="Whether the basket offers something more",
            variations=[Variation.boolean("off", False), Variation.boolean("on", True)],
        )
        norway = Segment(self, "Norway", pattern={"country": ["NO"]}, endpoint=endpoint)
        in_norway = SegmentOverride(segment=norway, order=1, weights={"upsell": percent(100)})
        launch = Launch(
            self,
            "November",
            project=project,
            launch_name="upsell-2026-11",
            groups=[
                Group(name="control", feature=upsell, variation="off"),
                Group(name="upsell", feature=upsell, variation="on"),
            ],
            steps=[
                Step(
                    start=start,
                    weights={"control": percent(100 - share), "upsell": percent(share)},
                    overrides=[in_norway],
                )
                for start, share in (
                    ("2026-11-02T09:00:00+01:00", 10),
                    ("2027-01-11T09:00:00+01:00", 50),
                    ("2027-02-08T09:00:00+01:00", 100),
                )
            ],
        )
        start = StartLaunch(self, "StartUpsell", project=project, launch=launch)
        start.execute_after(banner)  # the code that the launch switches on is deployed first
        CfnOutput(self, "LaunchStatus", value=start.launch_status)
        CfnOutput(self, "LaunchArn", value=start.launch_arn)


def synthesizer(scope: Construct) -> CliCredentialsStackSynthesizer | None:
    """Return None for CDK's default synthesizer, unless the context asks for the CLI's credentials."""
    requested = scope.node.try_get_context("synthesizer")
    return CliCredentialsStackSynthesizer() if requested == "cli-credentials" else None


app = App()
service = EvidentlyServiceStack(app, "EvidentlyService")
PetfoodStack(app, "Petfood", endpoint=service.evidently.endpoint)
app.synth()
