"""`Launch`: the shares of users that get the variations of features, by a schedule."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Protocol

from aws_cdk import Annotations, RemovalPolicy
from aws_cdk.interfaces import aws_evidently as refs
from constructs import Construct

from cdk_evidently._cdk.tokens import has_unknown
from cdk_evidently._common.api_model import text_rule
from cdk_evidently._common.contract import contract
from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently._common.references import Imported, ProjectLike, resource_ref
from cdk_evidently._managed.feature import Feature
from cdk_evidently._managed.managed_resource import ManagedResource
from cdk_evidently._managed.shapes import is_missing, repeated
from cdk_evidently._managed.times import start_text, start_time
from cdk_evidently._managed.values import WHOLE, Group, MetricMonitor, Number, Step
from cdk_evidently._provider.provider import EvidentlyProvider

WARNING_UNASSIGNED = "cdk-evidently:weightsLeaveUsersUnassigned"
INFO_SALT = "cdk-evidently:launchSaltFromPath"


class ILaunch(Protocol):
    """A launch of the stack, or an imported one."""

    @property
    def launch_name(self) -> str:
        """The launch's plain name."""

    @property
    def launch_arn(self) -> str:
        """The launch's ARN."""


class Launch(ManagedResource):
    """A launch: groups of users, and steps that set the size of each group from a time on.

    This creates the launch; `StartLaunch` starts it. An update changes everything but name and project in place;
    another name or project replaces the launch. While the launch runs, the API refuses some changes, such as other
    groups: the update fails and the launch stays unchanged. A launch that leaves the stack is stopped, whoever started
    it, and deleted. A launch that has ended can't be started again: create one with another name.

    Args:
        scope: the construct's parent.
        construct_id: the construct's id within the parent.
        project: the project: a construct, a name or an ARN.
        groups: one to five groups, each with a variation of a feature.
        steps: one to six steps, the earliest first. A step whose weights add up to more than 100 000 is an error; less
            than that adds a warning.
        launch_name: the launch's name, by default generated from the construct's path: a construct that moves to
            another scope is then another launch.
        description: a description of at most 160 characters.
        metric_monitors: at most three metrics to monitor, by default none.
        randomization_salt: the salt of the hash that assigns users to groups, by default the launch's name. Launches
            with the same salt and weights have the same users in their groups. Without a name and a salt, a construct
            that moves assigns users again; a note at synth says so.
        tags: the launch's tags, at most 50; `Tags.of(…)` adds to them.
        adopt_existing: whether to adopt an existing launch of that name: the deploy updates it to this definition, and
            it stays when this leaves the stack. By default the deploy fails and leaves the existing one unchanged.
        removal_policy: whether the launch is deleted when this leaves the stack, by default DESTROY. With RETAIN the
            Delete tells the API to keep it, and from then on nobody owns it. A DeletionPolicy of Retain is an error.
        endpoint: the API, by default that of a `project` construct.
        provider: the provider, by default the stack's shared one for the endpoint.

    Raises:
        InvalidArgumentError: a project, feature or segment is not one or belongs to another account or Region,
            `endpoint` is not an EvidentlyEndpoint, or `removal_policy` is neither DESTROY nor RETAIN.
        InvalidDefinitionError: the definition breaks rules; the error lists all problems.
        ConflictingSettingsError: both `endpoint` and `provider`, or another construct of the stack has this launch.

    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        project: ProjectLike,
        groups: Sequence[Group],
        steps: Sequence[Step],
        launch_name: str | None = None,
        description: str | None = None,
        metric_monitors: Sequence[MetricMonitor] = (),
        randomization_salt: str | None = None,
        tags: Mapping[str, str] | None = None,
        adopt_existing: bool = False,
        removal_policy: RemovalPolicy | None = None,
        endpoint: EvidentlyEndpoint | None = None,
        provider: EvidentlyProvider | None = None,
    ) -> None:
        within = resource_ref("project", project)
        definition: dict[str, Any] = {
            "groups": [_group(each) for each in groups],
            "scheduledSplitsConfig": {"steps": [_step(each) for each in steps]},
            "metricMonitors": [each.document() for each in metric_monitors] or None,
            "description": description,
            "randomizationSalt": randomization_salt,
        }
        features = [each.feature for each in groups]
        segments = [override.segment for step in steps for override in step.overrides]
        super().__init__(scope, construct_id, endpoint=endpoint, provider=provider, related=[project, *features])
        self._name = launch_name or self._generated_name(text_rule("LaunchName").longest)
        self._add_resource(
            "launch",
            self._name,
            {name: value for name, value in definition.items() if value is not None},
            project=within,
            related=[
                *(resource_ref("feature", feature) for feature in features),
                *(resource_ref("segment", segment) for segment in segments),
            ],
            problems=[*_group_problems(groups), *_step_problems(groups, steps)],
            tags=tags,
            adopt_existing=adopt_existing,
            removal_policy=removal_policy,
            after=[project, *features, *segments],
        )
        for number, step in enumerate(steps):
            self._warn_of_unassigned(number, step)
        if launch_name is None and randomization_salt is None:
            Annotations.of(self).add_info_v2(
                INFO_SALT,
                f"launch_name and randomization_salt are not given: the launch's name, {self._name!r}, is generated "
                "from the construct's path, and is the salt that assigns users to groups. A construct that moves is "
                "another launch, which assigns them again. Give launch_name or randomization_salt before the start to "
                "keep them.",
            )

    @classmethod
    def from_launch_name(
        cls, scope: Construct, construct_id: str, launch_name: str, *, project: ProjectLike
    ) -> ILaunch:
        """Import an existing launch of the stack's account and region.

        Raises:
            InvalidArgumentError: the API allows no such name, or `project` names no project.

        """
        return Imported.by_name(scope, construct_id, "launch", launch_name, project)

    @classmethod
    def from_launch_arn(cls, scope: Construct, construct_id: str, launch_arn: str) -> ILaunch:
        """Import an existing launch by its ARN.

        Raises:
            InvalidArgumentError: it is not the ARN of a launch.

        """
        return Imported.by_arn(scope, construct_id, "launch", launch_arn)

    @property
    def launch_name(self) -> str:
        """The launch's plain name."""
        return self._name

    @property
    def launch_arn(self) -> str:
        """The launch's ARN at the deploy."""
        return self._attribute(contract.ATTRIBUTE_ARN)

    @property
    def launch_ref(self) -> refs.LaunchReference:
        """The reference that CDK's own constructs accept for a launch."""
        return refs.LaunchReference(launch_arn=self.launch_arn)

    @property
    def status(self) -> str:
        """The launch's status at the end of this resource's last deploy: `CREATED` until an update finds it started.

        It changes, so another stack must not import it: CloudFormation would fail the deploy that changes the export.
        """
        return self._attribute(contract.ATTRIBUTE_STATUS)

    def _warn_of_unassigned(self, number: int, step: Step) -> None:
        total = _known_total(step.weights)
        if total is not None and (left := WHOLE - total) > 0:
            Annotations.of(self).add_warning_v2(
                f"{WARNING_UNASSIGNED}{number}",
                f"steps[{number}].weights add up to {(WHOLE - left) / 1000:g} %: {left / 1000:g} % of the users are in "
                "no group and get the default variation. Acknowledge this warning if that is intended.",
            )


