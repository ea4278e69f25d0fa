"""Operations of evaluation: which variation an entity gets, and whether a pattern matches.

Two round trips: the feature, which notes what runs on it, then those launches with their segments, if there are any.
However large the project is, nothing else of it is read.
"""

from collections.abc import Mapping
from typing import Any

from evidently_service import documents, items, metrics
from evidently_service.call import Call
from evidently_service.errors import NotFoundError, Problem, ValidationError
from evidently_service.evaluation.context import parse_context
from evidently_service.evaluation.errors import ContextError
from evidently_service.evaluation.evaluate import Plan, compile_plan
from evidently_service.evaluation.pattern import Pattern, compile_pattern
from evidently_service.launch_states import LaunchStatus
from evidently_service.resources import Feature, Kind, Launch


def evaluate_feature(call: Call) -> Mapping[str, Any]:
    """EvaluateFeature."""
    return _evaluated(call, call.project, call.given["feature"], call.given)


def batch_evaluate_feature(call: Call) -> Mapping[str, Any]:
    """BatchEvaluateFeature: each by itself; one that can't be evaluated says why in the place of a reason."""
    return {"results": [_result(call, request) for request in call.given["requests"]]}


def test_segment_pattern(call: Call) -> Mapping[str, Any]:
    """TestSegmentPattern: the same engine that evaluates."""
    pattern = documents.pattern_in(call.given)
    return {"match": pattern.matches(_context(call.given, "payload"))}


def _result(call: Call, request: Mapping[str, Any]) -> dict[str, Any]:
    # AWS answers with ARNs where names were sent (observed).
    project, feature = call.project, request["feature"]
    named = {
        "project": call.place.project(project),
        "feature": call.place.feature(project, feature),
        "entityId": request["entityId"],
    }
    try:
        return {**named, **_evaluated(call, project, feature, request)}
    except NotFoundError as error:
        if error.members["message"] == NotFoundError.not_there(Kind.PROJECT, named["project"]).members["message"]:
            raise
        return {**named, "reason": error.members["message"]}


def _evaluated(call: Call, project: str, feature: str, request: Mapping[str, Any]) -> dict[str, Any]:
    context = _context(request, "evaluationContext")
    found = _plan(call, project, feature).evaluate(request["entityId"], context, call.now)
    call.write(metrics.evaluation(call.now, project, feature, found.variation, found.reason))
    return {
        "variation": found.variation,
        "value": found.value,
        "reason": found.reason.value,
        "details": found.details,
    }


def _context(request: Mapping[str, Any], member: str) -> Mapping[str, Any]:
    """Return a context, {} where there is none: no positive rule of a segment matches it."""
    if member not in request:
        return {}
    try:
        return parse_context(request[member])
    except ContextError as error:
        raise ValidationError.of([Problem(member, str(error))]) from None


def _plan(call: Call, project: str, name: str) -> Plan:
    item = call.store.read(items.feature_key(project, name))
    if item is None:
        raise _missing(call, project, name)
    feature = items.feature_from(item)
    launches = _running(call, feature)
    return compile_plan(
        documents.feature_document(feature, call.place),
        [documents.launch_document(launch, call.place) for launch in launches],
        _patterns(call, launches),
    )


def _running(call: Call, feature: Feature) -> list[Launch]:
    """Return the launches that the feature notes; one that ended since it was read decides nothing any more."""
    keys = [items.launch_key(feature.project, name) for name in feature.runs]
    launches = [items.launch_from(item) for item in call.store.read_all(keys) if item]
    return [launch for launch in launches if launch.status is LaunchStatus.RUNNING]


def _patterns(call: Call, launches: list[Launch]) -> dict[str, Pattern]:
    """Return the patterns of all segments that the launches refer to; those can't be deleted meanwhile."""
    names = sorted({name for launch in launches for name in launch.segments()})
    found = call.store.read_all([items.segment_key(name) for name in names])
    segments = [items.segment_from(item) for item in found if item]
    return {segment.name: compile_pattern(segment.pattern) for segment in segments}


def _missing(call: Call, project: str, feature: str) -> NotFoundError:
    if call.store.read(items.project_key(project)) is None:
        return NotFoundError.not_there(Kind.PROJECT, call.place.project(project))
    return NotFoundError.not_there(Kind.FEATURE, call.place.feature(project, feature))
