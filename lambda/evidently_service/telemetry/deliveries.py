"""Delivery of evaluation events to a project's log group, in AWS's format.

A failed delivery never fails the evaluation. It takes a few seconds at most, a metric counts it, and for five seconds
the sandbox tries no other: an unavailable log group must not slow down every evaluation.

Format: CloudWatch user guide, "Project data storage" of Evidently.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from evidently_service.evaluation.context import Number

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

_REMEMBERED_MILLISECONDS: Final = 60_000
_REST_MILLISECONDS: Final = 5_000
# Limits of one PutLogEvents: CloudWatch counts 26 bytes for an event beside its text.
_MOST_BYTES: Final = 1_048_576
_EVENT_OVERHEAD_BYTES: Final = 26


@dataclass(frozen=True, slots=True)
class EvaluationEvent:
    """An evaluation, by this service or by a client.

    Args:
        time: in milliseconds since 1970.
        feature: the feature's name.
        variation: the variation's name.
        entity: the entity's id.
        attributes: the evaluation context in AWS's typed form, such as `{"browser": {"s": "Chrome"}}`.
        reason: the rule that decided.
        experiment: the experiment's name, for a client that evaluated one elsewhere.
        treatment: the treatment's name, likewise.

    """

    time: int
    feature: str
    variation: str
    entity: str
    attributes: Mapping[str, Any]
    reason: str
    experiment: str | None = None
    treatment: str | None = None

    def line(self, project_arn: str) -> str:
        """Return the event's JSON text, in AWS's format."""
        line = {
            "event_timestamp": self.time,
            "event_type": "evaluation",
            "version": "1.0.0",
            "project_arn": project_arn,
            "feature": self.feature,
            "variation": self.variation,
            "entity_id": self.entity,
            "entity_attributes": self.attributes,
            "evaluation_type": self.reason,
            "treatment": self.treatment,
            "experiment": self.experiment,
        }
        return json.dumps({name: value for name, value in line.items() if value is not None})


def typed(context: Mapping[str, Any]) -> dict[str, Any]:
    """Return an evaluation context in typed form; AWS published the form of strings only, the others are our own."""
    return {name: _typed(value) for name, value in context.items()}


def _typed(value: Any) -> dict[str, Any]:
    match value:
        case str():
            return {"s": value}
        case bool():
            return {"b": value}
        case Number(text):
            return {"n": text}
        case list():
            return {"l": [_typed(item) for item in value]}
        case dict():
            return {"m": typed(value)}
        case _:
            return {"null": True}


@dataclass(slots=True)
class Deliveries:
    """The deliveries of one sandbox: Lambda's execution environment.

    Args:
        log_groups: names of the log groups that this deployment may write to.
        client: returns boto3's client of CloudWatch Logs; a sandbox without deliveries never makes one.
        stream: name of the sandbox's log stream, which the first delivery creates.

    """

    log_groups: frozenset[str]
    client: "Callable[[], CloudWatchLogsClient]"
    stream: str
    _targets: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    _resting_until: int = 0

    def target(self, project: str, now: int, read: Callable[[], str | None]) -> str | None:
        """Return a project's log group, None without one; `read` reads the setting, at most once a minute."""
        since, group = self._targets.get(project, (-_REMEMBERED_MILLISECONDS, None))
        if not 0 <= now - since < _REMEMBERED_MILLISECONDS:
            group = read()
            self._targets[project] = (now, group)
        return group

    def forget(self, project: str) -> None:
        """Drop the project's setting, so that the next delivery reads it."""
        self._targets.pop(project, None)

    def send(self, group: str, lines: Sequence[str], now: int) -> str | None:
        """Put lines into a log group; return the code of the error, None after a success."""
        if group not in self.log_groups:
            return "LogGroupNotNamed"  # the project has it from an earlier deployment, which allowed it
        if now < self._resting_until:
            return "RestingAfterFailure"
        try:
            for batch in _batches(lines):
                self._put(group, batch, now)
        except (ClientError, BotoCoreError) as error:
            self._resting_until = now + _REST_MILLISECONDS
            return error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        return None

    def _put(self, group: str, lines: Sequence[str], now: int) -> None:
        client = self.client()
        request: Any = {
            "logGroupName": group,
            "logStreamName": self.stream,
            "logEvents": [{"timestamp": now, "message": line} for line in lines],
        }
        try:
            client.put_log_events(**request)
        except client.exceptions.ResourceNotFoundException:
            client.create_log_stream(logGroupName=group, logStreamName=self.stream)
            client.put_log_events(**request)


def _batches(lines: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for line in lines:
        more = len(line.encode()) + _EVENT_OVERHEAD_BYTES
        if batch and size + more > _MOST_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += more
    if batch:
        yield batch
