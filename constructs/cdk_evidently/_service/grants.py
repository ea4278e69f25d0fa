"""`ServiceGrants`: permissions to call an `EvidentlyService`, as IAM statements on the routes of its HTTP API."""

from dataclasses import dataclass
from typing import Final

from aws_cdk import Aws, Stack, Token
from aws_cdk import aws_iam as iam

from cdk_evidently._common.account_and_region import check_account_and_region, differ, is_looked_up_role
from cdk_evidently._common.api_model import Route, routes
from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently._common.references import LaunchLike, ProjectLike, named_launch, resource_ref
from cdk_evidently._service.endpoint import STAGE
from cdk_evidently.errors import ConflictingSettingsError, InvalidArgumentError

_ANY: Final = "*"
_EVALUATE: Final = {"BatchEvaluateFeature", "EvaluateFeature", "PutProjectEvents"}
_START: Final = {"GetLaunch", "StartLaunch", "StopLaunch"}
_READ: Final = ("Get", "List", "TestSegmentPattern")
_EXPERIMENT: Final = "Experiment"  # the service has none: it lists none, and refuses the other operations
_LIST_EXPERIMENTS: Final = "ListExperiments"


class ServiceGrants:
    """Grants permissions on an `EvidentlyService`; found as `service.grants`.

    Each method grants `execute-api:Invoke` on the routes of its operations, with the project in the path by name and
    by ARN, and on no other route of the service. With `project` (a name, an ARN, or a construct) the grant covers
    that project and its features and launches; with `launch` as well, that launch alone. Segments belong to no
    project and need a grant without both.

    A `*` in an IAM resource matches slashes too, so `evaluate` for all projects also allows the start and stop of a
    launch that is itself named `evaluations`. A grant for a project does not.
    """

    def __init__(self, stack: Stack, endpoint: EvidentlyEndpoint) -> None:
        self._stack = stack
        self._endpoint = endpoint

    def evaluate(self, grantee: iam.IGrantable, *, project: ProjectLike | None = None) -> iam.Grant:
        """Allow to get variations and send events: EvaluateFeature, BatchEvaluateFeature, PutProjectEvents.

        Raises:
            InvalidArgumentError: `project` names no project of the service's account, or no policy can let the grantee
                in: it is of another account, or a principal without policies, such as an ARN or a service.

        """
        return self._grant(grantee, [it for it in _offered() if it.operation in _EVALUATE], project, None)

    def read(
        self, grantee: iam.IGrantable, *, project: ProjectLike | None = None, launch: LaunchLike | None = None
    ) -> iam.Grant:
        """Allow to read: every Get and List operation, and TestSegmentPattern.

        Raises:
            InvalidArgumentError: as `evaluate`, or `launch` names no launch.
            ConflictingSettingsError: `launch` without `project`, or a launch's ARN that belongs to another project.

        """
        return self._grant(grantee, [it for it in _offered() if it.operation.startswith(_READ)], project, launch)

    def manage(
        self, grantee: iam.IGrantable, *, project: ProjectLike | None = None, launch: LaunchLike | None = None
    ) -> iam.Grant:
        """Allow everything except evaluations and events: create, read, update, start, stop, tag and delete.

        Raises:
            InvalidArgumentError: as `evaluate`, or `launch` names no launch.
            ConflictingSettingsError: `launch` without `project`, or a launch's ARN that belongs to another project.

        """
        return self._grant(grantee, [it for it in _offered() if it.operation not in _EVALUATE], project, launch)

    def start_launch(
        self, grantee: iam.IGrantable, *, project: ProjectLike | None = None, launch: LaunchLike | None = None
    ) -> iam.Grant:
        """Allow to run launches: StartLaunch, StopLaunch, and GetLaunch for the status.

        Raises:
            InvalidArgumentError: as `evaluate`, or `launch` names no launch.
            ConflictingSettingsError: `launch` without `project`, or a launch's ARN that belongs to another project.

        """
        return self._grant(grantee, [it for it in _offered() if it.operation in _START], project, launch)

    def _grant(
        self,
        grantee: iam.IGrantable,
        granted: list[Route],
        project: ProjectLike | None,
        launch: LaunchLike | None,
    ) -> iam.Grant:
        # An API that is imported without a region is in its stack's; the grantee's stack may be in another.
        home = self._stack.region
        region = self._endpoint.region or (Aws.REGION if Token.is_unresolved(home) else home)
        scope = _grant_scope(project, launch, f"arn:{Aws.PARTITION}:evidently:{region}:{Aws.ACCOUNT_ID}:")
        stage = f"arn:{Aws.PARTITION}:execute-api:{region}:{Aws.ACCOUNT_ID}:{self._endpoint.api_id}/{STAGE}"
        named = [] if project is None else [resource_ref("project", project)]
        named += [] if launch is None else [resource_ref("launch", launch)]
        check_account_and_region(self._stack, self._endpoint, named)
        self._check_account(grantee)
        grant = iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["execute-api:Invoke"],
            resource_arns=[f"{stage}/{path}" for path in _paths(granted, scope)],
        )
        if not grant.success:
            raise _unreachable(grantee, "a principal with policies, such as a role")
        return grant

    def _check_account(self, grantee: iam.IGrantable) -> None:
        principal = getattr(grantee, "grant_principal", None)
        if principal is None:
            raise _unreachable(grantee, "a principal, such as a role")
        # An imported function has an account, and a principal that knows none.
        environment = getattr(grantee, "env", None)
        account = getattr(principal, "principal_account", None) or getattr(environment, "account", None)
        if differ(account, self._stack.account) and not is_looked_up_role(principal):
            raise _unreachable(grantee, f"of the service's account, {self._stack.account}", f" of account {account}")


