"""Which project, feature, segment or launch is meant: names, ARNs, constructs and tokens in; plain names out."""

from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from aws_cdk import Fn, Token
from aws_cdk.interfaces import aws_evidently as refs
from constructs import Construct

from cdk_evidently._common.api_model import text_rule
from cdk_evidently._common.contract import contract
from cdk_evidently.errors import ConflictingSettingsError, InvalidArgumentError

ARN: Final = "arn:"
# What stands before the name in an ARN.
_BEFORE_NAME: Final = {"project": "project/", "feature": "/feature/", "launch": "/launch/", "segment": "segment/"}


class HasProjectName(Protocol):
    """A construct of this library for a project."""

    @property
    def project_name(self) -> str:
        """Its plain name."""


class HasFeatureName(Protocol):
    """A construct of this library for a feature."""

    @property
    def feature_name(self) -> str:
        """Its plain name."""


class HasLaunchName(Protocol):
    """A construct of this library for a launch."""

    @property
    def launch_name(self) -> str:
        """Its plain name."""


class HasSegmentName(Protocol):
    """A construct of this library for a segment."""

    @property
    def segment_name(self) -> str:
        """Its plain name."""


ProjectLike: TypeAlias = str | refs.IProjectRef | HasProjectName
FeatureLike: TypeAlias = str | refs.IFeatureRef | HasFeatureName
LaunchLike: TypeAlias = str | refs.ILaunchRef | HasLaunchName
SegmentLike: TypeAlias = str | refs.ISegmentRef | HasSegmentName


class Imported(Construct):
    """A resource that the app refers to and does not create.

    Attributes:
        given: as the caller named it: its name or its ARN.

    """

    def __init__(self, scope: Construct, construct_id: str, given: str) -> None:
        super().__init__(scope, construct_id)
        self.given = given


@dataclass(frozen=True, slots=True)
class Name:
    """What a project, a feature, a segment or a launch is called.

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
    found = NamedLaunch(project=named("project", project), launch=named("launch", launch))
    if found.literal:
        _check_agreement(found)
    return found


def named(kind: str, value: object) -> Name:
    """Return what an argument means.

    Args:
        kind: `project`, `feature`, `segment` or `launch`; the argument's name as well.
        value: a name, an ARN, a construct, or a token for a name or an ARN.

    Raises:
        InvalidArgumentError: it is not a name or ARN that the API takes.

    """
    given = _text(kind, value)
    if Token.is_unresolved(given):
        return Name(given, _after(_BEFORE_NAME[kind], given), literal=False)
    title = kind.capitalize()
    if not given.startswith(ARN):
        return _checked_name(kind, given, given, f"{title}Name")
    _check_arn(kind, given, f"{title}Arn")
    return _checked_name(kind, given, given.rpartition("/")[2], f"{title}Name")


def _text(kind: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Imported) and hasattr(value, f"{kind}_name"):
        return value.given
    name = getattr(value, f"{kind}_name", None)
    reference = getattr(value, f"{kind}_ref", None)
    arn = getattr(reference, f"{kind}_arn", None)
    for found in (name, arn):
        if isinstance(found, str):
            return found
    raise InvalidArgumentError(kind, value, f"a {kind}'s name, its ARN, or a construct for one", "Give one of these")


def _after(separator: str, given: str) -> str:
    # Of "NAME", and of "arn:…" + separator + "NAME" too, twice over with the separator between: the second is NAME.
    return Fn.select(1, Fn.split(separator, f"{given}{separator}{given}"))


def _check_arn(kind: str, arn: str, shape: str) -> None:
    rule = text_rule(shape)
    if not rule.allows(arn) or arn.split(":")[2] != contract.API_NAME:
        raise InvalidArgumentError(
            kind,
            arn,
            f"the ARN of an Evidently {kind} ({rule})",
            f"Give the {kind}'s own ARN, or its plain name",
        )


def _checked_name(kind: str, given: str, name: str, shape: str) -> Name:
    rule = text_rule(shape)
    if not rule.allows(name):
        raise InvalidArgumentError(kind, given, f"a name of {rule}", f"Give the {kind}'s name or its ARN")
    return Name(given, name, literal=True)


def _check_agreement(found: NamedLaunch) -> None:
    project, launch = found.project.given, found.launch.given
    if not launch.startswith(ARN):
        return
    project_arn = launch.partition(_BEFORE_NAME["launch"])[0]
    agreed = project_arn if project.startswith(ARN) else project_arn.partition(_BEFORE_NAME["project"])[2]
    if project != agreed:
        message = (
            f"project is {project!r}, but launch is {launch!r}, a launch of {agreed!r}: "
            "both have to name one project. Give the launch's plain name, or the project that its ARN names."
        )
        raise ConflictingSettingsError(message)
