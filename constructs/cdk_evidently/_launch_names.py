"""Which launch is meant: names, ARNs, constructs and tokens in; the plain names out, or an error that helps."""

from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias, runtime_checkable

from aws_cdk import Fn, Token
from aws_cdk.interfaces import aws_evidently as refs

from cdk_evidently._assets import contract
from cdk_evidently._model import text_rule
from cdk_evidently.errors import ConflictingSettingsError, InvalidArgumentError

_LAUNCH_IN_ARN: Final = "/launch/"
_PROJECT_IN_ARN: Final = "project/"


@runtime_checkable
class _HasProjectRef(Protocol):
    @property
    def project_ref(self) -> refs.ProjectReference: ...


@runtime_checkable
class _HasLaunchRef(Protocol):
    @property
    def launch_ref(self) -> refs.LaunchReference: ...


ProjectLike: TypeAlias = str | refs.IProjectRef
LaunchLike: TypeAlias = str | refs.ILaunchRef


@dataclass(frozen=True, slots=True)
class NamedLaunch:
    """One launch of one project.

    Args:
        project: the project as the caller gave it: a name, an ARN, or a token for either.
        launch: the launch, likewise.
        project_name: its plain name; for a token, a token that leaves the name of whatever it turns out to be.
        launch_name: likewise.

    """

    project: str
    launch: str
    project_name: str
    launch_name: str

    @property
    def literal(self) -> bool:
        """Whether both names are known at synth."""
        return not (Token.is_unresolved(self.project) or Token.is_unresolved(self.launch))


def named_launch(project: ProjectLike, launch: LaunchLike) -> NamedLaunch:
    """Return the launch that two arguments mean.

    Raises:
        InvalidArgumentError: one of them is not a name or ARN that the API takes.
        ConflictingSettingsError: the launch's ARN belongs to another project.

    """
    project_text = _text("project", project)
    launch_text = _text("launch", launch)
    named = NamedLaunch(
        project=project_text,
        launch=launch_text,
        project_name=_project_name(project_text),
        launch_name=_launch_name(launch_text),
    )
    if named.literal:
        _check_agreement(named)
    return named


def _text(argument: str, value: object) -> str:
    match value:
        case str():
            return value
        case _HasProjectRef() if argument == "project":
            return value.project_ref.project_arn
        case _HasLaunchRef() if argument == "launch":
            return value.launch_ref.launch_arn
        case _:
            raise InvalidArgumentError(
                argument, value, f"a {argument}'s name, its ARN, or a construct for one", "Give one of these"
            )


def _project_name(project: str) -> str:
    if Token.is_unresolved(project):
        # Of "NAME", or of "arn:…:project/NAME", twice over with "project/" between: the second part is the name.
        return Fn.select(1, Fn.split(_PROJECT_IN_ARN, f"{project}{_PROJECT_IN_ARN}{project}"))
    if project.startswith("arn:"):
        _check_arn("project", project, "ProjectArn")
        return _checked_name("project", project, project.partition(_PROJECT_IN_ARN)[2], "ProjectName")
    return _checked_name("project", project, project, "ProjectName")


def _launch_name(launch: str) -> str:
    if Token.is_unresolved(launch):
        return Fn.select(1, Fn.split(_LAUNCH_IN_ARN, f"{launch}{_LAUNCH_IN_ARN}{launch}"))
    if launch.startswith("arn:"):
        _check_arn("launch", launch, "LaunchArn")
        return _checked_name("launch", launch, launch.rpartition("/")[2], "LaunchName")
    return _checked_name("launch", launch, launch, "LaunchName")


def _check_arn(argument: str, arn: str, shape: str) -> None:
    rule = text_rule(shape)
    if not rule.allows(arn) or arn.split(":")[2] != contract.API_NAME:
        raise InvalidArgumentError(
            argument,
            arn,
            f"the ARN of an Evidently {argument} ({rule})",
            f"Give the {argument}'s own ARN, or its plain name",
        )


def _checked_name(argument: str, given: str, name: str, shape: str) -> str:
    rule = text_rule(shape)
    if not rule.allows(name):
        raise InvalidArgumentError(argument, given, f"a name of {rule}", f"Give the {argument}'s name or its ARN")
    return name


def _check_agreement(named: NamedLaunch) -> None:
    if not named.launch.startswith("arn:"):
        return
    project_arn = named.launch.partition(_LAUNCH_IN_ARN)[0]
    agreed = project_arn if named.project.startswith("arn:") else project_arn.partition(_PROJECT_IN_ARN)[2]
    if named.project != agreed:
        message = (
            f"project is {named.project!r}, but launch is {named.launch!r}, a launch of {agreed!r}: "
            "both have to name one project. Give the launch's plain name, or the project that its ARN names."
        )
        raise ConflictingSettingsError(message)