def _unreachable(grantee: object, rule: str, account: str = "") -> InvalidArgumentError:
    node, to_string = getattr(grantee, "node", None), getattr(grantee, "to_string", None)
    shown = node.path if node else to_string() if to_string else grantee
    return InvalidArgumentError(
        "grantee",
        f"{shown}{account}",
        f"{rule}, as an HTTP API has no resource policy for others",
        "Create a role in the service's account, grant to it, and let others assume it",
    )


@dataclass(frozen=True, slots=True)
class _GrantScope:
    """The resources that a grant covers.

    Args:
        projects: the project in each form that a path can have, or `*` for any.
        launch: the launch's name, None for any.
        tagged: the ARNs of resources with tags, in each form that a path can have, or `*` for any.

    """

    projects: tuple[str, ...] = (_ANY,)
    launch: str | None = None
    tagged: tuple[str, ...] = (_ANY,)

    @property
    def unrestricted(self) -> bool:
        return self == _GrantScope()


def _offered() -> list[Route]:
    return [it for it in routes() if _EXPERIMENT not in it.operation or it.operation == _LIST_EXPERIMENTS]


def _grant_scope(project: ProjectLike | None, launch: LaunchLike | None, prefix: str) -> _GrantScope:
    # Each ARN plain and escaped: an SDK escapes it in a path, and API Gateway may decode it before IAM compares.
    if launch is not None:
        if project is None:
            message = f"launch is {launch!r} and project is None: a launch belongs to a project. Give the project too."
            raise ConflictingSettingsError(message)
        found = named_launch(project, launch)
        arn = f"{prefix}project/{found.project.name}"
        launch_arn = f"{arn}/launch/{found.launch.name}"
        projects = (found.project.name, arn, _escaped(arn))
        return _GrantScope(projects, found.launch.name, (launch_arn, _escaped(launch_arn)))
    if project is None:
        return _GrantScope()
    name = resource_ref("project", project).name
    arn = f"{prefix}project/{name}"
    below = f"{arn}/{_ANY}"
    return _GrantScope((name, arn, _escaped(arn)), None, (arn, _escaped(arn), below, _escaped(below)))


def _paths(granted: list[Route], scope: _GrantScope) -> list[str]:
    """Return the methods and paths of the routes in the scope, as patterns of IAM."""
    # A method whose every route is granted gets one pattern: a role has only 10 240 characters for its policies.
    methods = {route.method for route in granted}
    whole = {it for it in methods if all(route in granted for route in _offered() if route.method == it)}
    found: list[str] = []
    for route in granted:
        if scope.unrestricted:
            found.append(f"{route.method}/{_ANY}" if route.method in whole else _filled(route))
        elif "{resourceArn}" in route.uri:
            found += [_filled(route, resourceArn=arn) for arn in scope.tagged]
        elif "{project}" not in route.uri or (scope.launch is not None and "{launch}" not in route.uri):
            continue
        elif scope.launch is None and route.method in whole:
            found += [f"{route.method}/projects/{form}{tail}" for form in scope.projects for tail in ("", f"/{_ANY}")]
        else:
            found += [_filled(route, project=form, launch=scope.launch or _ANY) for form in scope.projects]
    return list(dict.fromkeys(found))


def _filled(route: Route, **labels: str) -> str:
    parts = (labels.get(part[1:-1], _ANY) if part.startswith("{") else part for part in route.uri.split("/"))
    return route.method + "/".join(parts)


def _escaped(arn: str) -> str:
    # Not with urllib, which would escape the tokens in it too. Names have no other characters to escape.
    return arn.replace(":", "%3A").replace("/", "%2F")
