"""The calls of one request: retries them, and keeps track of whether they may have had an effect.

The first call imports the SDK, so that a Delete that needs no call cannot fail by it.
"""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import evidently_contract as contract
from evidently_provider.api.owner_header import Owner
from evidently_provider.api.retry import RetryBudget
from evidently_provider.errors import InUseError, NotFoundError, ProviderError, UnreachableError
from evidently_provider.invocation import Invocation
from evidently_provider.ownership.plan import Action, Call, Outcome
from evidently_provider.ownership.references import ResourceRef
from evidently_provider.properties import timeout_seconds
from evidently_provider.runtime.deadline import TimeIsUpError

if TYPE_CHECKING:
    from evidently_provider.api.client import Evidently

T = TypeVar("T")


@dataclass(slots=True)
class Calls:
    """The calls of one request.

    Args:
        invocation: the request, and what serving it needs.
        budget: how long calls are retried.
        owner: the owner in the header of each change.
        may_have_effect: whether the plan's current call had an effect, or may have.

    """

    invocation: Invocation
    budget: RetryBudget = field(init=False)
    owner: Owner = field(init=False)
    may_have_effect: bool = field(default=False, init=False)
    _api: "Evidently | None" = field(default=None, init=False)

    def __post_init__(self) -> None:
        deadline, request = self.invocation.deadline, self.invocation.request
        retry_until = deadline.clock.now() + timeout_seconds(request.properties)
        self.budget = RetryBudget(deadline, retry_until, self.invocation.log)
        self.owner = Owner(request.stack_id, request.logical_id, deadline.not_after)

    @property
    def api(self) -> "Evidently":
        """The API's client, created on first use.

        Raises:
            WrongEndpointError: the endpoint cannot be an Evidently API.

        """
        if self._api is None:
            from evidently_provider.api.client import Evidently  # noqa: PLC0415 - imports the SDK: see the module's docstring

            self._api = Evidently.connect(
                os.environ,
                connect_seconds=self.invocation.connect_seconds,
                read_seconds=self.invocation.read_seconds,
                log=self.invocation.log,
            )
        return self._api

    def outcome(self, call: Call, make: Callable[[Call], Outcome]) -> tuple[Outcome, Exception | None]:
        """Make a call of the plan; return its outcome, and the error if it failed."""
        self.may_have_effect = False
        try:
            return make(call), None
        except (ProviderError, TimeIsUpError) as error:
            fault: Exception = error
        except Exception as error:  # noqa: BLE001 - neither a broken SDK nor a defect of ours may fail a Delete
            self.invocation.log.crash("crashed", error)
            fault = error
        if call.action in {Action.RELEASE, Action.LEAVE}:
            # The resource may stay for ever, and no other line says so. Its name is logged once the client exists,
            # because the client's model has checked it.
            resource = {"resource": str(call.target)} if self._api else {}
            self.invocation.log.step("release_failed", level="ERROR", error=type(fault).__name__, **resource)
        if isinstance(fault, InUseError):
            return Outcome.IN_USE, fault
        return (Outcome.UNKNOWN if self.may_have_effect else Outcome.REFUSED), fault

    def read(self, target: ResourceRef) -> Mapping[str, Any]:
        """Return a resource's document.

        Raises:
            NotFoundError: the API has no such resource.

        """
        operation, api = target.kind.operation("Get"), self.api
        return self.budget.call(lambda: api.document(target, operation, target.kind.value, **target.address))

    def keeps_rules(self, target: ResourceRef) -> bool:
        """Whether the API keeps the rules of ownership, by its last response or by a read, which is harmless."""
        if not self.api.ownership.keeps_rules:
            with suppress(NotFoundError):
                self.read(target)
        return self.api.ownership.keeps_rules

    def change(self, call: Call, make: Callable[["Evidently", str], T]) -> T:
        """Make a call that changes something, and retry it; `make` takes the API and the owner header.

        Before each attempt the failure's physical id becomes the call's own, so that the response is right even if this
        thread never returns. An attempt that surely had no effect takes that back.
        """
        header = self.owner.header(call.action.value, call.requested_at)
        progress = self.invocation.progress
        api = self.api

        def attempt() -> T:
            before = (self.may_have_effect, progress.failure_id)
            self.may_have_effect, progress.failure_id = True, call.failure_id.text
            try:
                return make(api, header)
            except ProviderError as error:
                if not (isinstance(error, UnreachableError) and error.unknown_outcome):
                    self.may_have_effect, progress.failure_id = before
                raise

        return self.budget.call(attempt)

    def log(self, step: str, target: object, level: str = "INFO", **values: str | int) -> None:
        """Log a step about a resource."""
        self.invocation.log.step(step, level=level, resource=str(target), **values)

    def log_release(self, call: Call, done: str) -> None:
        """Log the outcome of a release; `done` is the step if the resource was stopped or deleted."""
        ownership = self.api.ownership
        match ownership.outcome:
            case "" | contract.OUTCOME_DONE:
                self.log(done, call.target)
            case contract.OUTCOME_LEFT:
                # An ERROR, because nothing ends the resource if these owners are gone. While a stack exchanges its
                # provider, the other one's resource is among them, and its Delete ends it.
                self.log("left", call.target, "ERROR", owners=", ".join(ownership.owners))
            case outcome:
                self.log("skipped", call.target, found=outcome)
