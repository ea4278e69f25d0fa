"""Delivery of evaluation events to a project's log group.

A failed delivery never fails the evaluation, and is nobody else's loss. It takes a few seconds at most, a metric counts
it, and for five seconds the sandbox does not try that log group: it must not slow down every evaluation.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from evidently_service.telemetry.evaluation_event import EvaluationEvent
from evidently_service.telemetry.remembered import Remembered

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

_REST_MILLISECONDS: Final = 5_000
_LONGEST_MILLISECONDS: Final = 5_000  # then no further call begins: one takes seconds, and the function has 29
# Limits of one PutLogEvents: CloudWatch counts 26 bytes for an event beside its text. The others are out of reach: a
# request has at most 50 events, and all are sent with one time.
_MOST_BYTES: Final = 1_048_576
_EVENT_OVERHEAD_BYTES: Final = 26
_ALREADY_THERE: Final = "DataAlreadyAcceptedException"  # to a request that botocore repeated
# Errors that are about the events of one call. Every other one is about the log group, the permission or CloudWatch.
_OF_THE_EVENTS: Final = frozenset({"InvalidParameterException", "ParamValidationError"})


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
    _targets: Remembered[str | None] = field(default_factory=Remembered)
    _resting_until: dict[str, int] = field(default_factory=dict)

    def target(self, project: str, now: int, read: Callable[[], str | None]) -> str | None:
        """Return a project's log group, None without one; `read` reads the setting, at most once a minute."""
        return self._targets.get(project, now, read)

    def forget(self, project: str) -> None:
        """Drop the project's setting, so that the next delivery reads it."""
        self._targets.forget(project)

    def send(
        self, group: str, events: Sequence[EvaluationEvent], project_arn: str, clock: Callable[[], int]
    ) -> Counter[str]:
        """Put events into a log group; return how many did not get there, by reason."""
        now = clock()
        if group not in self.log_groups:
            # The project has it from an earlier deployment, which allowed it.
            return Counter(LogGroupNotNamed=len(events))
        if self._is_resting(group, now):
            return Counter(RestingAfterFailure=len(events))
        made = (event.line(project_arn, _MOST_BYTES - _EVENT_OVERHEAD_BYTES) for event in events)
        lines = [line for line in made if line is not None]
        failed = Counter(EventTooLarge=len(events) - len(lines))
        for batch in _batches(lines):
            if self._is_resting(group, now):
                failed["RestingAfterFailure"] += len(batch)
            elif clock() - now >= _LONGEST_MILLISECONDS:
                failed["TookTooLong"] += len(batch)
            else:
                failed += self._put(group, batch, now, clock)
        return +failed

    def _is_resting(self, group: str, now: int) -> bool:
        return now < self._resting_until.get(group, now)

    def _put(self, group: str, batch: Sequence[str], now: int, clock: Callable[[], int]) -> Counter[str]:
        try:
            return Counter(RejectedLogEvents=self._call(group, batch, now))
        except (ClientError, BotoCoreError) as error:
            code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
            if code == _ALREADY_THERE:
                return Counter()
            if code not in _OF_THE_EVENTS:
                # From the failure on: one by a time-out has taken longer than the rest.
                self._resting_until[group] = clock() + _REST_MILLISECONDS
            return Counter({code: len(batch)})

    def _call(self, group: str, batch: Sequence[str], now: int) -> int:
        """Put a batch into a log group; return how many of its events CloudWatch rejected."""
        client = self.client()
        stream: Any = {"logGroupName": group, "logStreamName": self.stream}
        request = {**stream, "logEvents": [{"timestamp": now, "message": line} for line in batch]}
        try:
            response = client.put_log_events(**request)
        except client.exceptions.ResourceNotFoundException:
            with suppress(client.exceptions.ResourceAlreadyExistsException):  # botocore repeats a lost request
                client.create_log_stream(**stream)
            response = client.put_log_events(**request)
        rejected = response.get("rejectedLogEventsInfo", {})
        first = max(rejected.get("tooOldLogEventEndIndex", 0), rejected.get("expiredLogEventEndIndex", 0))
        return len(batch) - max(0, rejected.get("tooNewLogEventStartIndex", len(batch)) - first)


def _size(line: str) -> int:
    # One byte for each character: a line is ASCII.
    return len(line) + _EVENT_OVERHEAD_BYTES


def _batches(lines: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for line in lines:
        if batch and size + _size(line) > _MOST_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += _size(line)
    if batch:
        yield batch
