"""The entry: exactly one answer per request, whatever happens.

The work runs in a thread of its own. This thread waits for it until the deadline, then answers and returns normally:
a Lambda time-out would bring a retry, after CloudFormation has rolled back. What it takes to answer is imported here,
from the standard library; everything else is imported by the work, where an import error is a failure like any other.

Doing and reporting are separate: an answer that does not arrive never turns a success into a FAILED. If the response
URL stays out of reach, the invocation fails, and Lambda's retry finds the work done and gives the same answer.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue
from typing import Any, Final, Protocol

from evidently_provider.answer import Answer, Status, body, deliver
from evidently_provider.deadline import Clock, Deadline
from evidently_provider.job import Job, Progress
from evidently_provider.log import Log, Value
from evidently_provider.request import Request


class LambdaContext(Protocol):
    """What is used of Lambda's context object."""

    def get_remaining_time_in_millis(self) -> int:
        """How long the function may still run."""


def _work(job: Job) -> Answer:
    from evidently_provider.resources import answer_for  # noqa: PLC0415 - must be able to fail here

    return answer_for(job)


@dataclass(frozen=True, slots=True)
class Settings:
    """What tests replace.

    Args:
        work: Does what a request asks.
        clock: The time.
        reserve_seconds: What is kept of the invocation's time for the way of the answer.
        connect_seconds: How long a connection to the API may take.
        read_seconds: How long an answer of the API may take.
        put_seconds: How long one attempt to answer CloudFormation may take.

    """

    work: Callable[[Job], Answer] = _work
    clock: Clock = field(default_factory=lambda: Clock(time.monotonic, threading.Event.wait, time.sleep, time.time))
    reserve_seconds: float = 15.0
    connect_seconds: float = 3.0
    read_seconds: float = 10.0
    put_seconds: float = 10.0


_SETTINGS: Final = Settings()
_MILLISECONDS: Final = 1000


def handler(event: Mapping[str, Any], context: LambdaContext) -> None:
    """What Lambda calls.

    Raises:
        NotDeliveredError: the answer could not be delivered; Lambda tries again.

    """
    handle(event, context, _SETTINGS)


def handle(event: Mapping[str, Any], context: LambdaContext, settings: Settings) -> None:
    """Do what the event asks, and answer it; `handler` with replaceable parts."""
    clock = settings.clock
    began = clock.now()
    over = began + context.get_remaining_time_in_millis() / _MILLISECONDS
    request = Request.from_event(event)
    log = Log(request, clock.now, began)
    log.step("received")
    job = Job(
        request=request,
        deadline=Deadline(clock, over - settings.reserve_seconds, settings.connect_seconds + settings.read_seconds),
        progress=Progress(request.failure_id),
        log=log,
        connect_seconds=settings.connect_seconds,
        read_seconds=settings.read_seconds,
    )
    answer = _answered(job, settings.work)
    log.step("decided", status=answer.status.value)
    _report(request, answer, log, settings, over)


def _answered(job: Job, work: Callable[[Job], Answer]) -> Answer:
    """The work's answer, or that there is none; after this nothing calls the API any more."""
    results: SimpleQueue[Answer] = SimpleQueue()
    came_back = threading.Event()

    def run() -> None:
        try:
            results.put(work(job))
        except BaseException as error:  # noqa: BLE001 - whatever it is, it has to be answered
            job.log.crash("crashed", error)
            reason = (
                f"Internal error of cdk-evidently ({type(error).__name__}); the provider's log has where it happened."
            )
            results.put(Answer(Status.FAILED, job.progress.failure_id, reason))
        finally:
            came_back.set()

    try:
        threading.Thread(target=run, name="work", daemon=True).start()
        job.deadline.clock.wait(came_back, max(0.0, job.deadline.end - job.deadline.clock.now()))
        return results.get_nowait()
    except Empty:
        job.log.step("out_of_time", level="ERROR")
        reason = (
            "The work was not done when the function's time was over. Deploy again; raise `timeout` if this repeats."
        )
        return Answer(Status.FAILED, job.progress.failure_id, reason)
    except RuntimeError as error:  # no thread to be had
        job.log.crash("crashed", error)
        reason = "The function could not begin its work: Lambda gave it no thread. Deploy again."
        return Answer(Status.FAILED, job.progress.failure_id, reason)
    finally:
        job.deadline.close()


def _report(request: Request, answer: Answer, log: Log, settings: Settings, over: float) -> None:
    clock = settings.clock

    def measured(*, delivered: bool) -> dict[str, Value]:
        return log.measured(failed=answer.status is Status.FAILED or not delivered, wall=clock.wall())

    try:
        status, attempts = deliver(
            request.response_url,
            body(request, replace(answer, physical_id=answer.physical_id or request.failure_id)),
            seconds_left=lambda: over - clock.now(),
            pause=clock.pause,
            put_seconds=settings.put_seconds,
        )
    except ValueError:
        log.step(
            "not_answered",
            level="ERROR",
            error="the response URL is neither https nor on this machine",
            **measured(delivered=False),
        )
        return
    except Exception as error:
        log.crash("not_answered", error, **measured(delivered=False))
        raise
    delivered = status < 300  # noqa: PLR2004 - HTTP
    log.step(
        "answered" if delivered else "not_answered",
        level="INFO" if delivered else "ERROR",
        http=status,
        attempts=attempts,
        **measured(delivered=delivered),
    )
