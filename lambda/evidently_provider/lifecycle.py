"""The lifecycle of a custom resource: carries out the plan of one request, and responds."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import evidently_contract as contract
from evidently_provider.api.calls import Calls
from evidently_provider.api.owner_header import check_owner
from evidently_provider.errors import (
    InvalidPropertyError,
    NotFoundError,
    ProviderError,
    WrongEndpointError,
    internal_error,
)
from evidently_provider.invocation import Invocation
from evidently_provider.ownership.identity import Mark, PhysicalId, endpoint_digest
from evidently_provider.ownership.plan import Action, Call, Outcome, Result, Subject, plan
from evidently_provider.ownership.references import ResourceRef
from evidently_provider.properties import (
    UPDATE_PROVIDER,
    check_arns,
    check_names,
    check_options,
    check_schema_version,
    keeps,
)
from evidently_provider.registry import REGISTRY, Resource
from evidently_provider.runtime.deadline import TimeIsUpError
from evidently_provider.runtime.request import Request, RequestType
from evidently_provider.runtime.response import Response, Status


def serve(invocation: Invocation) -> Response:
    """Carry out a request; return the response, a failure's too."""
    request = invocation.request
    make = REGISTRY.get(request.resource_type)
    if make is None:
        return _unknown_type(invocation)
    calls = Calls(invocation)
    try:
        check_owner(request.stack_id, request.logical_id, invocation.account)
        given = PhysicalId.parse(request.physical_id) if request.physical_id else None
        _check_endpoint(request, given)
        lifecycle = _Lifecycle(invocation, calls, make(calls), given)
        return lifecycle.delete() if request.request_type is RequestType.DELETE else lifecycle.create_or_update()
    except (ProviderError, TimeIsUpError) as error:
        return invocation.failed(_reason(error))


