"""Evaluation events: of this service's evaluations, and those that clients send with PutProjectEvents."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any
from uuid import uuid4

from evidently_service.domain.errors import NotFoundError, Problem, ServiceError
from evidently_service.domain.resources import Kind
from evidently_service.evaluation.evaluate import Reason
from evidently_service.operations.call import Call
from evidently_service.protocol import strict_json
from evidently_service.protocol.api_model import largest
from evidently_service.protocol.validation import problems_of
from evidently_service.storage import items, keys
from evidently_service.telemetry import metrics
from evidently_service.telemetry.evaluation_event import EvaluationEvent, untyped
from evidently_service.telemetry.metrics import Detail

_EVALUATION = "aws.evidently.evaluation"
_REASONS = frozenset([*Reason, "EXPERIMENT_RULE_MATCH"])  # the last of clients that evaluate experiments elsewhere
# The required members of an evaluation's data, each with the model's shape of such a string.
_MEMBERS = {"feature": "FeatureName", "variation": "VariationName", "entityId": "EntityId", "type": "RuleType"}


def put_project_events(call: Call) -> Mapping[str, Any]:
    """PutProjectEvents: count and deliver evaluations; a malformed event fails by itself.

    AWS used custom events for experiments and metric monitors, which this service does not have: it accepts them, and
    stores nothing.
    """
    if call.store.read(keys.project_key(call.project)) is None:
        raise NotFoundError.in_data_plane(Kind.PROJECT, call.arns.project(call.project))
    results: list[dict[str, Any]] = []
    evaluations: list[EvaluationEvent] = []
    for given in call.given["events"]:
        data, problems = _read(given["data"], is_evaluation=given["type"] == _EVALUATION)
        result = {"eventId": str(uuid4())}
        if problems:
            message = "; ".join(f"{problem.field} {problem.message}" for problem in problems)
            result |= {"errorCode": "ValidationException", "errorMessage": message[: largest("ErrorMessage")]}
        elif given["type"] == _EVALUATION:
            evaluations.append(_evaluation(given["timestamp"], data))
        results.append(result)
    if call.evaluations.detail is not Detail.OFF:
        # First all look-ups, then the lines: a client sends everything again if the table does not respond.
        for event in [each for each in evaluations if _is_known(call, each)]:
            count(call, event.feature, event.variation, event.reason)
    send_events(call, evaluations)
    return {"failedEventCount": sum("errorCode" in result for result in results), "eventResults": results}


def count(call: Call, feature: str, variation: str, reason: str) -> None:
    """Count an evaluation, of a feature and a variation that exist."""
    if call.evaluations.detail is not Detail.OFF:
        call.write(call.evaluations.line(call.now, call.project, feature, variation, reason))


def send_events(call: Call, events: Iterable[EvaluationEvent]) -> None:
    """Put events into the project's log group, if it has one; count a failure, and raise nothing."""
    deliveries = call.deliveries
    # A deployment without log groups has nowhere to send events: it need not read the project's setting.
    sent = list(events) if deliveries.log_groups else []
    if not sent:
        return
    try:
        group = deliveries.target(call.project, call.now, lambda: _log_group(call))
    except ServiceError as error:
        failed = Counter({type(error).__name__: len(sent)})
    else:
        if group is None:
            return
        failed = deliveries.send(group, sent, call.arns.project(call.project), call.clock)
    for reason, lost in failed.items():
        call.write(metrics.failed_deliveries(call.now, call.project, lost, reason))


def _is_known(call: Call, event: EvaluationEvent) -> bool:
    """Whether feature, variation and reason of a client's event exist: each other value would be a metric to pay for.

    This reads each feature at most once a minute, so one request at most fifty, as many as it may have events.
    """

    def read() -> frozenset[str]:
        item = call.store.read(keys.feature_key(call.project, event.feature))
        return frozenset(items.feature_from(item).variations if item else ())

    # Neither name has a slash.
    key = f"{call.project}/{event.feature}"
    return event.reason in _REASONS and event.variation in call.evaluations.variations.get(key, call.now, read)


def _log_group(call: Call) -> str | None:
    item = call.store.read(keys.project_key(call.project))
    body = items.project_from(item).body if item else {}
    group: str | None = body.get("dataDelivery", {}).get("cloudWatchLogs", {}).get("logGroup")
    return group


def _read(text: str, *, is_evaluation: bool) -> tuple[Any, list[Problem]]:
    """Return an event's data, and what is wrong with them."""
    try:
        data = strict_json.parse(text)
    except strict_json.UnreadableJsonError as error:
        return None, [Problem("data", f"must be JSON text: {error}")]
    return data, _problems(data, is_evaluation=is_evaluation)


def _problems(data: Any, *, is_evaluation: bool) -> list[Problem]:
    if not isinstance(data, dict):
        return [Problem("data", "must be a JSON object")]
    if not is_evaluation:
        return []
    found = [
        problem for name, shape in _MEMBERS.items() for problem in problems_of(shape, data.get(name), f"data.{name}")
    ]
    return found + [
        Problem(f"data.{name}", "must be a JSON object")
        for name in ("entityAttributes", "details")
        if not isinstance(data.get(name, {}), dict)
    ]


def _evaluation(time: int, data: Mapping[str, Any]) -> EvaluationEvent:
    details = data.get("details", {})
    named = (details.get(name) for name in ("experiment", "treatment"))
    experiment, treatment = (name if isinstance(name, str) else None for name in named)
    return EvaluationEvent(
        time=time,
        feature=data["feature"],
        variation=data["variation"],
        entity=data["entityId"],
        attributes=partial(untyped, data.get("entityAttributes", {})),
        reason=data["type"],
        experiment=experiment,
        treatment=treatment,
    )