def _group(group: Group) -> dict[str, str]:
    described = {} if group.description is None else {"description": group.description}
    feature = resource_ref("feature", group.feature).name
    return {"name": group.name, "feature": feature, "variation": group.variation, **described}


def _step(step: Step) -> dict[str, Any]:
    overrides = [
        {
            "segment": resource_ref("segment", override.segment).given,
            "evaluationOrder": override.order,
            "weights": dict(override.weights),
        }
        for override in step.overrides
    ]
    found: dict[str, Any] = {"startTime": start_text(step.start), "groupWeights": dict(step.weights)}
    return {**found, "segmentOverrides": overrides} if overrides else found


def _group_problems(groups: Sequence[Group]) -> Iterator[str]:
    for name, count in repeated(each.name for each in groups).items():
        yield f"groups has {name!r} {count} times; each name has to be unique"
    for index, group in enumerate(groups):
        if isinstance(group.feature, Feature) and is_missing(group.variation, group.feature.variation_names):
            variations = ", ".join(group.feature.variation_names)
            yield (
                f"groups[{index}].variation is {group.variation!r}; "
                f"feature {group.feature.feature_name!r} has {variations}"
            )


def _step_problems(groups: Sequence[Group], steps: Sequence[Step]) -> Iterator[str]:
    names = [group.name for group in groups]
    starts = []
    for index, step in enumerate(steps):
        path = f"steps[{index}]"
        try:
            if (time := start_time(step.start)) is not None:
                starts.append((index, time))
        except ValueError as error:
            yield f"{path}.start is {step.start!r}; it has to be {error}"
        yield from _weight_problems(f"{path}.weights", step.weights, names)
        for place, override in enumerate(step.overrides):
            yield from _weight_problems(f"{path}.overrides[{place}].weights", override.weights, names)
        for order, count in repeated(override.order for override in step.overrides).items():
            yield f"{path}.overrides have order {order} {count} times; each order has to be unique"
    for (_, earlier), (index, later) in pairwise(starts):
        if later <= earlier:
            rule = f"it has to be later than that of the step before, {start_text(earlier)}"
            yield f"steps[{index}].start is {start_text(later)}; {rule}"


def _weight_problems(path: str, weights: Mapping[str, Number], groups: Sequence[str]) -> Iterator[str]:
    for name in weights:
        if is_missing(name, groups):
            yield f"{path} has {name!r}; the launch's groups are {', '.join(groups)}"
    total = _known_total(weights)
    if total is not None and total > WHOLE:
        yield f"{path} add up to {total:.0f}; at most {WHOLE} are allowed, which is 100 %"


def _known_total(weights: Mapping[str, Number]) -> float | None:
    """Return the sum of the weights, None if synth does not know them all."""
    if has_unknown(list(weights.values())):
        return None
    return sum(weight for weight in weights.values() if isinstance(weight, int | float))
