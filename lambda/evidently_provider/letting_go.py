"""Deleting what is declared: only what this resource holds, and only if no other resource of the stack does.

A running launch is stopped first, whoever started it. What can't be deleted is told with the names of what is in the
way: the API's refusal says only that something is.
"""

from collections.abc import Iterator
from typing import Final

from evidently_provider.definitions import Document
from evidently_provider.errors import LaunchStateError, NotFoundError, ProviderError, RefusedError
from evidently_provider.thing import Kind, Thing
from evidently_provider.work import Work, holders_of

_MAX_REASON: Final = 160  # StopLaunch's `reason`, which the model limits
_MOST_NAMED: Final = 10


def let_go(work: Work, thing: Thing) -> None:
    """Delete a thing, or leave it to the resources that hold it too.

    Raises:
        ProviderError: it could not be deleted.

    """
    key = work.holder.key
    held = False
    while True:
        try:
            document = work.get(thing)
        except NotFoundError:
            work.log("left_alone", thing, found="nothing")
            return
        holders = holders_of(document)
        if not held and key not in holders:
            work.log("left_alone", thing, "WARNING", found="not held by this resource")
            return
        if not holders.keys() - {key}:
            _delete(work, thing, document)
            return
        if held:
            work.log("left_alone", thing, found="held by another resource of the stack")
            return
        work.ask(thing, "UntagResource", resourceArn=document["arn"], tagKeys=[key])
        held = True  # and looked at once more: the other holder may be letting go at this moment


def _delete(work: Work, thing: Thing, document: Document) -> None:
    if thing.kind is Kind.LAUNCH:
        _stop(work, thing, document)
    try:
        work.ask(thing, thing.kind.operation("Delete"), **thing.address)
    except NotFoundError:
        work.log("left_alone", thing, found="nothing")
    except RefusedError as refused:
        raise RefusedError(f"{refused} {_obstacles(work, thing, document)}".rstrip()) from refused
    else:
        work.log("deleted", thing)


def _stop(work: Work, thing: Thing, document: Document) -> None:
    reason = f"Deleted by CloudFormation stack {work.job.request.stack_name}"[:_MAX_REASON]
    while document["status"] in {"RUNNING", "UPDATING"}:
        try:
            work.ask(thing, "StopLaunch", **thing.address, desiredState="CANCELLED", reason=reason)
        except RefusedError as refused:
            if not work.patience.wait():
                raise LaunchStateError(f"The {thing} is still {document['status']}: {refused}") from refused
            document = work.get(thing)
        else:
            work.log("stopped", thing, state="CANCELLED")
            return


def _obstacles(work: Work, thing: Thing, document: Document) -> str:
    """A sentence with the names of what is in the way, "" where they can't be found out."""
    try:
        found = list(_in_the_way(work, thing, document))
    except ProviderError:
        return ""
    if not found:
        return ""
    more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    return f"In the way: {', '.join(found[:_MOST_NAMED])}{more}. Delete or stop these first, or keep the {thing.kind}."


def _in_the_way(work: Work, thing: Thing, document: Document) -> Iterator[str]:
    match thing.kind:
        case Kind.PROJECT:
            for kind, operation, member in (
                (Kind.LAUNCH, "ListLaunches", "launches"),
                (Kind.FEATURE, "ListFeatures", "features"),
            ):
                listed = work.ask(thing, operation, project=thing.name)[member]
                yield from (f"{kind} '{each['name']}'" for each in listed)
        case Kind.SEGMENT:
            listed = work.ask(thing, "ListSegmentReferences", segment=thing.name, type="LAUNCH")["referencedBy"]
            yield from (str(Thing.from_arn(each["arn"]) or each["name"]) for each in listed)
        case Kind.FEATURE:
            yield from (f"launch '{rule['name']}'" for rule in document.get("evaluationRules") or [])
        case Kind.LAUNCH:
            return
