"""Operations on segments, which belong to the account and Region. The API has no UpdateSegment."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from evidently_service.documents import segments as documents
from evidently_service.domain.arns import ResourceRef
from evidently_service.domain.errors import ConflictError, NotFoundError
from evidently_service.domain.quotas import QuotaCode, exceeded
from evidently_service.domain.resources import Kind, Segment
from evidently_service.operations import lists, owners
from evidently_service.operations.call import Call
from evidently_service.operations.result import Result
from evidently_service.storage import items, keys, writes
from evidently_service.storage.transaction import ConditionsFailedError, Put, Write

_COUNTER = "segmentCount"


def create_segment(call: Call) -> Result:
    """CreateSegment; returns the existing segment if the caller is an owner."""
    found = owners.look_up_before_create(call, ResourceRef(Kind.SEGMENT, call.given["name"]), items.segment_from)
    ruling = owners.acquire(call, found)
    if found.resource is not None:
        return owners.succeeded(call, _response(call, found.owned(found.resource, ruling.ownership)))
    segment = replace(documents.new_segment(call.given, call.now), ownership=ruling.ownership)
    arn, limit = call.arns.segment(segment.name), call.quotas.segments
    put = Put(items.segment_item(segment))
    try:
        owners.write_new(call, found, put, writes.count_in_account(_COUNTER, limit))
    except ConditionsFailedError as error:
        if error.failed(put):
            raise ConflictError.duplicate(Kind.SEGMENT, arn) from None
        raise exceeded(QuotaCode.SEGMENTS, limit, Kind.SEGMENT, arn) from None
    return owners.succeeded(call, _response(call, segment))


def get_segment(call: Call) -> Mapping[str, Any]:
    """GetSegment."""
    item = call.store.read(keys.segment_key(_name(call)))
    if item is None:
        raise _missing(call)
    return _response(call, items.segment_from(item))


def list_segments(call: Call) -> Mapping[str, Any]:
    """ListSegments."""
    found, token = lists.page(call, lists.segments())
    segments = [documents.segment_document(items.segment_from(item), call.arns) for item in found]
    return {"segments": segments, "nextToken": token}


def list_segment_references(call: Call) -> Mapping[str, Any]:
    """ListSegmentReferences: empty for EXPERIMENT, as this API has no experiments."""
    if call.given["type"] == "EXPERIMENT":
        lists.refuse_token(call)
        _require(call)
        return {"referencedBy": []}
    found, token = lists.page(call, lists.references(_name(call)))
    if not found:
        _require(call)
    launches = call.store.read_all([keys.referring_launch_key(item) for item in found])
    # A launch that was deleted after the read of the page has no reference any more.
    referring = [documents.reference_document(items.launch_from(item), call.arns) for item in launches if item]
    return {"referencedBy": referring, "nextToken": token}


def delete_segment(call: Call) -> Mapping[str, Any] | Result:
    """DeleteSegment: refused while a launch refers to it, running or not."""
    if call.caller is not None:
        found = owners.look_up(call, owners.Record(ResourceRef(Kind.SEGMENT, _name(call))), items.segment_from)
        return owners.release(call, call.caller, found, _delete)
    delete = writes.delete_idle_segment(_name(call))
    try:
        call.store.write(delete, writes.uncount_in_account(_COUNTER))
    except ConditionsFailedError as error:
        if error.absent(delete):
            raise _missing(call) from None
        raise _in_use(call) from None
    return {}


def _delete(call: Call, segment: Segment) -> tuple[list[Write], list[Write]]:
    if segment.launches:
        raise _in_use(call)
    delete = writes.if_unchanged(writes.delete_idle_segment(segment.name), segment)
    return [delete], [writes.uncount_in_account(_COUNTER)]


def _in_use(call: Call) -> ConflictError:
    message = "Segment is used by launches; delete the launches first."
    return ConflictError.of(message, Kind.SEGMENT, call.arns.segment(_name(call)))


def _response(call: Call, segment: Segment) -> Mapping[str, Any]:
    return {"segment": documents.segment_document(segment, call.arns)}


def _name(call: Call) -> str:
    return call.arns.name_of(Kind.SEGMENT, call.given["segment"])


def _require(call: Call) -> None:
    if call.store.read(keys.segment_key(_name(call))) is None:
        raise _missing(call)


def _missing(call: Call) -> NotFoundError:
    return NotFoundError.missing(Kind.SEGMENT, call.arns.segment(_name(call)))
