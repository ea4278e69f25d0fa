"""Operations on features."""

from collections.abc import Mapping
from typing import Any

from evidently_service import documents, items, writes
from evidently_service.call import Call
from evidently_service.errors import ConflictError, NotFoundError
from evidently_service.operations.projects import require_project
from evidently_service.quotas import QuotaCode, exceeded
from evidently_service.resources import Kind
from evidently_service.store import ConditionsFailedError, Put

_COUNTER = "featureCount"


def create_feature(call: Call) -> Mapping[str, Any]:
    """CreateFeature."""
    feature = documents.new_feature(call.given, call.project, call.now)
    arn = call.place.feature(feature.project, feature.name)
    limit = call.quotas.features_per_project
    put = Put(items.feature_item(feature))
    count = writes.count_in_project(feature.project, _COUNTER, limit)
    try:
        call.store.write(put, count)
    except ConditionsFailedError as error:
        if error.absent(count):
            raise NotFoundError.missing(Kind.PROJECT, call.place.project(feature.project)) from None
        if error.failed(put):
            raise ConflictError.duplicate(Kind.FEATURE, arn) from None
        raise exceeded(QuotaCode.FEATURES_PER_PROJECT, limit, Kind.FEATURE, arn) from None
    return {"feature": documents.feature_document(feature, call.place)}


def get_feature(call: Call) -> Mapping[str, Any]:
    """GetFeature."""
    item = call.store.read(items.feature_key(call.project, call.given["feature"]))
    if item is None:
        require_project(call)
        raise NotFoundError.missing(Kind.FEATURE, call.place.feature(call.project, call.given["feature"]))
    return {"feature": documents.feature_document(items.feature_from(item), call.place)}


def delete_feature(call: Call) -> Mapping[str, Any]:
    """DeleteFeature: refused while a launch runs on it."""
    arn = call.place.feature(call.project, call.given["feature"])
    delete = writes.delete_idle_feature(call.project, call.given["feature"])
    uncount = writes.uncount_in_project(call.project, _COUNTER)
    try:
        call.store.write(delete, uncount)
    except ConditionsFailedError as error:
        if error.absent(uncount):
            # AWS names the project by the feature's ARN here (observed), and clients compare it.
            raise NotFoundError.missing(Kind.PROJECT, arn) from None
        if error.absent(delete):
            raise NotFoundError.missing(Kind.FEATURE, arn) from None
        raise ConflictError.of("Feature is used by a running launch; stop that first.", Kind.FEATURE, arn) from None
    return {}
