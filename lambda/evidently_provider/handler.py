"""The entry: exactly one response per request, whatever happens.

A worker thread serves the request. The handler's own thread waits for it until the deadline, then responds and returns
normally: if Lambda timed out instead, it would retry, perhaps after CloudFormation has rolled back. This module imports
only what a response needs, from the standard library; the worker imports the rest, where an import error is a failure
like any other.

Serving and responding are separate: a response that does not arrive never turns a success into a FAILED. If the
response URL stays out of reach, the invocation fails; Lambda retries, finds the request served, and sends the same
response.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue
from typing import Any, Final, Protocol

from evidently_provider.errors import internal_error
from evidently_provider.invocation import Invocation, Progress
from evidently_provider.runtime.deadline import Clock, Deadline
from evidently_provider.runtime.log import Log, Value
from evidently_provider.runtime.request import Request
from evidently_provider.runtime.response import Response, Status, body, send


class LambdaContext(Protocol):
    """The members of Lambda's context object that the handler reads."""

    @property
    def invoked_function_arn(self) -> str:
        """ARN of the function, which names its account."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the invocation."""


def _serve(invocation: Invocation) -> Response:
    from evidently_provider.lifecycle import serve  # noqa: PLC0415 - an import error must fail the request, not Lambda

    return serve(invocation)


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings that tests replace.

    Args:
        serve: carries a request out.
        clock: the time.
        reserve_seconds: seconds of the invocation reserved for sending the response.
        connect_seconds: how long a connection to the API may take.
        read_seconds: how long a response of the API may take.
        put_seconds: how long one attempt to respond to CloudFormation may take.

    """

    serve: Callable[[Invocation], Response] = _serve
    clock: Clock = field(default_factory=lambda: Clock(time.monotonic, threading.Event.wait, time.sleep, time.time))
    reserve_seconds: float = 15.0
    connect_seconds: float = 3.0
    read_seconds: float = 10.0
    put_seconds: float = 10.0


_SETTINGS: Final = Settings()
_MILLISECONDS: Final = 1000


def handler(event: Mapping[str, Any], context: LambdaContext) -> None:
    """Serve CloudFormation's event; Lambda calls this.

    Raises:
        ResponseNotSentError: the response URL stayed out of reach; Lambda retries.

    """
    handle(event, context, _SETTINGS)


def handle(event: Mapping[str, Any], context: LambdaContext, settings: Settings) -> None:
    """Serve an event as `handler` does, with settings of a test."""
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
    response = _serve_in_worker(invocation, settings.serve)
    log.step("decided", status=response.status.value)
    _respond(request, response, log, settings, over)


def _serve_in_worker(invocation: Invocation, serve: Callable[[Invocation], Response]) -> Response:
    """Return the worker's response, or a failure if it has none at the deadline; then forbid further calls."""
    results: SimpleQueue[Response] = SimpleQueue()
    finished = threading.Event()
    deadline, log = invocation.deadline, invocation.log

    def run() -> None:
        try:
            results.put(serve(invocation))
        except BaseException as error:  # noqa: BLE001 - every error needs a response, SystemExit too
            log.crash("crashed", error)
            results.put(invocation.failed(internal_error(error)))
        finally:
            finished.set()

    try:
        threading.Thread(target=run, name="worker", daemon=True).start()
        deadline.clock.wait(finished, max(0.0, deadline.end - deadline.clock.now()))
        return results.get_nowait()
    except Empty:
        log.step("deadline_exceeded", level="ERROR")
        return invocation.failed(
            "The request timed out: the function reached its deadline. Deploy again; raise `timeout` if this repeats."
        )
    except RuntimeError as error:  # Lambda limits the threads of a sandbox
        log.crash("crashed", error)
        return invocation.failed("Lambda had no thread for the function's worker. Deploy again.")
    finally:
        deadline.close()


def _respond(request: Request, response: Response, log: Log, settings: Settings, over: float) -> None:
    clock = settings.clock

    def metrics(*, responded: bool) -> dict[str, Value]:
        return log.metrics(failed=response.status is Status.FAILED or not responded, wall=clock.wall())

    try:
        status, attempts = send(
            request.response_url,
            body(request, replace(response, physical_id=response.physical_id or request.failure_id)),
            seconds_left=lambda: over - clock.now(),
            pause=clock.pause,
            put_seconds=settings.put_seconds,
        )
    except ValueError:
        log.step(
            "response_failed",
            level="ERROR",
            error="the response URL is neither https nor on this machine",
            **metrics(responded=False),
        )
        return  # a retry would have the same URL
    except Exception as error:
        log.crash("response_failed", error, **metrics(responded=False))
        raise  # Lambda retries, and the next invocation may reach the URL
    responded = status < 300  # noqa: PLR2004 - HTTP
    log.step(
        "responded" if responded else "response_failed",
        level="INFO" if responded else "ERROR",
        http=status,
        attempts=attempts,
        **metrics(responded=responded),
    )
