"""Two repositories share a project: the platform's stack has the API and the project, a team's stack adds to it.

The team's repository needs the API's id, here as a context value (`-c api_id=…`), and the project's name.
"""

from aws_cdk import App, CfnOutput, Stack
from constructs import Construct

from cdk_evidently import (
    EvidentlyService,
    Feature,
    Group,
    Launch,
    Project,
    StartLaunch,
    Step,
    Variation,
    percent,
)


class PlatformStack(Stack):
    """The API and the project of all teams."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        evidently = EvidentlyService(self, "Evidently")
        Project(self, "Petfood", project_name="petfood", endpoint=evidently.endpoint)
        CfnOutput(self, "ApiId", value=evidently.api_id)


class CheckoutStack(Stack):
    """One team's feature, released step by step."""

    def __init__(self, scope: Construct, construct_id: str, *, api_id: str) -> None:
        super().__init__(scope, construct_id)
        endpoint = EvidentlyService.from_api_id(self, "Evidently", api_id).endpoint
        project = Project.from_project_name(self, "Petfood", "petfood")
        feature = Feature(
            self,
            "OneClick",
            project=project,
            variations=[Variation.string("button", "Buy now"), Variation.string("link", "Go to the basket")],
            endpoint=endpoint,
        )
        launch = Launch(
            self,
            "OneClickLaunch",
            project=project,
            groups=[Group(name=name, feature=feature, variation=name) for name in ("button", "link")],
            steps=[Step(start="2026-12-01T08:00:00Z", weights={"button": percent(50), "link": percent(50)})],
            endpoint=endpoint,
        )
        start = StartLaunch(self, "Start", project=project, launch=launch)
        CfnOutput(self, "LaunchArn", value=start.launch_arn)


app = App()
PlatformStack(app, "Platform")
CheckoutStack(app, "Checkout", api_id=app.node.try_get_context("api_id") or "a1b2c3d4e5")
app.synth()
