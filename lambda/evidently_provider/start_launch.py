"""`Custom::EvidentlyStartLaunch`: starts a launch on Create and Update, and undoes on Delete what it did itself."""

import os
from dataclasses import dataclass
from typing import Final

import evidently_contract as contract
from evidently_provider import identity
from evidently_provider.answer import Answer, Status
from evidently_provider.deadline import TimeIsUpError
from evidently_provider.decisions import LaunchStatus, Started, Stopped, after_refused_stop, after_start
from evidently_provider.errors import (
    LaunchStateError,
    NotFoundError,
    ProviderError,
    RefusedError,
    UnreachableError,
)
from evidently_provider.evidently import Evidently
from evidently_provider.identity import Hold, LaunchName, PhysicalId, Starter
from evidently_provider.job import Job
from evidently_provider.launch import Launch
from evidently_provider.properties import launch_named, on_delete, timeout_seconds
from evidently_provider.retry import Patience

_CLOCKS_DIFFER_SECONDS: Final = 1.0  # Lambda's from the API's, at most
_MAX_REASON: Final = 160  # StopLaunch's `reason`, which the model limits


def create(job: Job) -> Answer:
    """Start the launch."""
    return _Work.on(job).start(held=None)


def update(job: Job) -> Answer:
    """Start the launch again: nothing happens to one that runs, and one that has ended stays so.

    Whether it is the same launch as before is told by the physical id alone: after a failed Update CloudFormation
    sends the properties reversed, with the id that it had before.
    """
    return _Work.on(job).start(held=PhysicalId.parse(job.request.physical_id))


def delete(job: Job) -> Answer:
    """Stop the launch, if this resource started it and `OnDelete` does not keep it running."""
    held, action = PhysicalId.parse(job.request.physical_id), on_delete(job.request.properties)
    done = Answer(Status.SUCCESS, job.progress.failure_id)
    if action is None or held.hold in {Hold.ADOPTED, Hold.NOTHING}:
        job.log.step("left_alone", hold=held.hold.value)
        return done
    if held.launch is not None:
        _Work.on(job).stop(held.launch, action)
    else:
        _stop_in_case(job, action)
    return done


def _stop_in_case(job: Job, desired_state: LaunchStatus) -> None:
    """Stop what a Create of ours started, if it did: it never answered. Nothing here can fail the Delete."""
    try:
        work = _Work.on(job)
        if work.api.knows_starter:
            work.stop(launch_named(job.request.properties, work.api.check_name), desired_state)
        else:
            job.log.step("left_alone", level="WARNING", hold=Hold.UNKNOWN.value)
    except (ProviderError, TimeIsUpError) as error:
        job.log.step("left_alone", level="WARNING", error=type(error).__name__)


