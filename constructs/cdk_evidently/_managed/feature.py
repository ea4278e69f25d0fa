"""`Feature`: the variations of which each user gets one."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol

from aws_cdk import RemovalPolicy
from aws_cdk.interfaces import aws_evidently as refs
from constructs import Construct

from cdk_evidently._cdk.tokens import has_unknown
from cdk_evidently._common.api_model import text_rule
from cdk_evidently._common.contract import contract
from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently._common.references import Imported, ProjectLike, resource_ref
from cdk_evidently._managed.managed_resource import ManagedResource
from cdk_evidently._managed.shapes import is_missing, repeated
from cdk_evidently._managed.values import Variation
from cdk_evidently._provider.provider import EvidentlyProvider

_MAX_OVERRIDE_BYTES = 40 * 1024  # Evidently's API reference, CreateFeature: "Up to 40 KB"


class EvaluationStrategy(StrEnum):
    """How the API chooses a user's variation: by all rules, or always the default."""

    ALL_RULES = "ALL_RULES"
    DEFAULT_VARIATION = "DEFAULT_VARIATION"


class IFeature(Protocol):
    """A feature of the stack, or an imported one."""

    @property
    def feature_name(self) -> str:
        """The feature's plain name."""

    @property
    def feature_arn(self) -> str:
        """The feature's ARN."""


class Feature(ManagedResource):
    """A feature: one to five variations of one type, and the rules for users whom no launch applies to.

    An update changes everything but name and project in place, all variations in one call; another name or project
    replaces the feature. A feature that leaves the stack is deleted. The deletion fails while a launch that the stack
    does not stop runs on the feature.

    Args:
        scope: the construct's parent.
        construct_id: the construct's id within the parent.
        project: the project: a construct, a name or an ARN.
        variations: one to five variations of one type.
        feature_name: the feature's name, by default generated from the construct's path: a construct that moves to
            another scope is then another feature, and the old one is deleted.
        default_variation: the name of the variation for users whom no rule applies to, by default the first.
        description: a description of at most 160 characters.
        entity_overrides: the name of the variation that a user always gets, by the user's id: at most 2500 entries and
            40 KB.
        evaluation_strategy: `DEFAULT_VARIATION` to give all users the default variation, by default `ALL_RULES`.
        tags: the feature's tags, at most 50; `Tags.of(…)` adds to them.
        adopt_existing: whether to adopt an existing feature of that name: the deploy updates it to this definition, and
            it stays when this leaves the stack. By default the deploy fails and leaves the existing one unchanged.
        removal_policy: whether the feature is deleted when this leaves the stack, by default DESTROY. With RETAIN the
            Delete tells the API to keep it, and from then on nobody owns it. A DeletionPolicy of Retain is an error.
        endpoint: the API, by default that of a `project` construct.
        provider: the provider, by default the stack's shared one for the endpoint.

    Raises:
        InvalidArgumentError: `project` names no project or one of another account or Region, `endpoint` is not an
            EvidentlyEndpoint, or `removal_policy` is neither DESTROY nor RETAIN.
        InvalidDefinitionError: the definition breaks rules; the error lists all problems.
        ConflictingSettingsError: both `endpoint` and `provider`, or another construct of the stack has this feature.

    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        project: ProjectLike,
        variations: Sequence[Variation],
        feature_name: str | None = None,
        default_variation: str | None = None,
        description: str | None = None,
        entity_overrides: Mapping[str, str] | None = None,
        evaluation_strategy: EvaluationStrategy | None = None,
        tags: Mapping[str, str] | None = None,
        adopt_existing: bool = False,
        removal_policy: RemovalPolicy | None = None,
        endpoint: EvidentlyEndpoint | None = None,
        provider: EvidentlyProvider | None = None,
    ) -> None:
        within = resource_ref("project", project)
        overrides = dict(entity_overrides or {})
        definition: dict[str, Any] = {
            "variations": [{"name": each.name, "value": {each.member: each.value}} for each in variations],
            "defaultVariation": default_variation,
            "description": description,
            "entityOverrides": overrides or None,
            "evaluationStrategy": None if evaluation_strategy is None else str(evaluation_strategy),
        }
        super().__init__(scope, construct_id, endpoint=endpoint, provider=provider, related=[project])
        self._name = feature_name or self._generated_name(text_rule("FeatureName").longest)
        self._variations = tuple(each.name for each in variations)
        self._add_resource(
            "feature",
            self._name,
            {name: value for name, value in definition.items() if value is not None},
            project=within,
            problems=[
                *_variation_problems(variations),
                *_reference_problems(self._variations, default_variation, overrides),
            ],
            tags=tags,
            adopt_existing=adopt_existing,
            removal_policy=removal_policy,
            after=[project],
        )

    @classmethod
    def from_feature_name(
        cls, scope: Construct, construct_id: str, feature_name: str, *, project: ProjectLike
    ) -> IFeature:
        """Import an existing feature of the stack's account and region.

        Raises:
            InvalidArgumentError: the API allows no such name, or `project` names no project.

        """
        return Imported.by_name(scope, construct_id, "feature", feature_name, project)

    @classmethod
    def from_feature_arn(cls, scope: Construct, construct_id: str, feature_arn: str) -> IFeature:
        """Import an existing feature by its ARN.

        Raises:
            InvalidArgumentError: it is not the ARN of a feature.

        """
        return Imported.by_arn(scope, construct_id, "feature", feature_arn)

    @property
    def feature_name(self) -> str:
        """The feature's plain name."""
        return self._name

    @property
    def feature_arn(self) -> str:
        """The feature's ARN at the deploy."""
        return self._attribute(contract.ATTRIBUTE_ARN)

    @property
    def feature_ref(self) -> refs.FeatureReference:
        """The reference that CDK's own constructs accept for a feature."""
        return refs.FeatureReference(feature_arn=self.feature_arn)

    @property
    def variation_names(self) -> tuple[str, ...]:
        """The names of the feature's variations, in their order."""
        return self._variations

    @property
    def status(self) -> str:
        """The feature's status at the end of the deploy: `AVAILABLE`."""
        return self._attribute(contract.ATTRIBUTE_STATUS)


def _variation_problems(variations: Sequence[Variation]) -> Iterator[str]:
    for name, count in repeated(each.name for each in variations).items():
        yield f"variations has {name!r} {count} times; each name has to be unique"
    if len(members := sorted({each.member for each in variations})) > 1:
        yield f"variations have values of several types ({', '.join(members)}); a feature has one type"


def _reference_problems(
    variations: Sequence[str], default_variation: str | None, overrides: Mapping[str, str]
) -> Iterator[str]:
    rule = f"it has to be one of {', '.join(variations)}"
    if default_variation is not None and is_missing(default_variation, variations):
        yield f"default_variation is {default_variation!r}; {rule}"
    for entity, variation in overrides.items():
        if is_missing(variation, variations):
            yield f"entity_overrides[{entity!r}] is {variation!r}; {rule}"
    size = sum(len(text.encode()) for each in overrides.items() for text in each if not has_unknown(text))
    if size > _MAX_OVERRIDE_BYTES:
        yield f"entity_overrides take {size} bytes; at most {_MAX_OVERRIDE_BYTES} are allowed"
