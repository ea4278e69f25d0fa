"""`Feature`: what has variations, one of which each user gets."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol

from aws_cdk import RemovalPolicy, Token
from aws_cdk.interfaces import aws_evidently as refs
from constructs import Construct

from cdk_evidently._common.api_model import text_rule
from cdk_evidently._common.contract import contract
from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently._common.references import Imported, ProjectLike, named
from cdk_evidently._managed.managed_resource import Declared, evidently_arn
from cdk_evidently._managed.values import Variation
from cdk_evidently._provider.provider import EvidentlyProvider

_MOST_OVERRIDE_BYTES = 40 * 1024  # Evidently's API reference, CreateFeature: "Up to 40 KB"


class EvaluationStrategy(StrEnum):
    """How a feature's variation is chosen."""

    ALL_RULES = "ALL_RULES"
    DEFAULT_VARIATION = "DEFAULT_VARIATION"


class IFeature(Protocol):
    """A feature of the stack, or one that is there already."""

    @property
    def feature_name(self) -> str:
        """The feature's plain name."""

    @property
    def feature_arn(self) -> str:
        """The feature's ARN."""


class Feature(Declared):
    """A feature: one to five variations of one type, and which one a user gets where no launch decides.

    Everything but its name and its project changes in place, variations in one call. When it leaves the stack it is
    deleted; that fails while a launch runs on it that the stack does not stop.

    Args:
        scope: the construct's parent.
        construct_id: its name within the parent.
        project: the project: a construct, a name or an ARN.
        variations: one to five, all of one type.
        feature_name: the feature's name, by default one made of the construct's path.
        default_variation: the name of the variation for everybody whom nothing else decides for, by default the first.
        description: what it is for, of at most 160 characters.
        entity_overrides: the name of the variation that a user gets whatever the launches say, by the user's id: 2500
            at most, in 40 KB.
        evaluation_strategy: `ALL_RULES`, or `DEFAULT_VARIATION` to give everybody the default, by default the first.
        tags: the feature's tags, 50 at most; `Tags.of(…)` adds to them.
        adopt_existing: whether a feature of that name that is there already will do: it is made as declared here, and
            stays when this leaves the stack. By default it fails the deploy, and stays as it is.
        removal_policy: RETAIN keeps the feature when this leaves the stack: the Delete tells the API, and from then on
            nobody owns it. By default DESTROY. A DeletionPolicy of Retain on the resource itself is an error.
        endpoint: the API, by default that of a `project` construct.
        provider: the function to use, by default one per endpoint and stack.

    Raises:
        InvalidArgumentError: `project` names no project, `endpoint` is not an EvidentlyEndpoint, another
            `removal_policy`; an ARN of another account or Region.
        InvalidDefinitionError: rules that are broken, all together.
        ConflictingSettingsError: both `endpoint` and `provider`.

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
        within = named("project", project)
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
        self._declare(
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
        """Return a feature of the stack's account and region that is there already.

        Raises:
            InvalidArgumentError: it is not a name that the API takes, or `project` names no project.

        """
        name, within = named("feature", feature_name).plain, named("project", project).plain
        return _ImportedFeature(
            scope, construct_id, name, name, evidently_arn(scope, "project", within, "feature", name)
        )

    @classmethod
    def from_feature_arn(cls, scope: Construct, construct_id: str, feature_arn: str) -> IFeature:
        """Return a feature that is there already.

        Raises:
            InvalidArgumentError: it is not the ARN of a feature.

        """
        return _ImportedFeature(scope, construct_id, feature_arn, named("feature", feature_arn).plain, feature_arn)

    @property
    def feature_name(self) -> str:
        """The feature's plain name."""
        return self._name

    @property
    def feature_arn(self) -> str:
        """The feature's ARN, as the deploy found it."""
        return self._attribute(contract.ATTRIBUTE_ARN)

    @property
    def feature_ref(self) -> refs.FeatureReference:
        """The reference by which other constructs know the feature."""
        return refs.FeatureReference(feature_arn=self.feature_arn)

    @property
    def variation_names(self) -> tuple[str, ...]:
        """The names of its variations."""
        return self._variations

    @property
    def status(self) -> str:
        """The feature's status as the deploy left it: `AVAILABLE`."""
        return self._attribute(contract.ATTRIBUTE_STATUS)


class _ImportedFeature(Imported):
    def __init__(self, scope: Construct, construct_id: str, given: str, name: str, arn: str) -> None:
        super().__init__(scope, construct_id, given)
        self.feature_name = name
        self.feature_arn = arn
        self.feature_ref = refs.FeatureReference(feature_arn=arn)


def _variation_problems(variations: Sequence[Variation]) -> Iterator[str]:
    for name, count in Counter(each.name for each in variations).items():
        if count > 1:
            yield f"variations has {name!r} {count} times; each has to have a name of its own"
    if len(members := sorted({each.member for each in variations})) > 1:
        yield f"variations have values of several types ({', '.join(members)}); a feature has one type"


def _reference_problems(
    variations: Sequence[str], default_variation: str | None, overrides: Mapping[str, str]
) -> Iterator[str]:
    rule = f"it has to be one of {', '.join(variations)}"
    default = default_variation
    if default is not None and not Token.is_unresolved(default) and default not in variations:
        yield f"default_variation is {default!r}; {rule}"
    for entity, variation in overrides.items():
        if not Token.is_unresolved(variation) and variation not in variations:
            yield f"entity_overrides[{entity!r}] is {variation!r}; {rule}"
    size = sum(len(entity.encode()) + len(variation.encode()) for entity, variation in overrides.items())
    if size > _MOST_OVERRIDE_BYTES:
        yield f"entity_overrides take {size} bytes; at most {_MOST_OVERRIDE_BYTES} are allowed"