@dataclass(slots=True)
class _Work:
    """One request on its way.

    Args:
        job: The request.
        api: The API.
        patience: How long it is asked.
        began: When the request came in, in seconds since 1970.
        may_run: Whether a StartLaunch of this request succeeded, or may have.

    """

    job: Job
    api: Evidently
    patience: Patience
    began: float
    started: bool = False
    may_run: bool = False

    @classmethod
    def on(cls, job: Job) -> "_Work":
        request, began = job.request, job.deadline.clock.wall()
        asked = request.asked if request.asked is not None else int(began * 1000)
        api = Evidently.connect(
            os.environ,
            Starter.of(request.stack_id, request.logical_id, asked),
            connect_seconds=job.connect_seconds,
            read_seconds=job.read_seconds,
            log=job.log,
        )
        patient_until = job.deadline.clock.now() + timeout_seconds(request.properties)
        return cls(job, api, Patience(job.deadline, patient_until, job.log), began)

    def start(self, held: PhysicalId | None) -> Answer:
        """Create, or Update of a resource that holds something already."""
        name = launch_named(self.job.request.properties, self.api.check_name)
        same = held is not None and held.launch == name
        if self.job.request.asked is not None and not (same and held and held.hold is Hold.STARTED):
            self.api.hold_nothing()  # without a time a retry would be taken for a new request
        try:
            launch = self._settle(name, same_launch=same, is_update=held is not None)
        except (ProviderError, TimeIsUpError):
            if not same:
                self._undo(name, is_update=held is not None)
            raise
        return self._answer(name, launch, held if same else None)

    def stop(self, name: LaunchName, desired_state: LaunchStatus) -> None:
        """Stop a launch that we started; one that another started, or that doesn't run any more, is left alone."""
        while not self._stop_is_settled(name, desired_state):
            if not self.patience.wait():
                raise LaunchStateError(f"The {name} is still UPDATING after the timeout, so it was not stopped.")

    def _settle(self, name: LaunchName, *, same_launch: bool, is_update: bool) -> Launch:
        while True:
            launch, refused = self._try_start(name, is_update=is_update)
            match after_start(launch.status, started=self.started, same_launch=same_launch):
                case Started.BY_US | Started.ADOPTED | Started.HAD_ENDED as how:
                    self.job.log.step("settled", launch=str(name), found=launch.status.value, how=how.value)
                    return launch
                case Started.FAIL_ENDED:
                    because = f" ({launch.status_reason})" if launch.status_reason else ""
                    raise LaunchStateError(
                        f"The {name} is {launch.status.value}{because}, and a launch that has ended can't be started "
                        "again. Create a new launch under another name, and name that one."
                    )
                case Started.FAIL_REFUSED:
                    raise LaunchStateError(str(refused or f"The {name} is still CREATED after StartLaunch succeeded."))
                case Started.WAIT if not self.patience.wait():
                    raise LaunchStateError(
                        f"The {name} is still UPDATING after the timeout. Deploy again when that is over."
                    )

    def _try_start(self, name: LaunchName, *, is_update: bool) -> tuple[Launch, RefusedError | None]:
        """StartLaunch; where that is refused, what the launch is."""
        try:
            launch = self.patience.call(lambda: self._start_once(name, is_update=is_update))
        except RefusedError as refused:
            self.job.log.step("start_refused", launch=str(name))
            return self.patience.call(lambda: self.api.get(name)), refused
        self.started = True
        return launch, None

    def _start_once(self, name: LaunchName, *, is_update: bool) -> Launch:
        """One StartLaunch; its way there is noted before it is gone, so that any end of this function can tell."""
        before = (self.may_run, self.job.progress.failure_id)
        self.may_run = True
        if self.api.knows_starter and not is_update:
            # The Delete that follows is exact by its starter, so it may name a launch that we never got to start.
            self.job.progress.failure_id = name.arn_beside(self.job.request.stack_id)
        try:
            launch = self.api.start(name)
        except ProviderError as error:
            if not (isinstance(error, UnreachableError) and error.unknown_outcome):
                self.may_run, self.job.progress.failure_id = before
            raise
        return launch

    def _undo(self, name: LaunchName, *, is_update: bool) -> None:
        """What a failed request started is stopped before it fails, unless a Delete is to come that can tell.

        That Delete comes after a failed Create. After a failed Update CloudFormation goes back to the old launch, and
        never speaks of this one again. A rollback may be such an Update too, to a launch that we started long ago: what
        ran before this request runs after it.
        """
        deleted_later = not is_update and self.api.knows_starter
        if deleted_later or not (self.started or (self.may_run and self.api.knows_starter)):
            return
        try:
            launch = self.patience.call(lambda: self.api.get(name))
            if launch.started_since(self.began - _CLOCKS_DIFFER_SECONDS):
                self.stop(name, LaunchStatus.CANCELLED)
            else:
                self.job.log.step("left_alone", launch=str(name), found="ran before")
        except (ProviderError, TimeIsUpError) as error:
            self.job.log.step("not_undone", level="ERROR", launch=str(name), error=type(error).__name__)

    def _stop_is_settled(self, name: LaunchName, desired_state: LaunchStatus) -> bool:
        """One StopLaunch, and where that is refused, whether the launch's status settles it."""
        reason = f"Stopped by CloudFormation stack {self.job.request.stack_name}"[:_MAX_REASON]
        try:
            self.patience.call(lambda: self.api.stop(name, desired_state, reason))
            self.job.log.step("stopped", launch=str(name), state=desired_state.value)
        except NotFoundError:
            self.job.log.step("left_alone", launch=str(name), found="nothing")
        except RefusedError as refused:
            return self._refusal_is_settled(name, refused)
        return True

    def _refusal_is_settled(self, name: LaunchName, refused: RefusedError) -> bool:
        try:
            launch = self.patience.call(lambda: self.api.get(name))
        except NotFoundError:
            return True
        match after_refused_stop(launch.status, knows_starter=self.api.knows_starter):
            case Stopped.DONE:
                self.job.log.step("left_alone", launch=str(name), found=launch.status.value)
            case Stopped.LEAVE:
                self.job.log.step("left_alone", level="WARNING", launch=str(name), found="started by someone else")
            case Stopped.FAIL_REFUSED:
                raise refused
            case Stopped.WAIT:
                return False
        return True

    def _answer(self, name: LaunchName, launch: Launch, held: PhysicalId | None) -> Answer:
        """The answer to a Create or Update that succeeded; `held` is the same launch's, None for a new one."""
        by_us = self.started or (held is not None and held.hold is Hold.STARTED and not self._is_a_strangers(launch))
        if not self.started and launch.status is LaunchStatus.RUNNING and held is None:
            self.job.log.step("adopted", launch=str(name), provable=self.api.knows_starter)
        if held is not None and not (self.started and held.hold is Hold.ADOPTED):
            physical_id = self.job.request.physical_id
        else:
            physical_id = launch.arn if by_us else identity.adopted(launch.arn)
        return Answer(
            Status.SUCCESS,
            physical_id,
            data={
                contract.ATTRIBUTE_LAUNCH_ARN: launch.arn,
                contract.ATTRIBUTE_LAUNCH_NAME: name.launch,
                contract.ATTRIBUTE_LAUNCH_STATUS: launch.status.value,
                contract.ATTRIBUTE_PROJECT_ARN: launch.project_arn,
                contract.ATTRIBUTE_STATUS_REASON: launch.status_reason,
                contract.ATTRIBUTE_CREATED_TIME: launch.created,
                contract.ATTRIBUTE_STARTED_TIME: launch.started,
                contract.ATTRIBUTE_LAST_UPDATED_TIME: launch.last_updated,
                contract.ATTRIBUTE_STARTED_BY: contract.STARTED_BY_STACK if by_us else contract.STARTED_BY_ADOPTED,
            },
        )

    def _is_a_strangers(self, launch: Launch) -> bool:
        """A running launch that our starter could not start again: someone else started it, and a Delete leaves it."""
        return self.api.knows_starter and not self.started and launch.status is LaunchStatus.RUNNING
