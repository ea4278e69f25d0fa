"""One request and what its work may use: what the entry hands to the worker."""

from dataclasses import dataclass

from evidently_provider.deadline import Deadline
from evidently_provider.log import Log
from evidently_provider.request import Request


@dataclass(slots=True)
class Progress:
    """What the worker has told so far; read by the thread that answers, also when the worker never comes back.

    Args:
        failure_id: The physical id with which a failure would have to be answered now.

    """

    failure_id: str


@dataclass(frozen=True, slots=True)
class Job:
    """One request, and what its work may use.

    Args:
        request: What CloudFormation asks.
        deadline: Until when the API may be called.
        progress: Where the work tells how far it is.
        log: The request's log.
        connect_seconds: How long a connection to the API may take.
        read_seconds: How long an answer of the API may take.

    """

    request: Request
    deadline: Deadline
    progress: Progress
    log: Log
    connect_seconds: float
    read_seconds: float
