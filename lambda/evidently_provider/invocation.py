"""One request and what may be used to serve it: what the entry hands to the worker."""

from dataclasses import dataclass

from evidently_provider.ownership.identity import PhysicalId
from evidently_provider.properties import keeps
from evidently_provider.runtime.deadline import Deadline
from evidently_provider.runtime.log import Log
from evidently_provider.runtime.request import Request, RequestType
from evidently_provider.runtime.response import Answer, Status


@dataclass(slots=True)
class Progress:
    """What the worker has said so far; read by the thread that responds, also when the worker never comes back.

    Args:
        failure_id: The physical id with which a failure would have to be reported now.

    """

    failure_id: str


@dataclass(frozen=True, slots=True)
class Invocation:
    """One request, and what may be used to serve it.

    Args:
        request: What CloudFormation asks for.
        account: The function's own account.
        deadline: Until when the API may be called.
        progress: Where the worker says how far it is.
        log: The request's log.
        connect_seconds: How long a connection to the API may take.
        read_seconds: How long a response of the API may take.

    """

    request: Request
    account: str
    deadline: Deadline
    progress: Progress
    log: Log
    connect_seconds: float
    read_seconds: float

    def failed(self, reason: str) -> Answer:
        """The response to a request that could not be served, whatever the reason.

        A Delete fails only where its id says that something may run, or exist, that must be undone: nothing else may
        keep a stack from going back, or going away. What the id says is known before anything is imported or called.
        """
        request = self.request
        must_be_undone = PhysicalId.parse(request.physical_id).owns and not keeps(request.properties)
        if request.request_type is RequestType.DELETE and not must_be_undone:
            self.log.step("release_failed", level="ERROR")
            return Answer(Status.SUCCESS, self.progress.failure_id)
        self.log.step("failed", level="ERROR")
        return Answer(Status.FAILED, self.progress.failure_id, reason)
