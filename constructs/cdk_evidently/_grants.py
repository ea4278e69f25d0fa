"""Who may call what of an `EvidentlyService`: IAM statements on the routes of its HTTP API."""

from typing import Final

from aws_cdk import Aws
from aws_cdk import aws_iam as iam

from cdk_evidently._launch_names import LaunchLike, ProjectLike, named_launch, named_project
from cdk_evidently._model import Route, routes
from cdk_evidently._service_endpoint import STAGE
from cdk_evidently.errors import ConflictingSettingsError

_ANY: Final = "*"
_EVALUATE: Final = {"BatchEvaluateFeature", "EvaluateFeature", "PutProjectEvents"}
_START: Final = {"GetLaunch", "StartLaunch", "StopLaunch"}
_READ: Final = ("Get", "List", "TestSegmentPattern")
_NOT_OFFERED: Final = "Experiment"


class ServiceGrants:
    """Gives permissions on an `EvidentlyService`; found as `service.grants`.

    Each gives `execute-api:Invoke` on the routes of its operations and no other, where a path names its project by
    name and where it does so by ARN. With `project` (a name, an ARN, or a construct) it is for that project and what
    lies in it, with `launch` too for that launch alone. What lies in no project, such as segments, needs a grant
    without either.

    A `*` in an IAM resource matches slashes too, so `evaluate` for all projects also reaches the start and the stop of
    a launch that is itself named `evaluations`. Narrowed to a project it does not.
    """

    def __init__(self, api_id: str, region: str | None) -> None:
        self._api_id = api_id
        self._region = region

    def evaluate(self, grantee: iam.IGrantable, *, project: ProjectLike | None = None) -> iam.Grant:
        """Let the grantee ask for variations and send events: EvaluateFeature, BatchEvaluateFeature, PutProjectEvents.

        Raises:
            InvalidArgumentError: not a project that the API would take.

        """
        return self._grant(grantee, [it for it in _offered() if it.operation in _EVALUATE], project, None)

    def read(
        self, grantee: iam.IGrantable, *, project: ProjectLike | None = None, launch: LaunchLike | None = None
    ) -> iam.Grant:
        """Let the grantee see what there is: every Get and List operation, and TestSegmentPattern.

        Raises:
            InvalidArgumentError: not a project or launch that the API would take.
            ConflictingSettingsError: a launch without its project, or of another one.

        """
        return self._grant(grantee, [it for it in _offered() if it.operation.startswith(_READ)], project, launch)

    def manage(
        self, grantee: iam.IGrantable, *, project: ProjectLike | None = None, launch: LaunchLike | None = None
    ) -> iam.Grant:
        """Let the grantee do everything but evaluate: create, read, change, start, stop, tag and delete.

        Raises:
            InvalidArgumentError: not a project or launch that the API would take.
            ConflictingSettingsError: a launch without its project, or of another one.

        """
        return self._grant(grantee, [it for it in _offered() if it.operation not in _EVALUATE], project, launch)

    def start_launch(
        self, grantee: iam.IGrantable, *, project: ProjectLike | None = None, launch: LaunchLike | None = None
    ) -> iam.Grant:
        """Let the grantee run launches: StartLaunch, StopLaunch, and GetLaunch to see what came of it.

        Raises:
            InvalidArgumentError: not a project or launch that the API would take.
            ConflictingSettingsError: a launch without its project, or of another one.

        """
        return self._grant(grantee, [it for it in _offered() if it.operation in _START], project, launch)

    def _grant(
        self,
        grantee: iam.IGrantable,
        granted: list[Route],
        project: ProjectLike | None,
        launch: LaunchLike | None,
    ) -> iam.Grant:
        labels = _labels(project, launch)
        region = self._region or Aws.REGION
        stage = f"arn:{Aws.PARTITION}:execute-api:{region}:{Aws.ACCOUNT_ID}:{self._api_id}/{STAGE}"
        paths = [f"{route.method}{path}" for route in granted for path in _paths(route, labels, region)]
        return iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["execute-api:Invoke"],
            resource_arns=[f"{stage}/{path}" for path in dict.fromkeys(paths)],
        )


def _offered() -> list[Route]:
    return [route for route in routes() if _NOT_OFFERED not in route.operation]


def _labels(project: ProjectLike | None, launch: LaunchLike | None) -> dict[str, str]:
    """Return what the grant is narrowed to, by the label of a path."""
    if launch is not None:
        if project is None:
            message = f"launch is {launch!r} and project is None: a launch is found in a project. Give the project too."
            raise ConflictingSettingsError(message)
        named = named_launch(project, launch)
        return {"project": named.project.plain, "launch": named.launch.plain}
    return {} if project is None else {"project": named_project(project).plain}


def _paths(route: Route, labels: dict[str, str], region: str) -> list[str]:
    """Return the paths of a route as IAM sees them, none where it is not about what the grant is narrowed to.

    An SDK escapes the ARN in a path, and API Gateway hands a decoded path on, so both forms are named.
    """
    if not labels:
        return [_filled(route.uri, {})]
    project = f"arn:{Aws.PARTITION}:evidently:{region}:{Aws.ACCOUNT_ID}:project/{labels['project']}"
    if "{resourceArn}" in route.uri:
        tagged = [f"{project}/launch/{labels['launch']}"] if "launch" in labels else [project, f"{project}/{_ANY}"]
        return [_filled(route.uri, {"resourceArn": form}) for arn in tagged for form in (arn, _escaped(arn))]
    if any(f"{{{label}}}" not in route.uri for label in labels):
        return []
    return [_filled(route.uri, {**labels, "project": name}) for name in (labels["project"], project, _escaped(project))]


def _filled(uri: str, labels: dict[str, str]) -> str:
    return "/".join(labels.get(part[1:-1], _ANY) if part.startswith("{") else part for part in uri.split("/"))


def _escaped(arn: str) -> str:
    # Not the whole of it: it has tokens in it, which stand for text without either.
    return arn.replace(":", "%3A").replace("/", "%2F")
