"""What the entry hands to the worker: one request, and what serving it needs."""

from dataclasses import dataclass

from evidently_provider.ownership.identity import PhysicalId
from evidently_provider.properties import keeps
from evidently_provider.runtime.deadline import Deadline
from evidently_provider.runtime.log import Log
from evidently_provider.runtime.request import Request, RequestType
from evidently_provider.runtime.response import Response, Status


@dataclass(slots=True)
class Progress:
    """How far the worker is. It writes this and the handler's thread reads it, so a hang has a physical id too.

    Args:
        failure_id: the physical id of a failure now.

    """

    failure_id: str


@dataclass(frozen=True, slots=True)
class Invocation:
    """One request, and what serving it needs.

    Args:
        request: the request.
        account: the function's own account.
        deadline: until when the API may be called.
        progress: how far the worker is.
        log: the request's log.
        connect_seconds: how long a connection to the API may take.
        read_seconds: how long a response of the API may take.

    """

    request: Request
    account: str
    deadline: Deadline
    progress: Progress
    log: Log
    connect_seconds: float
    read_seconds: float

    def failed(self, reason: str) -> Response:
        """Return the response to a request that could not be served.

        A Delete fails only if its physical id says that a launch may run, or a resource exist, that it must undo:
        nothing else may block a rollback or the deletion of a stack. The id and `OnDelete` decide, because both are
        known before anything is imported or called.
        """
        request = self.request
        must_be_undone = PhysicalId.parse(request.physical_id).owns and not keeps(request.properties)
        if request.request_type is RequestType.DELETE and not must_be_undone:
            self.log.step("release_failed", level="ERROR")
            return Response(Status.SUCCESS, self.progress.failure_id)
        self.log.step("failed", level="ERROR")
        return Response(Status.FAILED, self.progress.failure_id, reason)
