"""`StartLaunch`: the custom resource that starts a launch when its stack is created or updated."""

import hashlib
import json
from enum import StrEnum
from typing import Final

from aws_cdk import Duration, IResolveContext, Stack
from constructs import Construct, IConstruct, IDependable

from cdk_evidently._cdk.arguments import of_kind
from cdk_evidently._cdk.lazy import lazy_text
from cdk_evidently._common.arn_place import check_place
from cdk_evidently._common.contract import contract
from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently._common.owned_resource import OwnedResource
from cdk_evidently._common.references import LaunchLike, ProjectLike, named_launch
from cdk_evidently._provider.duplicate_guard import Claims
from cdk_evidently._provider.lookup import check_one_endpoint, provider_for
from cdk_evidently._provider.provider import EvidentlyProvider
from cdk_evidently._start_launch.triggers import Triggers
from cdk_evidently.errors import InvalidArgumentError

_PATH_METADATA: Final = "Metadata.aws:cdk:path"
_MILLISECONDS: Final = 1000
_READABLE_CHARACTERS: Final = 200  # of the 255 that a logical id may have


class OnDelete(StrEnum):
    """What a Delete of `StartLaunch` does to a launch that this stack started.

    A launch that was running already is left alone, whatever this says. Stopping is final: the API can't restart a
    launch. Where other StartLaunch of the stack own the launch too, the last of them to leave decides.

    `CANCEL` and `COMPLETE` stop it. `KEEP_RUNNING` lets it run: the Delete leaves, and so tells the API. From then on
    nobody owns the launch; a later StartLaunch of any stack adopts it, and never stops it.
    """

    CANCEL = contract.ON_DELETE_CANCEL
    COMPLETE = contract.ON_DELETE_COMPLETE
    KEEP_RUNNING = contract.ON_DELETE_KEEP_RUNNING


