"""Operations of evaluation: an entity's variation, and whether a pattern matches.

An evaluation takes one round trip, however large the project is: the feature and its runs are neighbours in the table.
The only other read is the project's log group, which a sandbox keeps for a minute.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from evidently_service.documents import segments as documents
from evidently_service.domain.errors import NotFoundError, Problem, ValidationError
from evidently_service.domain.resources import Kind
from evidently_service.evaluation.context import parse_context
from evidently_service.evaluation.errors import ContextError
from evidently_service.evaluation.evaluate import Evaluation, Plan
from evidently_service.evaluation.plans import plan_of
from evidently_service.operations import lists
from evidently_service.operations.call import Call
from evidently_service.operations.events import count, send_events
from evidently_service.storage import items, keys
from evidently_service.telemetry.evaluation_event import EvaluationEvent, typed


def evaluate_feature(call: Call) -> Mapping[str, Any]:
    """EvaluateFeature."""
    name, context = call.given["feature"], _context(call.given, "evaluationContext", "evaluationContext")
    plan = _plan(call, name)
    if plan is None:
        _require_project(call)
        raise NotFoundError.in_data_plane(Kind.FEATURE, call.arns.feature(call.project, name))
    with _refusing("evaluationContext"):
        evaluated = _Evaluated.of(call, plan, name, call.given["entityId"], context)
    send_events(call, [evaluated.event(call.now)])
    return evaluated.members()


def batch_evaluate_feature(call: Call) -> Mapping[str, Any]:
    """BatchEvaluateFeature: each request by itself; one that can't be evaluated has the cause as its reason."""
    requests = call.given["requests"]
    plans = {name: _plan(call, name) for name in sorted({request["feature"] for request in requests})}
    # A feature that exists proves its project.
    if not any(plans.values()):
        _require_project(call)
    results, evaluated = [], []
    for index, request in enumerate(requests):
        # AWS returns ARNs even if the request has names (observed).
        name, entity = request["feature"], request["entityId"]
        feature = call.arns.feature(call.project, name)
        result = {"project": call.arns.project(call.project), "feature": feature, "entityId": entity}
        plan = plans[name]
        if plan is None:
            results.append({**result, "reason": NotFoundError.in_data_plane(Kind.FEATURE, feature).message})
            continue
        path = f"requests[{index}].evaluationContext"
        try:
            with _refusing(path):
                context = _context(request, "evaluationContext", path)
                evaluated.append(_Evaluated.of(call, plan, name, entity, context))
        except ValidationError as error:
            results.append({**result, "reason": error.message})
        else:
            results.append({**result, **evaluated[-1].members()})
    send_events(call, (each.event(call.now) for each in evaluated))
    return {"results": results}


def test_segment_pattern(call: Call) -> Mapping[str, Any]:
    """TestSegmentPattern: by the engine of the evaluations."""
    pattern = documents.pattern_in(call.given)
    with _refusing("payload"):
        return {"match": pattern.matches(_context(call.given, "payload", "payload"))}


@dataclass(frozen=True, slots=True)
class _Evaluated:
    """An evaluation that the metrics have counted."""

    feature: str
    entity: str
    context: Mapping[str, Any]
    found: Evaluation

    @classmethod
    def of(cls, call: Call, plan: Plan, feature: str, entity: str, context: Mapping[str, Any]) -> "_Evaluated":
        found = plan.evaluate(entity, context, call.now)
        count(call, feature, found.variation, found.reason)
        return cls(feature, entity, context, found)

    def members(self) -> dict[str, Any]:
        return {
            "variation": self.found.variation,
            "value": self.found.value,
            "reason": self.found.reason.value,
            "details": self.found.details,
        }

    def event(self, now: int) -> EvaluationEvent:
        attributes, reason = partial(typed, self.context), self.found.reason.value
        return EvaluationEvent(now, self.feature, self.found.variation, self.entity, attributes, reason)


def _context(request: Mapping[str, Any], member: str, path: str) -> Mapping[str, Any]:
    """Return the context in a request, {} without one: of a segment's rules, only `exists: false` matches that."""
    if member not in request:
        return {}
    with _refusing(path):
        return parse_context(request[member])


@contextmanager
def _refusing(path: str) -> Iterator[None]:
    """Refuse a request whose context, at the path, can't be read or takes too long to match."""
    try:
        yield
    except ContextError as error:
        raise ValidationError.of([Problem(path, str(error))]) from None


def _plan(call: Call, name: str) -> Plan | None:
    """Return the plan of a feature, None if the feature does not exist."""
    found = call.store.all_in(lists.evaluation_of(call.project, name))
    if not found or "variations" not in found[0]:
        return None
    feature, *runs = (items.body_text(item) for item in found)
    return plan_of(name, feature, tuple(runs))


def _require_project(call: Call) -> None:
    if call.store.read(keys.project_key(call.project)) is None:
        raise NotFoundError.in_data_plane(Kind.PROJECT, call.arns.project(call.project))
