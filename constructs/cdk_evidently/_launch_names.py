"""Which launch is meant: names, ARNs, constructs and tokens in; the plain names out, or an error that helps."""

from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias, runtime_checkable

from aws_cdk import Fn, Token
from aws_cdk.interfaces import aws_evidently as refs

from cdk_evidently._assets import contract
from cdk_evidently._model import text_rule
from cdk_evidently.errors import ConflictingSettingsError, InvalidArgumentError

_ARN: Final = "arn:"
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
class Name:
    """What a project or a launch is called.

    Args:
        given: as the caller gave it: a name, an ARN, or a token for either.
        plain: its plain name; for a token, a token that leaves the name of whatever it turns out to be.
        literal: whether it is known at synth.

    """

    given: str
    plain: str
    literal: bool


@dataclass(frozen=True, slots=True)
class NamedLaunch:
    """One launch of one project."""

    project: Name
    launch: Name

    @property
    def literal(self) -> bool:
        """Whether both names are known at synth."""
        return self.project.literal and self.launch.literal


def named_launch(project: ProjectLike, launch: LaunchLike) -> NamedLaunch:
    """Return the launch that two arguments mean.

    Raises:
        InvalidArgumentError: one of them is not a name or ARN that the API takes.
        ConflictingSettingsError: the launch's ARN belongs to another project.

    """
    named = NamedLaunch(
        project=named_project(project),
        launch=_launch(_text("launch", launch)),
    )
    if named.literal:
        _check_agreement(named)
    return named


def named_project(project: ProjectLike) -> Name:
    """Return the project that an argument means.

    Raises:
        InvalidArgumentError: it is not a name or ARN that the API takes.

    """
    return _project(_text("project", project))


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


def _project(given: str) -> Name:
    if Token.is_unresolved(given):
        return Name(given, _second_part(given, _PROJECT_IN_ARN), literal=False)
    if given.startswith(_ARN):
        _check_arn("project", given, "ProjectArn")
        return _checked_name("project", given, given.partition(_PROJECT_IN_ARN)[2], "ProjectName")
    return _checked_name("project", given, given, "ProjectName")


def _launch(given: str) -> Name:
    if Token.is_unresolved(given):
        return Name(given, _second_part(given, _LAUNCH_IN_ARN), literal=False)
    if given.startswith(_ARN):
        _check_arn("launch", given, "LaunchArn")
        return _checked_name("launch", given, given.rpartition("/")[2], "LaunchName")
    return _checked_name("launch", given, given, "LaunchName")


def _second_part(given: str, separator: str) -> str:
    # Of "NAME", and of "arn:…" + separator + "NAME" too, twice over with the separator between: the second is NAME.
    return Fn.select(1, Fn.split(separator, f"{given}{separator}{given}"))


def _check_arn(argument: str, arn: str, shape: str) -> None:
    rule = text_rule(shape)
    if not rule.allows(arn) or arn.split(":")[2] != contract.API_NAME:
        raise InvalidArgumentError(
            argument,
            arn,
            f"the ARN of an Evidently {argument} ({rule})",
            f"Give the {argument}'s own ARN, or its plain name",
        )


def _checked_name(argument: str, given: str, name: str, shape: str) -> Name:
    rule = text_rule(shape)
    if not rule.allows(name):
        raise InvalidArgumentError(argument, given, f"a name of {rule}", f"Give the {argument}'s name or its ARN")
    return Name(given, name, literal=True)


def _check_agreement(named: NamedLaunch) -> None:
    project, launch = named.project.given, named.launch.given
    if not launch.startswith(_ARN):
        return
    project_arn = launch.partition(_LAUNCH_IN_ARN)[0]
    agreed = project_arn if project.startswith(_ARN) else project_arn.partition(_PROJECT_IN_ARN)[2]
    if project != agreed:
        message = (
            f"project is {project!r}, but launch is {launch!r}, a launch of {agreed!r}: "
            "both have to name one project. Give the launch's plain name, or the project that its ARN names."
        )
        raise ConflictingSettingsError(message)
