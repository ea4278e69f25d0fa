"""Who may call what of an `EvidentlyService`: IAM statements on the routes of its HTTP API."""

from dataclasses import dataclass
from typing import Final

from aws_cdk import Aws
from aws_cdk import aws_iam as iam

from cdk_evidently._common.api_model import Route, routes
from cdk_evidently._common.references import LaunchLike, ProjectLike, named, named_launch
from cdk_evidently._service.endpoint import STAGE
from cdk_evidently.errors import ConflictingSettingsError

_ANY: Final = "*"
_EVALUATE: Final = {"BatchEvaluateFeature", "EvaluateFeature", "PutProjectEvents"}
_START: Final = {"GetLaunch", "StartLaunch", "StopLaunch"}
_READ: Final = ("Get", "List", "TestSegmentPattern")
_NOT_OFFERED: Final = "Experiment"


class ServiceGrants:
    """Gives permissions on an `EvidentlyService`; found as `service.grants`.

    Each gives `execute-api:Invoke` on the routes of its operations, where a path names its project by name and where
    it does so by ARN, and on no other that the service offers. With `project` (a name, an ARN, or a construct) it is
    for that project and what lies in it, with `launch` too for that launch alone. What lies in no project, such as
    segments, needs a grant without either.

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
        region = self._region or Aws.REGION
        place = _place(project, launch, f"arn:{Aws.PARTITION}:evidently:{region}:{Aws.ACCOUNT_ID}:")
        stage = f"arn:{Aws.PARTITION}:execute-api:{region}:{Aws.ACCOUNT_ID}:{self._api_id}/{STAGE}"
        return iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["execute-api:Invoke"],
            resource_arns=[f"{stage}/{path}" for path in _paths(granted, place)],
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """What a grant is narrowed to.

    Args:
        projects: the project in each form that a path may have, one of which is `*` where any is meant.
        launch: the launch's name, None where any is meant.
        tagged: what has tags, as in a path.

    """

    projects: tuple[str, ...] = (_ANY,)
    launch: str | None = None
    tagged: tuple[str, ...] = (_ANY,)

    @property
    def everywhere(self) -> bool:
        return self == _Place()


def _offered() -> list[Route]:
    return [route for route in routes() if _NOT_OFFERED not in route.operation]


def _place(project: ProjectLike | None, launch: LaunchLike | None, prefix: str) -> _Place:
    """Return what two arguments narrow a grant to; an SDK escapes the ARN in a path, API Gateway may decode it."""
    if launch is not None:
        if project is None:
            message = f"launch is {launch!r} and project is None: a launch is found in a project. Give the project too."
            raise ConflictingSettingsError(message)
        found = named_launch(project, launch)
        arn = f"{prefix}project/{found.project.plain}"
        launch_arn = f"{arn}/launch/{found.launch.plain}"
        return _Place((found.project.plain, arn, _escaped(arn)), found.launch.plain, (launch_arn, _escaped(launch_arn)))
    if project is None:
        return _Place()
    name = named("project", project).plain
    arn = f"{prefix}project/{name}"
    below = f"{arn}/{_ANY}"
    return _Place((name, arn, _escaped(arn)), None, (arn, _escaped(arn), below, _escaped(below)))


def _paths(granted: list[Route], place: _Place) -> list[str]:
    """Return the methods and paths of routes as IAM sees them, without those that are not about the place.

    A method whose every route is granted is granted for the whole tree: a role has 10 240 characters for its policies.
    """
    methods = dict.fromkeys(route.method for route in granted)
    whole = {it for it in methods if all(route in granted for route in _offered() if route.method == it)}
    found: list[str] = []
    for route in granted:
        if place.everywhere:
            found.append(f"{route.method}/{_ANY}" if route.method in whole else _filled(route))
        elif "{resourceArn}" in route.uri:
            found += [_filled(route, resourceArn=arn) for arn in place.tagged]
        elif "{project}" not in route.uri or (place.launch is not None and "{launch}" not in route.uri):
            continue
        elif place.launch is None and route.method in whole:
            found += [f"{route.method}/projects/{form}{tail}" for form in place.projects for tail in ("", f"/{_ANY}")]
        else:
            found += [_filled(route, project=form, launch=place.launch or _ANY) for form in place.projects]
    return list(dict.fromkeys(found))


def _filled(route: Route, **labels: str) -> str:
    parts = (labels.get(part[1:-1], _ANY) if part.startswith("{") else part for part in route.uri.split("/"))
    return route.method + "/".join(parts)


def _escaped(arn: str) -> str:
    # Not all that an SDK escapes: tokens are in it, and stay; names have nothing else to escape.
    return arn.replace(":", "%3A").replace("/", "%2F")
