"""The entry: exactly one response per request, whatever happens.

The request is served in a thread of its own. This thread waits for it until the deadline, then responds and returns
normally: a Lambda time-out would bring a retry, after CloudFormation has rolled back. What it takes to respond is
imported here and needs the standard library only; everything else is imported by the worker, where an import error is a
failure like any other.

Serving and responding are separate: a response that does not arrive never turns a success into a FAILED. If the
response URL stays out of reach, the invocation fails, and Lambda's retry finds the request served and responds as the
first would have.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue
from typing import Any, Final, Protocol

from evidently_provider.invocation import Invocation, Progress
from evidently_provider.runtime.deadline import Clock, Deadline
from evidently_provider.runtime.log import Log, Value
from evidently_provider.runtime.request import Request
from evidently_provider.runtime.response import Answer, Status, body, deliver


class LambdaContext(Protocol):
    """What is used of Lambda's context object."""

    @property
    def invoked_function_arn(self) -> str:
        """ARN of the function: says its account."""

    def get_remaining_time_in_millis(self) -> int:
        """How long the function may still run."""


def _serve(invocation: Invocation) -> Answer:
    from evidently_provider.lifecycle import answer_for  # noqa: PLC0415 - must be able to fail here

    return answer_for(invocation)


@dataclass(frozen=True, slots=True)
class Settings:
    """What tests replace.

    Args:
        serve: Does what a request asks for.
        clock: The time.
        reserve_seconds: What is kept of the invocation's time for the way of the response.
        connect_seconds: How long a connection to the API may take.
        read_seconds: How long a response of the API may take.
        put_seconds: How long one attempt to respond to CloudFormation may take.

    """

    serve: Callable[[Invocation], Answer] = _serve
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
        NotDeliveredError: the response could not be delivered; Lambda tries again.

    """
    handle(event, context, _SETTINGS)


def handle(event: Mapping[str, Any], context: LambdaContext, settings: Settings) -> None:
    """Serve the event, and respond to it; `handler` with replaceable parts."""
    clock = settings.clock
    began = clock.now()
    over = began + context.get_remaining_time_in_millis() / _MILLISECONDS
    request = Request.from_event(event)
    log = Log(request, clock.now, began)
    log.step("received")
    end = over - settings.reserve_seconds
    invocation = Invocation(
        request=request,
        account=context.invoked_function_arn.split(":")[4],
        deadline=Deadline(
            clock,
            end,
            not_after=int(clock.wall() + end - began),
            longest_call=settings.connect_seconds + settings.read_seconds,
        ),
        progress=Progress(request.failure_id),
        log=log,
        connect_seconds=settings.connect_seconds,
        read_seconds=settings.read_seconds,
    )
    answer = _served(invocation, settings.serve)
    log.step("decided", status=answer.status.value)
    _report(request, answer, log, settings, over)


def _served(invocation: Invocation, serve: Callable[[Invocation], Answer]) -> Answer:
    """The worker's response, or that there is none; after this nothing calls the API any more."""
    results: SimpleQueue[Answer] = SimpleQueue()
    came_back = threading.Event()
    deadline, log = invocation.deadline, invocation.log

    def run() -> None:
        try:
            results.put(serve(invocation))
        except BaseException as error:  # noqa: BLE001 - whatever it is, there has to be a response
            log.crash("crashed", error)
            reason = (
                f"Internal error of cdk-evidently ({type(error).__name__}); the provider's log has where it happened."
            )
            results.put(invocation.failed(reason))
        finally:
            came_back.set()

    try:
        threading.Thread(target=run, name="worker", daemon=True).start()
        deadline.clock.wait(came_back, max(0.0, deadline.end - deadline.clock.now()))
        return results.get_nowait()
    except Empty:
        log.step("deadline_exceeded", level="ERROR")
        return invocation.failed(
            "The request timed out: the function reached its deadline. Deploy again; raise `timeout` if this repeats."
        )
    except RuntimeError as error:  # no thread to be had
        log.crash("crashed", error)
        return invocation.failed("Lambda had no thread for the function's worker. Deploy again.")
    finally:
        deadline.close()


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
            "response_failed",
            level="ERROR",
            error="the response URL is neither https nor on this machine",
            **measured(delivered=False),
        )
        return
    except Exception as error:
        log.crash("response_failed", error, **measured(delivered=False))
        raise
    delivered = status < 300  # noqa: PLR2004 - HTTP
    log.step(
        "responded" if delivered else "response_failed",
        level="INFO" if delivered else "ERROR",
        http=status,
        attempts=attempts,
        **measured(delivered=delivered),
    )
