"""`StartLaunch`: the custom resource that starts a launch when its stack is created or updated."""

import hashlib
import json
from enum import StrEnum
from typing import Final

from aws_cdk import Duration, Stack
from constructs import Construct, IConstruct, IDependable

from cdk_evidently._cdk.arguments import of_kind
from cdk_evidently._cdk.logical_ids import name_resource, path_logical_id
from cdk_evidently._common.account_and_region import check_account_and_region
from cdk_evidently._common.contract import contract
from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently._common.owned_resource import OwnedResource
from cdk_evidently._common.references import LaunchLike, ProjectLike, named_launch
from cdk_evidently._provider.duplicate_guard import DuplicateGuard
from cdk_evidently._provider.lookup import check_one_endpoint, provider_for
from cdk_evidently._provider.provider import EvidentlyProvider
from cdk_evidently._start_launch.triggers import Triggers
from cdk_evidently.errors import InvalidArgumentError

_PATH_METADATA: Final = "Metadata.aws:cdk:path"
_MILLISECONDS: Final = 1000
_READABLE_CHARACTERS: Final = 200  # of the 255 characters of a logical id


class OnDelete(StrEnum):
    """What a Delete of `StartLaunch` does to a launch that this stack started.

    `CANCEL` and `COMPLETE` stop it, which is final: the API can't restart a launch. `KEEP_RUNNING` keeps it running:
    the Delete tells the API, and from then on nobody owns the launch. A later StartLaunch of any stack adopts it, and
    never stops it. No Delete stops a launch that was running before, whatever its `on_delete`. Where several
    StartLaunch own a launch, the Delete of the last one decides.
    """

    CANCEL = contract.ON_DELETE_CANCEL
    COMPLETE = contract.ON_DELETE_COMPLETE
    KEEP_RUNNING = contract.ON_DELETE_KEEP_RUNNING


