"""References to projects, features, segments and launches, as arguments give them: names, ARNs, constructs, tokens."""

from dataclasses import dataclass
from typing import Final, Literal, Protocol, Self, TypeAlias

from aws_cdk import Fn, Stack
from aws_cdk.interfaces import aws_evidently as refs
from constructs import Construct

from cdk_evidently._cdk.lazy import lazy_text
from cdk_evidently._cdk.tokens import (
    has_unknown,
    is_looked_up,
    names_dynamic_reference,
)
from cdk_evidently._common.api_model import text_rule
from cdk_evidently._common.contract import contract
from cdk_evidently.errors import ConflictingSettingsError, InvalidArgumentError

Kind: TypeAlias = Literal["project", "feature", "segment", "launch"]

ARN: Final = "arn:"
# What precedes the name in an ARN of each kind.
_BEFORE_NAME: Final = {"project": "project/", "feature": "/feature/", "launch": "/launch/", "segment": "segment/"}


class HasProjectName(Protocol):
    """A construct of this library for a project."""

    @property
    def project_name(self) -> str:
        """The project's plain name."""


class HasFeatureName(Protocol):
    """A construct of this library for a feature."""

    @property
    def feature_name(self) -> str:
        """The feature's plain name."""


class HasLaunchName(Protocol):
    """A construct of this library for a launch."""

    @property
    def launch_name(self) -> str:
        """The launch's plain name."""


class HasSegmentName(Protocol):
    """A construct of this library for a segment."""

    @property
    def segment_name(self) -> str:
        """The segment's plain name."""


ProjectLike: TypeAlias = str | refs.IProjectRef | HasProjectName
FeatureLike: TypeAlias = str | refs.IFeatureRef | HasFeatureName
LaunchLike: TypeAlias = str | refs.ILaunchRef | HasLaunchName
SegmentLike: TypeAlias = str | refs.ISegmentRef | HasSegmentName


class Imported(Construct):
    """A resource that the app refers to and does not create.

    An instance has the three attributes of its kind: `project_name`, `project_arn` and `project_ref` for a project.

    Attributes:
        given: what names it in a template: its plain name, or its ARN.

    """

    given: str
    project_name: str
    project_arn: str
    project_ref: refs.ProjectReference
    feature_name: str
    feature_arn: str
    feature_ref: refs.FeatureReference
    segment_name: str
    segment_arn: str
    segment_ref: refs.SegmentReference
    launch_name: str
    launch_arn: str
    launch_ref: refs.LaunchReference

    def __init__(self, scope: Construct, construct_id: str, kind: Kind, *, given: str, name: str, arn: str) -> None:
        super().__init__(scope, construct_id)
        self.given = given
        setattr(self, f"{kind}_name", name)
        setattr(self, f"{kind}_arn", arn)
        reference = getattr(refs, f"{kind.capitalize()}Reference")
        setattr(self, f"{kind}_ref", reference(**{f"{kind}_arn": arn}))

    @classmethod
    def by_name(
        cls, scope: Construct, construct_id: str, kind: Kind, name: str, project: ProjectLike | None = None
    ) -> Self:
        """Import a resource of the stack's account and Region; `project` is the project of a feature or launch.

        Raises:
            InvalidArgumentError: the API allows no such name, or `project` names no project.

        """
        plain = resource_ref(kind, name).name
        resource: str = kind
        path = plain
        if project is not None:
            resource, path = "project", f"{resource_ref('project', project).name}/{kind}/{plain}"
        arn = Stack.of(scope).format_arn(service=contract.API_NAME, resource=resource, resource_name=path)
        return cls(scope, construct_id, kind, given=plain, name=plain, arn=arn)

    @classmethod
    def by_arn(cls, scope: Construct, construct_id: str, kind: Kind, arn: str) -> Self:
        """Import a resource by its ARN.

        Raises:
            InvalidArgumentError: it is not the ARN of a resource of this kind.

        """
        if not has_unknown(arn):
            _check_arn(kind, arn)
        return cls(scope, construct_id, kind, given=arn, name=resource_ref(kind, arn).name, arn=arn)


@dataclass(frozen=True, slots=True)
class ResourceRef:
    """A resource of the API, as an argument names it.

    Args:
        kind: the resource's kind, and the name of the argument.
        given: what the caller gave: a name, an ARN, or a token for either.
        name: the plain name; for a token, a token that extracts the name from a name or an ARN at the deploy. A dynamic
            reference has to be to a name.
        literal: whether the name is known at synth.

    """

    kind: Kind
    given: str
    name: str
    literal: bool


@dataclass(frozen=True, slots=True)
class NamedLaunch:
    """A launch and its project."""

    project: ResourceRef
    launch: ResourceRef

    @property
    def literal(self) -> bool:
        """Whether both names are known at synth."""
        return self.project.literal and self.launch.literal


def named_launch(project: ProjectLike, launch: LaunchLike) -> NamedLaunch:
    """Return the launch that two arguments name.

    Raises:
        InvalidArgumentError: one of them is not a name or ARN that the API allows.
        ConflictingSettingsError: the launch's ARN belongs to another project.

    """
    found = NamedLaunch(project=resource_ref("project", project), launch=resource_ref("launch", launch))
    if found.literal:
        _check_agreement(found)
    return found


def resource_ref(kind: Kind, value: object) -> ResourceRef:
    """Return the resource that an argument names.

    Args:
        kind: the resource's kind, and the name of the argument.
        value: a name, an ARN, a construct, or a token for a name or an ARN.

    Raises:
        InvalidArgumentError: it is not a name or ARN that the API allows.

    """
    given = _text(kind, value)
    if has_unknown(given):
        return ResourceRef(kind, given, _unknown_name(kind, given), literal=False)
    name = given
    if given.startswith(ARN):
        _check_arn(kind, given)
        name = given.rpartition("/")[2]
    rule = text_rule(f"{kind.capitalize()}Name")
    if not rule.allows(name):
        raise InvalidArgumentError(kind, given, f"a name of {rule}", f"Give the {kind}'s name or its ARN")
    return ResourceRef(kind, given, name, literal=True)


def _text(kind: Kind, value: object) -> str:
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


def _unknown_name(kind: Kind, given: str) -> str:
    if is_looked_up(given):
        return given  # nothing deploys it
    if names_dynamic_reference(given):
        # CloudFormation splits a text before it resolves dynamic references, whose own text may have a separator.
        return lazy_text(lambda _: given)
    return _after(_BEFORE_NAME[kind], given)


def _after(separator: str, given: str) -> str:
    # CloudFormation has no "last part" and can't test for an ARN. Doubling the text with the separator between makes
    # the second part the name in both cases: of "NAME", and of "arn:…" + separator + "NAME".
    return Fn.select(1, Fn.split(separator, f"{given}{separator}{given}"))


def _check_arn(kind: Kind, arn: str) -> None:
    rule = text_rule(f"{kind.capitalize()}Arn")
    # The model's pattern leaves the service open.
    if not rule.allows(arn) or arn.split(":")[2] != contract.API_NAME:
        raise InvalidArgumentError(
            kind,
            arn,
            f"the ARN of an Evidently {kind} ({rule})",
            f"Give the {kind}'s own ARN, or its plain name",
        )


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
