"""From a request to its response: the plan of ownership, carried out."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import evidently_contract as contract
from evidently_provider.api.calls import Calls
from evidently_provider.api.owner_header import check_owner
from evidently_provider.errors import InvalidPropertyError, NotFoundError, ProviderError, WrongEndpointError
from evidently_provider.invocation import Invocation
from evidently_provider.ownership.identity import Mark, PhysicalId, endpoint_digest
from evidently_provider.ownership.plan import Action, Call, End, Outcome, Subject, plan
from evidently_provider.ownership.references import ResourceRef
from evidently_provider.properties import check_arns, check_names, keeps
from evidently_provider.registry import REGISTRY, Resource
from evidently_provider.runtime.deadline import TimeIsUpError
from evidently_provider.runtime.request import Request, RequestType
from evidently_provider.runtime.response import Answer, Status


def answer_for(invocation: Invocation) -> Answer:
    """Do what a request asks for; a failure has a response too."""
    request = invocation.request
    make = REGISTRY.get(request.resource_type)
    if make is None:
        return _unknown(invocation)
    calls = Calls(invocation)
    try:
        check_owner(request.stack_id, request.logical_id, invocation.account)
        given = PhysicalId.parse(request.physical_id) if request.physical_id else None
        _check_endpoint(request, given)
        return _Service(invocation, calls, make(calls), given).serve()
    except (ProviderError, TimeIsUpError) as error:
        return invocation.failed(_reason(error))


@dataclass(frozen=True, slots=True)
class _Service:
    """A request on its way.

    Args:
        invocation: The request.
        calls: The calls that it makes.
        resource: What serves it.
        given: The physical id it came with.

    """

    invocation: Invocation
    calls: Calls
    resource: Resource
    given: PhysicalId | None

    def serve(self) -> Answer:
        if self.invocation.request.request_type is RequestType.DELETE:
            return self._deleted()
        return self._acquired()

    def _acquired(self) -> Answer:
        request, resource = self.invocation.request, self.resource
        environment = os.environ
        region = environment.get(contract.ENV_SIGNING_REGION) or environment.get("AWS_REGION", "")
        check_arns(request.properties, self.invocation.account, region)
        target = resource.target(request.properties)
        check_names(target, resource.name_property, self.calls.api.check_name)
        subject = self._subject(target)
        end, fault = self._carry_out(subject)
        if end.success and end.outcome in {Outcome.OK, Outcome.RUNNING}:
            end, fault = self._reconciled(subject, target, end)
        if not end.success:
            self.invocation.log.step("failed", level="ERROR", error=type(fault).__name__ if fault else end.outcome)
            return Answer(Status.FAILED, end.physical_id.text, _reason(fault) if fault else resource.refusal)
        physical_id = end.physical_id
        if physical_id != self.given and ResourceRef.from_arn(resource.arn) == target:
            physical_id = replace(physical_id, arn=resource.arn)
        return Answer(Status.SUCCESS, physical_id.text, data=resource.attributes(end, target))

    def _reconciled(self, subject: Subject, target: ResourceRef, end: End) -> tuple[End, Exception | None]:
        """What was acquired or adopted in its desired state; where that fails, the Delete that follows can tell."""
        owned = end.outcome is Outcome.OK
        failed = subject.given or (subject.failed(target) if owned else subject.not_started)
        call = Call(target, Action.UPDATE, subject.requested_at, unanswered=failed, owned=owned)
        try:
            self.resource.reconcile(call)
        except NotFoundError as error:
            if subject.given is None or subject.given.target != target:
                return End(success=False, physical_id=failed, outcome=end.outcome), error
            # Deleted out of band since it was acquired: that must block neither a change of the stack nor its rollback.
            self.calls.log("not_found", target, "WARNING")
            return end._replace(outcome=Outcome.NOT_FOUND), None
        except (ProviderError, TimeIsUpError) as error:
            return End(success=False, physical_id=failed, outcome=end.outcome), error
        return end, None

    def _deleted(self) -> Answer:
        end, fault = self._carry_out(self._subject(self._named(self.invocation.request.properties)))
        if fault is None or end.success:
            return Answer(Status.SUCCESS, end.physical_id.text)
        self.invocation.log.step("failed", level="ERROR", error=type(fault).__name__)
        return Answer(Status.FAILED, end.physical_id.text, _reason(fault))

    def _carry_out(self, subject: Subject) -> tuple[End, Exception | None]:
        steps, fault = plan(subject), None
        try:
            call = next(steps)
            while True:
                is_acquire = call.action in {Action.ACQUIRE, Action.ACQUIRE_NEW}
                outcome, fault = self.calls.outcome(call, self.resource.acquire if is_acquire else self._release)
                call = steps.send(outcome)
        except StopIteration as stop:
            return stop.value, fault

    def _release(self, call: Call) -> Outcome:
        try:
            check_names(call.target, self.resource.name_property, self.calls.api.check_name)
        except InvalidPropertyError:
            # No request acquires what has such a name; to the API it is an error, which would fail a rollback.
            self.invocation.log.step("skipped", found="not a name")  # nor is it for the log: it may be anything
            return Outcome.RELEASED
        return self.resource.release(call)

    def _subject(self, target: ResourceRef | None) -> Subject:
        request = self.invocation.request
        travels = contract.PROPERTY_ENDPOINT in request.properties
        return Subject(
            type=request.request_type,
            given=self.given,
            target=target,
            old=self._named(request.old_properties),
            keep=keeps(request.properties),
            adopts=self.resource.adopts,
            requested_at=request.requested_at,
            request_id=request.request_id,
            stack_id=request.stack_id,
            endpoint=_here() if travels else "",
        )

    def _named(self, properties: Mapping[str, Any]) -> ResourceRef | None:
        """What properties name; None where no request with these could have acquired anything."""
        try:
            return self.resource.target(properties)
        except InvalidPropertyError:
            return None


def _here() -> str:
    names = (contract.ENV_ENDPOINT_URL, contract.ENV_SIGNING_REGION)  # without a URL, the Region says where it is
    return endpoint_digest(" ".join(os.environ.get(name, "") for name in names))


def _check_endpoint(request: Request, given: PhysicalId | None) -> None:
    """Refuse a request for a resource at another URL: it would be forgotten there.

    Raises:
        WrongEndpointError: the URL is a parameter's value, and that has changed.

    """
    if given is not None and given.endpoint and given.endpoint != _here() and given.mark is not Mark.MADE_UP:
        message = (
            f"{request.logical_id} is at another URL than the one that its provider calls now: the API's URL is the "
            "value of a parameter, which has changed. Change it back, and give the new URL to another "
            "EvidentlyProvider: that makes it another resource, and this one is released where it is."
        )
        raise WrongEndpointError(message)


def _reason(error: Exception) -> str:
    if isinstance(error, TimeIsUpError):
        return "No time was left to call the Evidently API again. Deploy again; raise `timeout` if this repeats."
    if isinstance(error, ProviderError):
        return str(error)
    return f"Internal error of cdk-evidently ({type(error).__name__}); the provider's log has where it happened."


def _unknown(invocation: Invocation) -> Answer:
    """A type that this version does not know acquired nothing here, so that its Delete has nothing to undo."""
    request = invocation.request
    if request.request_type is RequestType.DELETE:
        return Answer(Status.SUCCESS, invocation.progress.failure_id)
    known = ", ".join(sorted(REGISTRY))
    reason = f"ResourceType is '{request.resource_type}'; this provider knows {known}. Deploy the function anew."
    return Answer(Status.FAILED, invocation.progress.failure_id, reason)