class StartLaunch(Construct):
    """Starts an Evidently launch when the stack is created, or updated to name another launch.

    The deploy fails, with a reason to act on, if the launch can't be started: it doesn't exist, it has ended, the
    endpoint doesn't respond. An update calls StartLaunch again as `triggers` says, which changes nothing about a launch
    that runs or has ended. When this resource leaves the stack, `on_delete` says whether its launch is stopped.

    The attributes are a snapshot taken at the deploy. Those that change, or may be empty, can't be exported: another
    stack reads them by `Stack.consume_reference(…, ReferenceStrength.WEAK)`.

    The custom resource's logical id depends on provider, project and launch, so that the construct can move to another
    scope without a change to a live launch. With a token for a name the logical id depends on the path.

    Args:
        scope: the construct's parent.
        construct_id: the construct's id within the parent.
        project: the project: its name, its ARN, or a construct for it. The deploy checks a token.
        launch: the launch: its name, its ARN, or a construct for it, after which the launch is started.
        endpoint: the API to call, by default that of the `Launch` or `Project` given here, otherwise
            `EvidentlyEndpoint.aws()` with a warning, as AWS ended the service.
        triggers: the changes at which an update calls StartLaunch again, by default `Triggers.stack_changes()`.
        on_delete: what a Delete does to the launch that this stack started, by default `OnDelete.CANCEL`. A
            DeletionPolicy of Retain is an error; use `OnDelete.KEEP_RUNNING`, which tells the API.
        timeout: the time that a deploy waits for the launch to run, and retries a throttled API, in whole seconds from
            1 to 780; by default 2 minutes.
        provider: the provider, by default the stack's shared one for the endpoint.

    Raises:
        InvalidArgumentError: an argument breaks a rule, such as an ARN of another account or Region.
        ConflictingSettingsError: both `endpoint` and `provider`, or a launch's ARN that belongs to another project.
        DuplicateLaunchError: another StartLaunch of the stack names this launch.

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
        reference = named_launch(project, launch)
        seconds = _whole_seconds(timeout)
        action = _checked_on_delete(on_delete)
        trigger = Triggers.checked(triggers)
        super().__init__(scope, construct_id)
        self._launch = reference
        self._provider = provider_for(self, endpoint, provider, launch, project)
        check_account_and_region(self, self._provider.endpoint, [reference.project, reference.launch])
        DuplicateGuard.of(Stack.of(self)).register_start(self, self._provider, reference)
        self._provider.serve_launch(reference, seconds)
        self._resource = OwnedResource(
            self,
            resource_type=contract.START_LAUNCH_RESOURCE_TYPE,
            properties=self._properties(seconds, action, trigger),
            to_keep="on_delete=OnDelete.KEEP_RUNNING",
        )
        self._name_resource()
        given = [value for value in (project, launch) if not isinstance(value, str)]
        # A shared provider knows the dependencies of the endpoint that it was created with; an equal one may have more.
        more = () if endpoint is None else endpoint.dependencies
        self._resource.node.add_dependency(*self._provider.prerequisites, *more, *given)

    @property
    def provider(self) -> EvidentlyProvider:
        """The provider: the function that starts the launch, its role and its log group."""
        return self._provider

    @property
    def ref(self) -> str:
        """The physical id: the launch's ARN if this stack started it, the ARN with `#adopted` if it ran before."""
        return self._resource.ref

    @property
    def launch_arn(self) -> str:
        """The launch's ARN at the deploy."""
        return self._attribute(contract.ATTRIBUTE_LAUNCH_ARN)

    @property
    def launch_name(self) -> str:
        """The launch's plain name at the deploy."""
        return self._attribute(contract.ATTRIBUTE_LAUNCH_NAME)

    @property
    def launch_status(self) -> str:
        """The launch's status at the end of the deploy: `RUNNING`, or `COMPLETED` or `CANCELLED` if it has ended.

        It is an empty string if the launch was deleted outside the stack. A status that another stack imports fails the
        deploy that changes or empties it: CloudFormation keeps imported exports as they are.
        """
        return self._attribute(contract.ATTRIBUTE_LAUNCH_STATUS)

    @property
    def project_arn(self) -> str:
        """The ARN of the launch's project at the deploy."""
        return self._attribute(contract.ATTRIBUTE_PROJECT_ARN)

    @property
    def status_reason(self) -> str:
        """The reason of the launch's status at the deploy, which a stop may give; otherwise an empty string.

        CloudFormation refuses to export an empty string.
        """
        return self._attribute(contract.ATTRIBUTE_STATUS_REASON)

    @property
    def created_time(self) -> str:
        """The time of the launch's creation: ISO 8601, UTC."""
        return self._attribute(contract.ATTRIBUTE_CREATED_TIME)

    @property
    def started_time(self) -> str:
        """The time of the launch's start, as of the deploy: ISO 8601, UTC, or an empty string.

        It changes, so another stack must not import it.
        """
        return self._attribute(contract.ATTRIBUTE_STARTED_TIME)

    @property
    def last_updated_time(self) -> str:
        """The time of the launch's last change before the end of the deploy: ISO 8601, UTC.

        It changes, so another stack must not import it.
        """
        return self._attribute(contract.ATTRIBUTE_LAST_UPDATED_TIME)

    @property
    def started_by(self) -> str:
        """Who started the launch: `stack` for this stack, or `adopted` if it was running before.

        A Delete handles a launch that this stack started as `on_delete` says, and keeps an adopted launch running. The
        one exception is the Delete of a `Launch` itself: it stops the launch first, whoever started it.
        """
        return self._attribute(contract.ATTRIBUTE_STARTED_BY)

    def execute_after(self, *constructs: IDependable) -> None:
        """Start the launch after these constructs: the code that it switches on, the alarms that watch it."""
        self.node.add_dependency(*constructs)

    def execute_before(self, *constructs: IConstruct) -> None:
        """Start the launch before CloudFormation creates or updates these constructs."""
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
            contract.PROPERTY_TRIGGERS: triggers.render(self),
        }
        return {name: value for name, value in properties.items() if value is not None}

    def _name_resource(self) -> None:
        resource, stack = self._resource, Stack.of(self)
        if self._launch.literal:
            names = [self._launch.project.name, self._launch.launch.name]
            readable = "".join(letter for letter in "".join(names) if letter.isalnum())[:_READABLE_CHARACTERS]
            # This metadata is the construct's path. Without it, a move to another scope leaves the template unchanged.
            resource.add_deletion_override(_PATH_METADATA)
        else:
            names = [path_logical_id(resource)]
            readable = ""

        def logical_id() -> str:
            parts = json.dumps([self._provider.identity(stack), *names])
            return f"StartLaunch{readable}{hashlib.sha256(parts.encode()).hexdigest()[:8].upper()}"

        name_resource(resource, logical_id)

    def _attribute(self, name: str) -> str:
        return self._resource.get_att(name).to_string()


def _whole_seconds(timeout: Duration | None) -> int:
    if timeout is None:
        return contract.DEFAULT_TIMEOUT_SECONDS
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
