"""Operations on segments. They belong to the account and Region; a segment can't be changed, only deleted."""

from collections.abc import Mapping
from typing import Any

from evidently_service import documents, items, writes
from evidently_service.call import Call
from evidently_service.errors import ConflictError, NotFoundError
from evidently_service.quotas import QuotaCode, exceeded
from evidently_service.resources import Kind
from evidently_service.store import ConditionsFailedError, Put

_COUNTER = "segmentCount"


def create_segment(call: Call) -> Mapping[str, Any]:
    """CreateSegment."""
    segment = documents.new_segment(call.given, call.now)
    arn, limit = call.place.segment(segment.name), call.quotas.segments
    put = Put(items.segment_item(segment))
    try:
        call.store.write(put, writes.count_in_account(_COUNTER, limit))
    except ConditionsFailedError as error:
        if error.failed(put):
            raise ConflictError.duplicate(Kind.SEGMENT, arn) from None
        raise exceeded(QuotaCode.SEGMENTS, limit, Kind.SEGMENT, arn) from None
    return {"segment": documents.segment_document(segment, call.place)}


def get_segment(call: Call) -> Mapping[str, Any]:
    """GetSegment."""
    item = call.store.read(items.segment_key(_name(call)))
    if item is None:
        raise _missing(call)
    return {"segment": documents.segment_document(items.segment_from(item), call.place)}


def delete_segment(call: Call) -> Mapping[str, Any]:
    """DeleteSegment: refused while a launch refers to it, running or not."""
    delete = writes.delete_idle_segment(_name(call))
    try:
        call.store.write(delete, writes.uncount_in_account(_COUNTER))
    except ConditionsFailedError as error:
        if error.absent(delete):
            raise _missing(call) from None
        message = "Segment is used by launches; delete those first."
        raise ConflictError.of(message, Kind.SEGMENT, call.place.segment(_name(call))) from None
    return {}


def _name(call: Call) -> str:
    return call.place.name_of(Kind.SEGMENT, call.given["segment"])


def _missing(call: Call) -> NotFoundError:
    return NotFoundError.missing(Kind.SEGMENT, call.place.segment(_name(call)))
