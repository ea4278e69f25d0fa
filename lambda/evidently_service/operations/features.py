"""Operations on features."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from evidently_service.documents import features as documents
from evidently_service.domain.arns import ResourceRef
from evidently_service.domain.errors import ConflictError, NotFoundError
from evidently_service.domain.launch_states import LaunchStatus
from evidently_service.domain.ownership import Outcome
from evidently_service.domain.quotas import QuotaCode, exceeded
from evidently_service.domain.resources import Feature, Kind, Launch
from evidently_service.operations import lists, owners
from evidently_service.operations.call import Call
from evidently_service.operations.changes import write_change
from evidently_service.operations.projects import require_project
from evidently_service.operations.result import Result
from evidently_service.storage import items, keys, writes
from evidently_service.storage.transaction import ConditionsFailedError, Put, Write

_COUNTER = "featureCount"


def create_feature(call: Call) -> Result:
    """CreateFeature; returns the existing feature if the caller is an owner."""
    named = ResourceRef(Kind.FEATURE, call.given["name"], call.project)
    found = owners.look_up_before_create(call, named, items.feature_from)
    ruling = owners.acquire(call, found)
    if found.resource is not None:
        return owners.succeeded(call, _response(call, found.owned(found.resource, ruling.ownership)))
    feature = replace(documents.new_feature(call.given, call.project, call.now), ownership=ruling.ownership)
    arn = call.arns.feature(feature.project, feature.name)
    limit = call.quotas.features_per_project
    put = Put(items.feature_item(feature))
    count = writes.count_in_project(feature.project, _COUNTER, limit)
    try:
        owners.write_new(call, found, put, count)
    except ConditionsFailedError as error:
        if error.absent(count):
            raise NotFoundError.missing(Kind.PROJECT, call.arns.project(feature.project)) from None
        if error.failed(put):
            raise ConflictError.duplicate(Kind.FEATURE, arn) from None
        raise exceeded(QuotaCode.FEATURES_PER_PROJECT, limit, Kind.FEATURE, arn) from None
    return owners.succeeded(call, _response(call, feature))


def get_feature(call: Call) -> Mapping[str, Any]:
    """GetFeature."""
    return _response(call, _require(call, _look_up(call)))


def list_features(call: Call) -> Mapping[str, Any]:
    """ListFeatures."""
    found, token = lists.page(call, lists.features(call.project))
    if not found:
        require_project(call)
    features = [documents.feature_document(items.feature_from(item), call.arns) for item in found]
    return {"features": features, "nextToken": token}


def update_feature(call: Call) -> Result:
    """UpdateFeature: refused if it removes a variation that a running launch serves."""
    found = _look_up(call)
    before, ruling = _require(call, found), owners.update(call, found)
    after = replace(documents.updated_feature(before, call.given, call.now), ownership=ruling.ownership)
    removed = set(before.variations) - set(after.variations)
    if removed and before.runs:
        _refuse_if_served(call, before, removed)
    write_change(call, before, after, unchanged=found.remembering(ruling.note, call.now))
    return owners.succeeded(call, _response(call, after))


def delete_feature(call: Call) -> Mapping[str, Any] | Result:
    """DeleteFeature: refused while a launch runs on it."""
    if call.caller is not None:
        return owners.release(call, call.caller, _look_up(call), _delete)
    arn = call.arns.feature(call.project, call.given["feature"])
    delete = writes.delete_idle_feature(call.project, call.given["feature"])
    uncount = writes.uncount_in_project(call.project, _COUNTER)
    try:
        call.store.write(delete, uncount)
    except ConditionsFailedError as error:
        if error.absent(uncount):
            # AWS's message has the feature's ARN for the project here (observed), and clients compare messages.
            raise NotFoundError.missing(Kind.PROJECT, arn) from None
        if error.absent(delete):
            raise NotFoundError.missing(Kind.FEATURE, arn) from None
        raise _in_use(call) from None
    return {}


def _refuse_if_served(call: Call, feature: Feature, removed: set[str]) -> None:
    running = [keys.launch_key(feature.project, launch) for launch in feature.runs]
    launches = [items.launch_from(item) for item in call.store.read_all(running) if item]
    serving = [
        launch for launch in launches if launch.status is LaunchStatus.RUNNING and _served(launch, feature, removed)
    ]
    if not serving:
        return
    names = ", ".join(sorted(_served(serving[0], feature, removed)))
    message = f"Variation {names} is served by launch {serving[0].name}, which is running."
    # A stack's rollback comes here before it stops the launches that it has started itself; the caller may go on then.
    is_own = call.caller is not None and {launch.run.stack for launch in serving} == {call.caller.stack}
    outcome = Outcome.IN_USE if is_own else None
    raise ConflictError.of(message, Kind.FEATURE, call.arns.feature(feature.project, feature.name), outcome)


def _served(launch: Launch, feature: Feature, variations: set[str]) -> set[str]:
    return {variation for _, variation in launch.feature_variations().get(feature.name, [])} & variations


def _look_up(call: Call) -> owners.Found[Feature]:
    named = ResourceRef(Kind.FEATURE, call.given["feature"], call.project)
    return owners.look_up(call, owners.Record(named), items.feature_from)


def _require(call: Call, found: owners.Found[Feature]) -> Feature:
    if found.resource is None:
        require_project(call)
        raise NotFoundError.missing(Kind.FEATURE, call.arns.feature(call.project, call.given["feature"]))
    return found.resource


def _delete(call: Call, feature: Feature) -> tuple[list[Write], list[Write]]:
    if feature.runs:
        raise _in_use(call)
    delete = writes.if_unchanged(writes.delete_idle_feature(feature.project, feature.name), feature)
    return [delete], [writes.uncount_in_project(feature.project, _COUNTER)]


def _in_use(call: Call) -> ConflictError:
    arn = call.arns.feature(call.project, call.given["feature"])
    return ConflictError.of("Feature is used by a running launch; stop the launch first.", Kind.FEATURE, arn)


def _response(call: Call, feature: Feature) -> Mapping[str, Any]:
    return {"feature": documents.feature_document(feature, call.arns)}
