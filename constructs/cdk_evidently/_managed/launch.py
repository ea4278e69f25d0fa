"""`Launch`: which share of the users gets which variation, and from when on."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Protocol

from aws_cdk import Annotations, RemovalPolicy
from aws_cdk.interfaces import aws_evidently as refs
from constructs import Construct

from cdk_evidently._common.api_model import text_rule
from cdk_evidently._common.contract import contract
from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently._common.references import Imported, ProjectLike, named
from cdk_evidently._managed.feature import Feature
from cdk_evidently._managed.managed_resource import Declared, evidently_arn
from cdk_evidently._managed.values import WHOLE, Group, MetricMonitor, Step, utc_text
from cdk_evidently._provider.provider import EvidentlyProvider

WARNING_UNASSIGNED = "cdk-evidently:weightsLeaveUsersUnassigned"


class ILaunch(Protocol):
    """A launch of the stack, or one that is there already."""

    @property
    def launch_name(self) -> str:
        """The launch's plain name."""

    @property
    def launch_arn(self) -> str:
        """The launch's ARN."""


class Launch(Declared):
    """A launch: groups of users, and steps that say how large each group is from when on.

    It is made, and not started: `StartLaunch` does that. Everything but its name and its project changes in place; what
    the API refuses while it runs, such as other groups, fails the update and leaves the launch as it was. When it
    leaves the stack it is stopped, whoever started it, and deleted. A launch that has ended can't be started again:
    another one needs another name.

    Args:
        scope: the construct's parent.
        construct_id: its name within the parent.
        project: the project: a construct, a name or an ARN.
        groups: one to five groups, each with a variation of a feature.
        steps: one to six steps, the earliest first. A sum of weights over 100 000 is an error, one under it a warning.
        launch_name: the launch's name, by default one made of the construct's path.
        description: what it is for, of at most 160 characters.
        metric_monitors: up to three metrics to watch.
        randomization_salt: what users are shuffled with, by default the launch's name: launches with one salt have the
            same users in their groups.
        tags: the launch's tags, 50 at most; `Tags.of(…)` adds to them.
        adopt_existing: whether a launch of that name that is there already will do: it is made as declared here, and
            stays when this leaves the stack. By default it fails the deploy, and stays as it is.
        removal_policy: RETAIN keeps the launch when this leaves the stack: the Delete tells the API, and from then on
            nobody owns it. By default DESTROY. A DeletionPolicy of Retain on the resource itself is an error.
        endpoint: the API, by default that of a `project` construct.
        provider: the function to use, by default one per endpoint and stack.

    Raises:
        InvalidArgumentError: a project, feature or segment that names none, an ARN of another account or Region,
            `endpoint` is not an EvidentlyEndpoint, another `removal_policy`.
        InvalidDefinitionError: rules that are broken, all together.
        ConflictingSettingsError: both `endpoint` and `provider`.

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
        within = named("project", project)
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
        self._declare(
            "launch",
            self._name,
            {name: value for name, value in definition.items() if value is not None},
            project=within,
            related=[
                *(("feature", named("feature", feature)) for feature in features),
                *(("segment", named("segment", segment)) for segment in segments),
            ],
            problems=[*_group_problems(groups), *_step_problems(groups, steps)],
            tags=tags,
            adopt_existing=adopt_existing,
            removal_policy=removal_policy,
            after=[project, *features, *segments],
        )
        for number, step in enumerate(steps):
            self._warn_of_unassigned(number, step)

    @classmethod
    def from_launch_name(
        cls, scope: Construct, construct_id: str, launch_name: str, *, project: ProjectLike
    ) -> ILaunch:
        """Return a launch of the stack's account and region that is there already.

        Raises:
            InvalidArgumentError: it is not a name that the API takes, or `project` names no project.

        """
        name, within = named("launch", launch_name).plain, named("project", project).plain
        return _ImportedLaunch(scope, construct_id, name, name, evidently_arn(scope, "project", within, "launch", name))

    @classmethod
    def from_launch_arn(cls, scope: Construct, construct_id: str, launch_arn: str) -> ILaunch:
        """Return a launch that is there already.

        Raises:
            InvalidArgumentError: it is not the ARN of a launch.

        """
        return _ImportedLaunch(scope, construct_id, launch_arn, named("launch", launch_arn).plain, launch_arn)

    @property
    def launch_name(self) -> str:
        """The launch's plain name."""
        return self._name

    @property
    def launch_arn(self) -> str:
        """The launch's ARN, as the deploy found it."""
        return self._attribute(contract.ATTRIBUTE_ARN)

    @property
    def launch_ref(self) -> refs.LaunchReference:
        """The reference by which other constructs know the launch."""
        return refs.LaunchReference(launch_arn=self.launch_arn)

    @property
    def status(self) -> str:
        """The launch's status as the deploy of this construct left it: `CREATED`, before a `StartLaunch` comes."""
        return self._attribute(contract.ATTRIBUTE_STATUS)

    def _warn_of_unassigned(self, number: int, step: Step) -> None:
        if (left := WHOLE - sum(step.weights.values())) > 0:
            Annotations.of(self).add_warning_v2(
                f"{WARNING_UNASSIGNED}{number}",
                f"steps[{number}].weights add up to {(WHOLE - left) / 1000:g} %: {left / 1000:g} % of the users are in "
                "no group and get the default variation. Acknowledge this if it is meant so.",
            )


