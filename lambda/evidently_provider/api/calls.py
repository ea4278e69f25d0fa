"""The calls of one request: tried again as the budget allows, and whether they can have had an effect.

The SDK is imported with the first call and not before, so that a Delete that needs no call can't fail by it.
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
        invocation: The request.
        budget: How long calls are tried again.
        owner: Who asks.
        may_have_effect: Whether the present call of the plan had an effect, or may have.

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
        """The API's client.

        Raises:
            WrongEndpointError: none can be made.

        """
        if self._api is None:
            from evidently_provider.api.client import Evidently  # noqa: PLC0415 - see the module's docstring

            self._api = Evidently.connect(
                os.environ,
                connect_seconds=self.invocation.connect_seconds,
                read_seconds=self.invocation.read_seconds,
                log=self.invocation.log,
            )
        return self._api

    def outcome(self, call: Call, make: Callable[[Call], Outcome]) -> tuple[Outcome, Exception | None]:
        """Make a call of a plan: its outcome, and the error where it is a fault."""
        self.may_have_effect = False
        try:
            return make(call), None
        except (ProviderError, TimeIsUpError) as error:
            fault: Exception = error
        except Exception as error:  # noqa: BLE001 - an SDK that can't be imported, a defect of ours: no Delete may fail by it
            self.invocation.log.crash("crashed", error)
            fault = error
        if call.action in {Action.RELEASE, Action.LEAVE}:
            # It may run, or exist, for ever, and no other line says so. A name is checked with the client's model.
            resource = {"resource": str(call.target)} if self._api else {}
            self.invocation.log.step("release_failed", level="ERROR", error=type(fault).__name__, **resource)
        if isinstance(fault, InUseError):
            return Outcome.IN_USE, fault
        return (Outcome.UNKNOWN if self.may_have_effect else Outcome.REFUSED), fault

    def read(self, target: ResourceRef) -> Mapping[str, Any]:
        """What the API shows of a resource.

        Raises:
            NotFoundError: there is no such resource.

        """
        operation, api = target.kind.operation("Get"), self.api
        return self.budget.call(lambda: api.document(target, operation, target.kind.value, **target.address))

    def keeps_rules(self, target: ResourceRef) -> bool:
        """Whether the API keeps the rules of ownership: by its last response, or by a read, which hurts nobody."""
        if not self.api.said.keeps_rules:
            with suppress(NotFoundError):
                self.read(target)
        return self.api.said.keeps_rules

    def change(self, call: Call, make: Callable[["Evidently", str], T]) -> T:
        """Make a call that changes something; `make` takes the API and the owner header.

        Its way there is noted before it is gone, so that any end of this function can tell the physical id.
        """
        header = self.owner.header(call.action.value, call.requested_at)
        progress = self.invocation.progress
        api = self.api

        def attempt() -> T:
            before = (self.may_have_effect, progress.failure_id)
            self.may_have_effect, progress.failure_id = True, call.unanswered.text
            try:
                return make(api, header)
            except ProviderError as error:
                if not (isinstance(error, UnreachableError) and error.unknown_outcome):
                    self.may_have_effect, progress.failure_id = before
                raise

        return self.budget.call(attempt)

    def log(self, step: str, target: object, level: str = "INFO", **values: str | int) -> None:
        """Leave a line about a resource."""
        self.invocation.log.step(step, level=level, resource=str(target), **values)

    def log_release(self, call: Call, done: str) -> None:
        """Leave a line about what a release came to; `done` is the step if it had its effect."""
        said = self.api.said
        match said.outcome:
            case "" | contract.OUTCOME_DONE:
                self.log(done, call.target)
            case contract.OUTCOME_LEFT:
                # All is well while a provider is exchanged: the other one ends it. If none of these is left, none will.
                self.log("left", call.target, "ERROR", owners=", ".join(said.owners))
            case outcome:
                self.log("skipped", call.target, found=outcome)