@dataclass(frozen=True, slots=True)
class _Lifecycle:
    """One request for one custom resource.

    Args:
        invocation: the request, and what serving it needs.
        calls: the calls of the request.
        resource: the handler of its resource type.
        given: the physical id in the request; None for a Create.

    """

    invocation: Invocation
    calls: Calls
    resource: Resource
    given: PhysicalId | None

    def create_or_update(self) -> Response:
        request, resource = self.invocation.request, self.resource
        check_schema_version(request.properties)
        environment = os.environ
        region = environment.get(contract.ENV_SIGNING_REGION) or environment.get("AWS_REGION", "")
        check_arns(request.properties, self.invocation.account, region)
        check_options(request.properties, resource.endings)
        target = resource.target(request.properties)
        check_names(target, resource.name_property, self.calls.api.check_name)
        subject = self._subject(target)
        result, fault = self._carry_out(subject)
        if result.success and result.outcome in {Outcome.OK, Outcome.RUNNING}:
            result, fault = self._reconcile(subject, target, result)
        if not result.success:
            error = type(fault).__name__ if fault else result.outcome
            self.invocation.log.step("failed", level="ERROR", error=error)
            reason = _reason(fault) if fault else resource.refusal
            return Response(Status.FAILED, result.physical_id.text, reason)
        physical_id = result.physical_id
        if physical_id != self.given and ResourceRef.from_arn(resource.arn) == target:
            # A new id takes the API's own ARN, whose account and Region may differ from the stack's.
            physical_id = replace(physical_id, arn=resource.arn)
        return Response(Status.SUCCESS, physical_id.text, data=resource.attributes(result, target))

    def delete(self) -> Response:
        # No version check here: a rollback puts an old function back before it deletes what the new one created.
        result, fault = self._carry_out(self._subject(self._target(self.invocation.request.properties)))
        if fault is None or result.success:
            return Response(Status.SUCCESS, result.physical_id.text)
        self.invocation.log.step("failed", level="ERROR", error=type(fault).__name__)
        return Response(Status.FAILED, result.physical_id.text, _reason(fault))

    def _reconcile(self, subject: Subject, target: ResourceRef, result: Result) -> tuple[Result, Exception | None]:
        """Bring an acquired or adopted resource to its desired state.

        The physical id of a failure says whether the resource is owned, so that the Delete that follows undoes it.
        """
        owned = result.outcome is Outcome.OK
        failure_id = subject.given or (subject.failed(target) if owned else subject.not_started)
        call = Call(target, Action.UPDATE, subject.requested_at, failure_id=failure_id, owned=owned)
        # What this Update found as it left it; a resource that it adopts now is written whole.
        found = {Mark.OWNED: Outcome.OK, Mark.ADOPTED: Outcome.RUNNING}
        given = subject.given
        as_before = given is not None and given.target == target and found.get(given.mark) is result.outcome
        try:
            self.resource.reconcile(call, self.invocation.request.old_properties if as_before else None)
        except NotFoundError as error:
            if subject.given is None or subject.given.target != target:
                return Result(success=False, physical_id=failure_id, outcome=result.outcome), error
            # Deleted out of band since it was acquired: that must block neither a change of the stack nor its rollback.
            self.calls.log("not_found", target, "WARNING")
            return result._replace(outcome=Outcome.NOT_FOUND), None
        except (ProviderError, TimeIsUpError) as error:
            return Result(success=False, physical_id=failure_id, outcome=result.outcome), error
        return result, None

    def _carry_out(self, subject: Subject) -> tuple[Result, Exception | None]:
        """Make the calls of a plan; return its result, and the error if a fault decided it."""
        steps, fault = plan(subject), None
        try:
            call = next(steps)
            while True:
                is_acquire = call.action in {Action.ACQUIRE, Action.ACQUIRE_NEW}
                outcome, fault = self.calls.outcome(call, self.resource.acquire if is_acquire else self._release)
                call = steps.send(outcome)
        except StopIteration as stop:
            result: Result = stop.value
            return result, fault

    def _release(self, call: Call) -> Outcome:
        try:
            check_names(call.target, self.resource.name_property, self.calls.api.check_name)
        except InvalidPropertyError:
            # Nothing was acquired under a name that the model forbids, and the API's 400 would fail a rollback. The
            # log omits the name, which may hold anything.
            self.invocation.log.step("skipped", found="not a name")
            return Outcome.RELEASED
        return self.resource.release(call)

    def _subject(self, target: ResourceRef | None) -> Subject:
        request = self.invocation.request
        endpoint_may_change = contract.PROPERTY_ENDPOINT in request.properties
        return Subject(
            type=request.request_type,
            given=self.given,
            target=target,
            old=self._target(request.old_properties),
            keep=keeps(request.properties),
            adopts=self.resource.adopts,
            requested_at=request.requested_at,
            request_id=request.request_id,
            stack_id=request.stack_id,
            endpoint=_current_endpoint() if endpoint_may_change else "",
        )

    def _target(self, properties: Mapping[str, Any]) -> ResourceRef | None:
        """Return the resource that properties name; None if they are invalid, so that no request acquired anything."""
        try:
            return self.resource.target(properties)
        except InvalidPropertyError:
            return None


def _current_endpoint() -> str:
    # Without a URL the SDK calls AWS's endpoint of the Region.
    names = (contract.ENV_ENDPOINT_URL, contract.ENV_SIGNING_REGION)
    return endpoint_digest(" ".join(os.environ.get(name, "") for name in names))


def _check_endpoint(request: Request, given: PhysicalId | None) -> None:
    """Refuse a request for a resource at another URL, where it would stay for ever.

    Raises:
        WrongEndpointError: the URL is a parameter's value, which has changed.

    """
    if (
        given is not None
        and given.endpoint
        and given.endpoint != _current_endpoint()
        and given.mark is not Mark.MADE_UP
    ):
        message = (
            f"{request.logical_id} is at another URL than the one that its provider calls now: the API's URL is the "
            "value of a parameter, which has changed. Change it back, and give the new URL to another "
            "EvidentlyProvider: that creates a new resource there, and releases this one where it is."
        )
        raise WrongEndpointError(message)


def _reason(error: Exception) -> str:
    if isinstance(error, TimeIsUpError):
        return "No time was left to call the Evidently API again. Deploy again; raise `timeout` if this repeats."
    if isinstance(error, ProviderError):
        return str(error)
    return internal_error(error)


def _unknown_type(invocation: Invocation) -> Response:
    request, failure_id = invocation.request, invocation.progress.failure_id
    if request.request_type is RequestType.DELETE:
        # A type that this version does not know acquired nothing through it, so there is nothing to undo.
        return Response(Status.SUCCESS, failure_id)
    known = ", ".join(sorted(REGISTRY))
    reason = f"ResourceType is '{request.resource_type}'; this provider knows {known}. {UPDATE_PROVIDER}."
    return Response(Status.FAILED, failure_id, reason)
