"""Operations of evaluation: which variation an entity gets, and whether a pattern matches.

One round trip: the feature and what runs on it lie side by side. However large the project is, nothing else of it is
read, but for its log group, which a warm container remembers for a while.
"""

from collections.abc import Mapping
from dataclasses import dataclass
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
from evidently_service.operations.events import deliver
from evidently_service.storage import items, keys
from evidently_service.telemetry import metrics
from evidently_service.telemetry.deliveries import EvaluationEvent, typed


def evaluate_feature(call: Call) -> Mapping[str, Any]:
    """EvaluateFeature."""
    name, context = call.given["feature"], _context(call.given, "evaluationContext", "evaluationContext")
    plan = _plan(call, name)
    if plan is None:
        _require_project(call)
        raise NotFoundError.not_there(Kind.FEATURE, call.arns.feature(call.project, name))
    done = _Done.of(call, plan, name, call.given["entityId"], context)
    deliver(call, (each.event(call.now) for each in [done]))
    return done.answer()


def batch_evaluate_feature(call: Call) -> Mapping[str, Any]:
    """BatchEvaluateFeature: each by itself; one that can't be evaluated has the cause as its reason."""
    requests = call.given["requests"]
    contexts = [
        _context(request, "evaluationContext", f"requests[{index}].evaluationContext")
        for index, request in enumerate(requests)
    ]
    plans = {name: _plan(call, name) for name in sorted({request["feature"] for request in requests})}
    if not any(plans.values()):
        _require_project(call)
    results, done = [], []
    for request, context in zip(requests, contexts, strict=True):
        # AWS answers with ARNs where names were sent (observed).
        name, entity = request["feature"], request["entityId"]
        feature = call.arns.feature(call.project, name)
        result = {"project": call.arns.project(call.project), "feature": feature, "entityId": entity}
        plan = plans[name]
        if plan is None:
            results.append({**result, "reason": NotFoundError.not_there(Kind.FEATURE, feature).message})
        else:
            done.append(_Done.of(call, plan, name, entity, context))
            results.append({**result, **done[-1].answer()})
    deliver(call, (each.event(call.now) for each in done))
    return {"results": results}


def test_segment_pattern(call: Call) -> Mapping[str, Any]:
    """TestSegmentPattern: the same engine that evaluates."""
    pattern = documents.pattern_in(call.given)
    return {"match": pattern.matches(_context(call.given, "payload", "payload"))}


@dataclass(frozen=True, slots=True)
class _Done:
    """An evaluation that was made, and counted."""

    feature: str
    entity: str
    context: Mapping[str, Any]
    found: Evaluation

    @classmethod
    def of(cls, call: Call, plan: Plan, feature: str, entity: str, context: Mapping[str, Any]) -> "_Done":
        found = plan.evaluate(entity, context, call.now)
        call.write(metrics.evaluation(call.now, call.project, feature, found.variation, found.reason))
        return cls(feature, entity, context, found)

    def answer(self) -> dict[str, Any]:
        return {
            "variation": self.found.variation,
            "value": self.found.value,
            "reason": self.found.reason.value,
            "details": self.found.details,
        }

    def event(self, now: int) -> EvaluationEvent:
        attributes, reason = typed(self.context), self.found.reason.value
        return EvaluationEvent(now, self.feature, self.found.variation, self.entity, attributes, reason)


def _context(request: Mapping[str, Any], member: str, path: str) -> Mapping[str, Any]:
    """Return a context, {} where there is none: no positive rule of a segment matches it."""
    if member not in request:
        return {}
    try:
        return parse_context(request[member])
    except ContextError as error:
        raise ValidationError.of([Problem(path, str(error))]) from None


def _plan(call: Call, name: str) -> Plan | None:
    """Return the plan of a feature, None where there is no such feature."""
    found = call.store.all_in(lists.evaluation_of(call.project, name))
    if not found or "variations" not in found[0]:
        return None
    feature, *runs = (items.body_text(item) for item in found)
    return plan_of(name, feature, tuple(runs))


def _require_project(call: Call) -> None:
    if call.store.read(keys.project_key(call.project)) is None:
        raise NotFoundError.not_there(Kind.PROJECT, call.arns.project(call.project))