class StartLaunch(Construct):
    """Starts an Evidently launch when the stack is created, or updated to name it.

    The deploy fails, with a reason to act on, where the launch can't be started: it doesn't exist, it has ended, the
    endpoint doesn't answer. An update calls StartLaunch again as `triggers` says; that changes nothing about a launch
    that runs or has ended. When it leaves the stack, the launch it started is stopped as `on_delete` says.

    The attributes are a snapshot taken at the deploy. The custom resource's logical id comes from provider, project
    and launch, so that the construct can be moved to another scope without touching a live launch; with a token for a
    name it comes from the path.

    Args:
        scope: the construct's parent.
        construct_id: its name within the parent.
        project: the project: its name, its ARN, or a construct for it. A token is passed on, and checked at the deploy.
        launch: the launch: its name, its ARN, or a construct for it, after which it is then started.
        endpoint: the API to call, by default that of a `Launch` or `Project` given here, or else
            `EvidentlyEndpoint.aws()` with a warning, as AWS ended the service.
        triggers: when an update calls StartLaunch again, by default `Triggers.stack_changes()`.
        on_delete: what a Delete does to the launch that this started, by default `OnDelete.CANCEL`. A DeletionPolicy of
            Retain is an error: with `OnDelete.KEEP_RUNNING` the API knows that the launch is kept.
        timeout: how long a deploy waits for the launch to run, and retries a throttled API, in whole seconds from 1 to
            780; by default 2 minutes.
        provider: the function to use, by default one per endpoint and stack.

    Raises:
        InvalidArgumentError: a name, ARN or time that breaks its rule; an ARN of another account or Region.
        ConflictingSettingsError: both `endpoint` and `provider`, or a launch's ARN that belongs to another project.
        DuplicateLaunchError: the stack starts this launch already.

    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        project: ProjectLike,
        launch: LaunchLike,
        endpoint: EvidentlyEndpoint | None = None,
        triggers: Triggers | None = None,
        on_delete: OnDelete = OnDelete.CANCEL,
        timeout: Duration | None = None,
        provider: EvidentlyProvider | None = None,
    ) -> None:
        check_one_endpoint(endpoint, provider)
        named = named_launch(project, launch)
        seconds = _whole_seconds(timeout)
        action = _checked_on_delete(on_delete)
        trigger = Triggers.checked(triggers)
        super().__init__(scope, construct_id)
        self._launch = named
        self._provider = provider_for(self, endpoint, provider, launch, project)
        check_place(self, self._provider.endpoint, [("project", named.project), ("launch", named.launch)])
        Claims.of(Stack.of(self)).claim(self, self._provider, named)
        self._provider.serve_launch(named, seconds)
        self._resource = OwnedResource(
            self,
            resource_type=contract.START_LAUNCH_RESOURCE_TYPE,
            properties=self._properties(seconds, action, trigger),
            to_keep="on_delete=OnDelete.KEEP_RUNNING",
        )
        self._name_resource()
        given = [value for value in (project, launch) if not isinstance(value, str)]
        reached = () if endpoint is None else endpoint.dependencies
        self._resource.node.add_dependency(*self._provider.prerequisites, *reached, *given)

    @property
    def provider(self) -> EvidentlyProvider:
        """The function that starts the launch, with its role and its log group."""
        return self._provider

    @property
    def ref(self) -> str:
        """The physical id: the launch's ARN if this stack started it, with `#adopted` after it if it ran already."""
        return self._resource.ref

    @property
    def launch_arn(self) -> str:
        """The launch's ARN, as the deploy found it."""
        return self._attribute(contract.ATTRIBUTE_LAUNCH_ARN)

    @property
    def launch_name(self) -> str:
        """The launch's plain name, as the deploy found it."""
        return self._attribute(contract.ATTRIBUTE_LAUNCH_NAME)

    @property
    def launch_status(self) -> str:
        """The launch's status as the deploy left it: `RUNNING`, or `COMPLETED` or `CANCELLED` if it has ended since."""
        return self._attribute(contract.ATTRIBUTE_LAUNCH_STATUS)

    @property
    def project_arn(self) -> str:
        """The ARN of the launch's project, as the deploy found it."""
        return self._attribute(contract.ATTRIBUTE_PROJECT_ARN)

    @property
    def status_reason(self) -> str:
        """Why the launch has its status, as the deploy found it: what a stop gave as its reason, or an empty string."""
        return self._attribute(contract.ATTRIBUTE_STATUS_REASON)

    @property
    def created_time(self) -> str:
        """When the launch was created, as the deploy found it: ISO 8601, UTC."""
        return self._attribute(contract.ATTRIBUTE_CREATED_TIME)

    @property
    def started_time(self) -> str:
        """When the launch was started, as the deploy found it: ISO 8601, UTC, or an empty string."""
        return self._attribute(contract.ATTRIBUTE_STARTED_TIME)

    @property
    def last_updated_time(self) -> str:
        """When the launch was last changed, as the deploy found it: ISO 8601, UTC."""
        return self._attribute(contract.ATTRIBUTE_LAST_UPDATED_TIME)

    @property
    def started_by(self) -> str:
        """Who started the launch, as the deploy found out: `stack`, or `adopted` if it was running already.

        It says what a Delete will do: a launch that this stack started is stopped as `on_delete` says, one that was
        adopted is left running. The one exception: the Delete of a `Launch` stops its run first, whoever started it.
        """
        return self._attribute(contract.ATTRIBUTE_STARTED_BY)

    def execute_after(self, *constructs: IDependable) -> None:
        """Start the launch once these constructs are there: what it switches on, the alarms that watch it."""
        self.node.add_dependency(*constructs)

    def execute_before(self, *constructs: IConstruct) -> None:
        """Start the launch before these constructs are created or updated."""
        for construct in constructs:
            construct.node.add_dependency(self)

    def _properties(self, seconds: int, on_delete: str, triggers: Triggers) -> dict[str, object]:
        properties = {
            "ServiceToken": self._provider.service_token,
            "ServiceTimeout": self._provider.service_timeout,
            contract.PROPERTY_SCHEMA_VERSION: contract.SCHEMA_VERSION,
            contract.PROPERTY_PROJECT: self._launch.project.given,
            contract.PROPERTY_LAUNCH: self._launch.launch.given,
            contract.PROPERTY_ENDPOINT: self._provider.moving_endpoint,
            contract.PROPERTY_ON_DELETE: on_delete,
            contract.PROPERTY_TIMEOUT: str(seconds),
            contract.PROPERTY_TRIGGERS: triggers.render(Stack.of(self)),
        }
        return {name: value for name, value in properties.items() if value is not None}

    def _name_resource(self) -> None:
        resource, stack = self._resource, Stack.of(self)
        if self._launch.literal:
            names = [self._launch.project.plain, self._launch.launch.plain]
            readable = "".join(letter for letter in "".join(names) if letter.isalnum())[:_READABLE_CHARACTERS]
            # The path is where the construct stands; without it the template says nothing that a move could change.
            resource.add_deletion_override(_PATH_METADATA)
        else:
            names = [stack.resolve(resource.logical_id)]
            readable = ""

        def logical_id(_: IResolveContext) -> str:
            parts = json.dumps([self._provider.identity(stack), *names])
            return f"StartLaunch{readable}{hashlib.sha256(parts.encode()).hexdigest()[:8].upper()}"

        resource.override_logical_id(lazy_text(logical_id))

    def _attribute(self, name: str) -> str:
        return self._resource.get_att(name).to_string()


def _whole_seconds(timeout: Duration | None) -> int:
    if timeout is None:
        default: int = contract.DEFAULT_TIMEOUT_SECONDS
        return default
    longest = contract.MAX_FUNCTION_TIMEOUT_SECONDS - contract.FUNCTION_TIMEOUT_MARGIN_SECONDS
    rule = f"whole seconds from 1 to {longest}, known at synth"
    way_out = "Give such a Duration; a launch that takes longer to start is better started by another deploy"
    of_kind("timeout", timeout, Duration, "Give Duration.seconds(…)")
    if timeout.is_unresolved():
        raise InvalidArgumentError("timeout", "a token", rule, way_out)
    milliseconds = timeout.to_milliseconds()
    if milliseconds % _MILLISECONDS or not _MILLISECONDS <= milliseconds <= longest * _MILLISECONDS:
        raise InvalidArgumentError("timeout", f"{milliseconds / _MILLISECONDS:g} seconds", rule, way_out)
    return int(milliseconds // _MILLISECONDS)


def _checked_on_delete(on_delete: object) -> str:
    choices = [choice.value for choice in OnDelete]
    if on_delete not in choices:
        raise InvalidArgumentError("on_delete", on_delete, f"one of {', '.join(choices)}", "Use a member of OnDelete")
    return str(on_delete)