class _ImportedLaunch(Imported):
    def __init__(self, scope: Construct, construct_id: str, given: str, name: str, arn: str) -> None:
        super().__init__(scope, construct_id, given)
        self.launch_name = name
        self.launch_arn = arn
        self.launch_ref = refs.LaunchReference(launch_arn=arn)


def _group(group: Group) -> dict[str, str]:
    described = {} if group.description is None else {"description": group.description}
    feature = named("feature", group.feature).plain
    return {"name": group.name, "feature": feature, "variation": group.variation, **described}


def _step(step: Step) -> dict[str, Any]:
    try:
        start = utc_text(step.start)
    except ValueError:
        start = str(step.start)  # told among the problems
    overrides = [
        {
            "segment": named("segment", override.segment).given,
            "evaluationOrder": override.order,
            "weights": dict(override.weights),
        }
        for override in step.overrides
    ]
    found: dict[str, Any] = {"startTime": start, "groupWeights": dict(step.weights)}
    return {**found, "segmentOverrides": overrides} if overrides else found


def _group_problems(groups: Sequence[Group]) -> Iterator[str]:
    for name, count in Counter(each.name for each in groups).items():
        if count > 1:
            yield f"groups has {name!r} {count} times; each has to have a name of its own"
    for index, group in enumerate(groups):
        if isinstance(group.feature, Feature) and group.variation not in group.feature.variation_names:
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
            starts.append((index, utc_text(step.start)))
        except ValueError as error:
            yield f"{path}.start is {step.start!r}; it has to be {error}"
        yield from _weight_problems(f"{path}.weights", step.weights, names)
        for place, override in enumerate(step.overrides):
            yield from _weight_problems(f"{path}.overrides[{place}].weights", override.weights, names)
        for order, count in Counter(override.order for override in step.overrides).items():
            if count > 1:
                yield f"{path}.overrides have order {order} {count} times; it has to say which one decides"
    for (_, earlier), (index, later) in pairwise(starts):
        if later <= earlier:
            yield f"steps[{index}].start is {later}; it has to be later than that of the step before, {earlier}"


def _weight_problems(path: str, weights: Mapping[str, int], groups: Sequence[str]) -> Iterator[str]:
    for name in weights:
        if name not in groups:
            yield f"{path} has {name!r}; the launch's groups are {', '.join(groups)}"
    numbers = [weight for weight in weights.values() if isinstance(weight, int)]
    if (total := sum(numbers)) > WHOLE:
        yield f"{path} add up to {total}; at most {WHOLE} are allowed, which is 100 %"
