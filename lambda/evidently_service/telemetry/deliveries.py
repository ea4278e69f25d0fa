"""Evaluation events on their way to a project's log group, in AWS's format.

A delivery never fails what it tells of. It is given a few seconds; when it fails, that is counted, and for a moment no
other is tried, so that a log group that can't be reached doesn't slow every evaluation down.

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
# Of one PutLogEvents, by CloudWatch's count: 26 bytes are added to each event's text.
_MOST_BYTES: Final = 1_048_576
_EVENT_OVERHEAD_BYTES: Final = 26


@dataclass(frozen=True, slots=True)
class EvaluationEvent:
    """An evaluation, here or in a client.

    Args:
        time: When, in milliseconds since 1970.
        feature: The feature's name.
        variation: The variation's name.
        entity: The entity's id.
        attributes: What was known of it, in AWS's typed form, such as `{"browser": {"s": "Chrome"}}`.
        reason: Why this variation.
        experiment: The experiment's name, where a client evaluated one elsewhere.
        treatment: And its treatment's.

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
        """Return the event as it is stored."""
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
    """Return an evaluation context's members with the type of each; only that of strings is AWS's published one."""
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
    """What a warm container knows of deliveries.

    Args:
        log_groups: Those that this deployment may write to.
        client: Makes boto3's client of CloudWatch Logs; asked when it is first needed.
        stream: The log stream of this container, made where it is missing.

    """

    log_groups: frozenset[str]
    client: "Callable[[], CloudWatchLogsClient]"
    stream: str
    _targets: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    _resting_until: int = 0

    def target(self, project: str, now: int, read: Callable[[], str | None]) -> str | None:
        """Return the log group of a project, None if it has none; `read` knows its setting."""
        since, group = self._targets.get(project, (-_REMEMBERED_MILLISECONDS, None))
        if not 0 <= now - since < _REMEMBERED_MILLISECONDS:
            group = read()
            self._targets[project] = (now, group)
        return group

    def forget(self, project: str) -> None:
        """Have the project's setting read anew."""
        self._targets.pop(project, None)

    def send(self, group: str, lines: Sequence[str], now: int) -> str | None:
        """Put lines into a log group; return what went wrong, None if nothing did."""
        if group not in self.log_groups:
            return "LogGroupNotNamed"  # any more: the project was told of it by an earlier deployment
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
