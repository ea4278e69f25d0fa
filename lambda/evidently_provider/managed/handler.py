"""`Custom::EvidentlyProject`, `…Feature`, `…Segment` and `…Launch`: an acquire is a Create…, a release a Delete….

The API returns the existing resource to a Create… by its owner, or by another resource of the owner's stack. So every
request that acquired or adopted its resource then reconciles it: it makes the calls of a diff. `ownership/plan.py`
decides which of these a request makes. The role has to allow each operation: `_provider/policy.py` of the constructs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final

import evidently_contract as contract
from evidently_provider.api.calls import Calls
from evidently_provider.api.launch import iso_time
from evidently_provider.errors import InUseError, NotFoundError, ProviderError, RefusedError, WrongEndpointError
from evidently_provider.managed.definition import Desired, Reader
from evidently_provider.managed.diff import Change, Document, diff
from evidently_provider.ownership.plan import Call, Outcome, Result
from evidently_provider.ownership.references import Kind, ResourceRef
from evidently_provider.properties import adopts_existing, managed_ref
from evidently_provider.runtime.deadline import TimeIsUpError

if TYPE_CHECKING:
    from evidently_provider.api.client import Evidently

_MOST_NAMED: Final = 10


@dataclass
class ManagedResource:
    """One request for a Project, Feature, Segment or Launch.

    Args:
        kind: the kind of the resource.
        calls: the calls of the request.
        refusal: why the acquire failed, as a sentence.

    """

    kind: Kind
    calls: Calls
    refusal: str = field(default="", init=False)
    _document: Document = field(default_factory=dict, init=False)

    name_property = contract.PROPERTY_NAME
    endings = (contract.ON_DELETE_DELETE, contract.ON_DELETE_KEEP)

    @property
    def adopts(self) -> bool:
        """Whether to adopt a resource under another owner."""
        return adopts_existing(self.calls.invocation.request.properties)

    def target(self, properties: Mapping[str, Any]) -> ResourceRef:
        """Return the resource that `Name` and `Project` name."""
        return managed_ref(self.kind, properties)

    @property
    def arn(self) -> str:
        """ARN of the resource, "" before the API has returned it."""
        return str(self._document.get("arn", ""))

    def acquire(self, call: Call) -> Outcome:
        """Call Create…; a refusal because the resource exists means that it has another owner."""
        desired = self._desired  # before any call, so that an invalid property has no effect
        self._require_rules(call.target)
        try:
            self._document = self.calls.change(call, partial(_create, call.target, desired))
        except NotFoundError as error:
            self.refusal = str(error)
            return Outcome.NOT_FOUND
        except RefusedError as refused:
            self.refusal = str(refused)
            if refused.outcome == contract.OUTCOME_STALE:
                return Outcome.STALE
            if not refused.conflict or refused.is_final:
                raise
            try:
                self._document = self.calls.read(call.target)
            except NotFoundError:
                raise refused from None  # it does not exist, so the API refused for another reason
            if self.adopts:
                self.calls.log("adopted", call.target)
            self.refusal += " Give it another name, or let this stack adopt it with adopt_existing=True."
            return Outcome.RUNNING
        self.calls.log("acquired", call.target)
        return Outcome.OK

    def release(self, call: Call) -> Outcome:
        """Call Delete…, also to leave. The API ends a launch's run before the launch, whoever owns the run."""
        self._require_rules(call.target)
        operation = call.target.kind.operation("Delete")
        try:
            self.calls.change(call, lambda api, owner: api.call(call.target, operation, owner, **call.target.address))
        except NotFoundError:
            self.calls.log("not_found", call.target)
        except RefusedError as refused:
            if not refused.conflict or refused.outcome:
                raise
            raise InUseError(f"{refused} {self._obstacles(call.target)}".rstrip()) from refused
        else:
            self.calls.log_release(call, "deleted")
        return Outcome.RELEASED

    def reconcile(self, call: Call, before: Mapping[str, Any] | None) -> None:
        """Make the calls of the diff; skip them if the request is stale, as its successor has reconciled."""
        target = call.target
        earlier = None if before is None else self._reader.desired_before(before)
        found = diff(target, self._document, self._desired, earlier)
        if found.kept:
            self.calls.log("kept_change", target, "WARNING", members=", ".join(found.kept))
        try:
            for change in found.changes:
                self._change(call, change)
            # Remove first: the API refuses more than 50 tags, which both sets together may be.
            if found.removed_tags:
                self._tag(call, "UntagResource", tagKeys=found.removed_tags)
            if found.put_tags:
                self._tag(call, "TagResource", tags=found.put_tags)
        except RefusedError as refused:
            if refused.outcome != contract.OUTCOME_STALE:
                raise
            self.calls.log("skipped", target, found=refused.outcome)

    def _change(self, call: Call, change: Change) -> None:
        try:
            self._document = self.calls.change(call, partial(_update, call.target, change))
        except RefusedError as refused:
            if refused.outcome != contract.OUTCOME_IN_USE:
                raise
            # A rollback removes the variations of a failed deploy before it stops the launches of that deploy, which
            # serve them. To fail here would leave the stack in UPDATE_ROLLBACK_FAILED.
            rest = change.without("removeVariations")
            self.calls.log("skipped", call.target, "WARNING", found=refused.outcome)
            if rest.arguments:
                self._document = self.calls.change(call, partial(_update, call.target, rest))

    def attributes(self, result: Result, target: ResourceRef) -> Mapping[str, str]:
        """Return the attributes of a successful response."""
        document = self._document
        if not document:
            # Deleted out of band, perhaps with its project: that must not block the rollback of a stack.
            self.calls.log("not_found", target, "WARNING")
        return {
            contract.ATTRIBUTE_ARN: self.arn or result.physical_id.arn,
            contract.ATTRIBUTE_NAME: target.name,
            contract.ATTRIBUTE_STATUS: document.get("status") or "",
            contract.ATTRIBUTE_CREATED_TIME: iso_time(document.get("createdTime")),
            contract.ATTRIBUTE_LAST_UPDATED_TIME: iso_time(document.get("lastUpdatedTime")),
        }

    @cached_property
    def _reader(self) -> Reader:
        target = self.target(self.calls.invocation.request.properties)
        return Reader(target, self.calls.api.request_shape(self.kind.operation("Create")))

    @cached_property
    def _desired(self) -> Desired:
        return self._reader.desired(self.calls.invocation.request.properties)

    def _require_rules(self, target: ResourceRef) -> None:
        """Refuse an API without ownership, where a Delete… would delete another owner's resource.

        Raises:
            WrongEndpointError: the API does not keep the rules.

        """
        if not self.calls.keeps_rules(target):
            message = (
                f"The API at {self.calls.api.url} keeps no owners, so nothing says who owns the {target}. "
                "Project, Feature, Segment and Launch need an EvidentlyService; StartLaunch does not."
            )
            raise WrongEndpointError(message)

    def _tag(self, call: Call, operation: str, **arguments: Any) -> None:
        def tag(api: "Evidently", owner: str) -> None:
            api.call(call.target, operation, owner, resourceArn=self.arn, **arguments)

        self.calls.change(call, tag)

    def _obstacles(self, target: ResourceRef) -> str:
        """Return a sentence with the names of what blocks a Delete…, "" if the API does not say."""
        try:
            found = list(self._in_the_way(target))
        except (ProviderError, TimeIsUpError):
            return ""
        if not found:
            return ""
        more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
        way_out = f"Delete or stop these first, or keep the {target.kind}."
        return f"In the way: {', '.join(found[:_MOST_NAMED])}{more}. {way_out}"

    def _in_the_way(self, target: ResourceRef) -> Iterator[str]:
        def listed(operation: str, **arguments: str) -> Any:
            api = self.calls.api
            return self.calls.budget.call(lambda: api.call(target, operation, **arguments))

        match target.kind:
            case Kind.PROJECT:
                for kind, operation, member in (
                    (Kind.LAUNCH, "ListLaunches", "launches"),
                    (Kind.FEATURE, "ListFeatures", "features"),
                ):
                    yield from (f"{kind} '{each['name']}'" for each in listed(operation, project=target.name)[member])
            case Kind.SEGMENT:
                references = listed("ListSegmentReferences", segment=target.name, type="LAUNCH")["referencedBy"]
                yield from (str(ResourceRef.from_arn(each["arn"]) or each["name"]) for each in references)
            case Kind.FEATURE:
                rules = self.calls.read(target).get("evaluationRules") or []
                yield from (f"launch '{rule['name']}'" for rule in rules)
            case Kind.LAUNCH:
                return


def _create(target: ResourceRef, state: Desired, api: "Evidently", owner: str) -> Document:
    names = {"name": target.name, **({"project": target.project} if target.project else {})}
    operation = target.kind.operation("Create")
    return api.document(target, operation, target.kind.value, owner, **names, **state.definition, tags=state.tags)


def _update(target: ResourceRef, change: Change, api: "Evidently", owner: str) -> Document:
    return api.document(target, change.operation, target.kind.value, owner, **target.address, **change.arguments)
