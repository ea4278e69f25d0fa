"""`Custom::EvidentlyStartLaunch`: an acquire is a StartLaunch, a release a StopLaunch.

`ownership/plan.py` decides which of them a request makes, and whether a Delete makes none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import evidently_contract as contract
from evidently_provider.api.calls import Calls
from evidently_provider.api.launch import Launch, LaunchStatus
from evidently_provider.errors import LaunchStateError, NotFoundError, RefusedError
from evidently_provider.ownership.identity import Mark
from evidently_provider.ownership.plan import Action, Call, Outcome, Result
from evidently_provider.ownership.references import ResourceRef
from evidently_provider.properties import launch_ref, on_delete
from evidently_provider.runtime.request import RequestType
from evidently_provider.start_launch.decisions import after_refused_stop, after_start

if TYPE_CHECKING:
    from evidently_provider.api.client import Evidently

_MAX_REASON: Final = 160  # characters of StopLaunch's `reason`, by the API's model


@dataclass(slots=True)
class StartLaunch:
    """One request for a StartLaunch.

    Args:
        calls: the calls of the request.
        refusal: why the acquire failed, as a sentence.

    """

    calls: Calls
    refusal: str = field(default="", init=False)
    _launch: Launch | None = field(default=None, init=False)

    name_property = contract.PROPERTY_LAUNCH
    endings = (contract.ON_DELETE_CANCEL, contract.ON_DELETE_COMPLETE, contract.ON_DELETE_KEEP_RUNNING)
    adopts = True

    @staticmethod
    def target(properties: Mapping[str, Any]) -> ResourceRef:
        """Return the launch that `Project` and `Launch` name."""
        return launch_ref(properties)

    @property
    def arn(self) -> str:
        """ARN of the launch, "" before the API has returned it."""
        return self._launch.arn if self._launch else ""

    def acquire(self, call: Call) -> Outcome:
        """Call StartLaunch; if the API refuses, read the launch, whose status decides."""
        started = call.owned
        while True:
            self._launch, owned, refused = None, True, None
            try:
                self._launch = self.calls.change(call, lambda api, owner: _start(api, owner, call.target))
                started = True
            except NotFoundError as error:
                self.refusal = str(error)
                return Outcome.NOT_FOUND
            except RefusedError as error:
                self.refusal, refused = str(error), error
                if error.outcome == contract.OUTCOME_STALE:
                    return Outcome.STALE
                if error.is_final:
                    raise
                self.calls.log("start_refused", call.target)
                try:
                    self._launch = self._read(call.target)
                except NotFoundError:
                    return Outcome.NOT_FOUND
                # An API without ownership refuses a second StartLaunch even from the resource that made the first.
                owned = started and not self.calls.api.ownership.keeps_rules
            outcome = after_start(self._launch.status, owned=owned)
            if outcome is not None:
                return self._resolved(call, self._launch, outcome, refused)
            self._wait(call)

    def release(self, call: Call) -> Outcome:
        """Call StopLaunch, also to leave. A stop ends the launch for good."""
        if (call.action is Action.LEAVE or not call.owned) and not self.calls.keeps_rules(call.target):
            # Such an API ignores the header: a leave would stop the launch, and a stop would end another owner's run.
            self.calls.log("skipped", call.target, "WARNING", found="an API that keeps no owners")
            return Outcome.RELEASED
        while not self._is_released(call):
            self._wait(call)
        return Outcome.RELEASED

    def reconcile(self, call: Call, before: Mapping[str, Any] | None) -> None:
        """Do nothing: a running launch is in its desired state."""

    def attributes(self, result: Result, target: ResourceRef) -> Mapping[str, str]:
        """Return the attributes of a successful response."""
        launch = self._launch
        # An Update keeps the id of a launch that now runs under another owner, so the outcome counts too.
        owned = result.physical_id.mark is Mark.OWNED and result.outcome is not Outcome.RUNNING
        if launch is None:
            # Deleted out of band: that must block neither a later change of the stack nor its rollback.
            self.calls.log("not_found", target, "WARNING")
        return {
            contract.ATTRIBUTE_LAUNCH_ARN: launch.arn if launch else result.physical_id.arn,
            contract.ATTRIBUTE_LAUNCH_NAME: target.name,
            contract.ATTRIBUTE_LAUNCH_STATUS: launch.status.value if launch else "",
            contract.ATTRIBUTE_PROJECT_ARN: launch.project_arn if launch else "",
            contract.ATTRIBUTE_STATUS_REASON: launch.status_reason if launch else "",
            contract.ATTRIBUTE_CREATED_TIME: launch.created if launch else "",
            contract.ATTRIBUTE_STARTED_TIME: launch.started if launch else "",
            contract.ATTRIBUTE_LAST_UPDATED_TIME: launch.last_updated if launch else "",
            contract.ATTRIBUTE_STARTED_BY: contract.STARTED_BY_STACK if owned else contract.STARTED_BY_ADOPTED,
        }

    def _resolved(self, call: Call, launch: Launch, outcome: Outcome, refused: RefusedError | None) -> Outcome:
        match outcome:
            case Outcome.ENDED:
                because = f" ({launch.status_reason})" if launch.status_reason else ""
                self.refusal = (
                    f"The {call.target} is {launch.status}{because}, and a launch that has ended can't be started "
                    "again. Create a new launch under another name, and name that one."
                )
            case Outcome.REFUSED:
                raise refused or LaunchStateError(f"The {call.target} is still CREATED after StartLaunch succeeded.")
            case Outcome.RUNNING:
                self.calls.log("adopted", call.target, provable=self.calls.api.ownership.keeps_rules)
        self.calls.log("start_resolved", call.target, found=launch.status.value, outcome=outcome.value)
        return outcome

    def _is_released(self, call: Call) -> bool:
        """Call StopLaunch once; return False if it must be called again after a pause."""
        try:
            self.calls.change(call, lambda api, owner: self._stop(api, owner, call.target))
        except NotFoundError:
            self.calls.log("not_found", call.target)
        except RefusedError:
            if self.calls.api.ownership.keeps_rules:
                raise  # an API with ownership refuses no release, so this is a fault
            try:
                launch = self._read(call.target)
            except NotFoundError:
                return True
            outcome = after_refused_stop(launch.status)
            if outcome is Outcome.REFUSED:
                raise
            if outcome is None:
                return False
            self.calls.log("skipped", call.target, found=launch.status.value)
        else:
            self.calls.log_release(call, "stopped")
        return True

    def _stop(self, api: "Evidently", owner: str, target: ResourceRef) -> None:
        request = self.calls.invocation.request
        is_update = request.request_type is RequestType.UPDATE  # releases the launch of its old properties
        properties = request.old_properties if is_update else request.properties
        completes = on_delete(properties) == contract.ON_DELETE_COMPLETE
        state = LaunchStatus.COMPLETED if completes else LaunchStatus.CANCELLED
        reason = f"Stopped by CloudFormation stack {request.stack_name}"[:_MAX_REASON]
        response = api.call(target, "StopLaunch", owner, **target.address, desiredState=state.value, reason=reason)
        if "endedTime" not in response and not api.ownership.outcome:
            raise api.wrong_endpoint("StopLaunch", "200 without the time of the launch's end")

    def _read(self, target: ResourceRef) -> Launch:
        return _launch_in(self.calls.api, "GetLaunch", self.calls.read(target))

    def _wait(self, call: Call) -> None:
        if not self.calls.budget.wait():
            message = f"The {call.target} is still UPDATING after the timeout. Deploy again when that is over."
            raise LaunchStateError(message)


def _start(api: "Evidently", owner: str, target: ResourceRef) -> Launch:
    found = api.document(target, "StartLaunch", "launch", owner, **target.address)
    return _launch_in(api, "StartLaunch", found)


def _launch_in(api: "Evidently", operation: str, document: Mapping[str, Any]) -> Launch:
    try:
        return Launch.from_document(document)
    except (KeyError, ValueError) as error:
        raise api.wrong_endpoint(operation, "200 without a launch in it") from error
