"""From an event to a response: read the request, run the operation, turn every failure into an API error.

Beside metrics, the log gets a line only for a failure of this service or its table, and for a header of a version
before the first release. That line never contains the request's content.
"""

import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import PurePath
from typing import Any, Protocol
from uuid import uuid4

from botocore.exceptions import ClientError

import evidently_contract as contract
from evidently_service.domain.arns import Arns
from evidently_service.domain.errors import (
    ApiError,
    ConflictError,
    InternalError,
    Reason,
    UnavailableError,
    ValidationError,
)
from evidently_service.domain.quotas import Quotas
from evidently_service.http import gateway
from evidently_service.http.routing import route
from evidently_service.operations import ACTIONS, ALL_ACTIONS, OFFERED
from evidently_service.operations.call import Call
from evidently_service.operations.result import Result
from evidently_service.protocol.api_model import http_status
from evidently_service.protocol.owner_header import FORMER_HEADERS, caller_in, ownership_header
from evidently_service.protocol.serialisation import serialise, serialise_error
from evidently_service.protocol.validation import read_input
from evidently_service.storage import contention
from evidently_service.storage.store import Store
from evidently_service.telemetry.deliveries import Deliveries
from evidently_service.telemetry.metrics import EvaluationMetrics

_ERROR_TYPE_HEADER = "x-amzn-errortype"
_REQUEST_ID_HEADER = "x-amzn-requestid"


class LambdaContext(Protocol):
    """The properties of Lambda's context object that the service uses."""

    @property
    def aws_request_id(self) -> str:
        """Id of the invocation, as in Lambda's own log lines."""

    @property
    def invoked_function_arn(self) -> str:
        """ARN of the function: the source of partition, Region and account."""


@dataclass(frozen=True, slots=True)
class Application:
    """The API on one table.

    Args:
        store: the table.
        clock: returns the time in milliseconds since 1970.
        pause: sleeps for a number of seconds.
        jitter: returns a random number from 0 to 1.
        quotas: the limits of this deployment.
        deliveries: delivers evaluation events.
        evaluations: the metrics of evaluations.
        write: writes a line to the log, from which CloudWatch also reads metrics.

    """

    store: Store
    clock: Callable[[], int]
    pause: Callable[[float], None]
    jitter: Callable[[], float]
    quotas: Quotas
    deliveries: Deliveries
    evaluations: EvaluationMetrics
    write: Callable[[str], object] = print

    def respond(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Return API Gateway's response to an event; never raise."""
        request_id = context.aws_request_id or str(uuid4())
        headers = {_REQUEST_ID_HEADER: request_id, contract.OWNERSHIP_HEADER: ownership_header(None, ())}
        try:
            if gateway.is_preflight(event):
                return gateway.preflight_response({_REQUEST_ID_HEADER: request_id})
            result = self._run(event, context)
            headers[contract.OWNERSHIP_HEADER] = ownership_header(result.outcome, result.owners)
            return gateway.response(HTTPStatus.OK, headers, result.output)
        except ApiError as error:
            if isinstance(error, UnavailableError):
                _log(request_id, error)
            if isinstance(error, ConflictError):
                headers[contract.OWNERSHIP_HEADER] = ownership_header(error.outcome, ())
            return _failure(error, headers)
        except Exception as error:  # noqa: BLE001 - the last resort: the caller gets an API error, the log gets the cause
            _log(request_id, error)
            return _failure(InternalError(f"Internal error; its log has request id {request_id}."), headers)

    def _run(self, event: Mapping[str, Any], context: LambdaContext) -> Result:
        request, arns, now = gateway.request_from(event), _arns(event, context), self.clock()
        matched = route(request.method, request.path)
        operation = OFFERED.get(matched.operation.name)
        if operation is None:
            sentence = f"{matched.operation.name} is not offered: this Evidently API has launches, but no experiments."
            raise ValidationError(sentence, reason=Reason.UNKNOWN_OPERATION)
        self._note_former_headers(request.headers, context)
        actions = ACTIONS.get(matched.operation.name)
        # An operation that changes nothing checks the header all the same: a broken caller then fails at once.
        caller = caller_in(request.headers, ALL_ACTIONS if actions is None else actions, arns.account, now)
        call = Call(
            given=read_input(matched.operation, matched.labels, request.query, request.body),
            caller=None if actions is None else caller,
            arns=arns,
            now=now,
            clock=self.clock,
            store=self.store,
            quotas=self.quotas,
            deliveries=self.deliveries,
            evaluations=self.evaluations,
            write=self.write,
        )

        def attempt() -> Mapping[str, Any] | Result:
            call.refuse_expired()
            return operation(call)

        result = contention.retry_on_conflict(attempt, pause=self.pause, jitter=self.jitter)
        result = result if isinstance(result, Result) else Result(result)
        return replace(result, output=serialise(matched.operation.output_shape, result.output))

    def _note_former_headers(self, headers: Mapping[str, str], context: LambdaContext) -> None:
        """Log a caller of a version before the first release, whose headers have no effect."""
        if former := [name for name in FORMER_HEADERS if name in headers]:
            message = f"a header of a version before the first release has no effect; send {contract.OWNER_HEADER}"
            line = {"level": "WARNING", "message": message, "requestId": context.aws_request_id, "headers": former}
            self.write(json.dumps(line))


def _failure(error: ApiError, headers: Mapping[str, str]) -> dict[str, Any]:
    return gateway.response(
        http_status(error.shape), {**headers, _ERROR_TYPE_HEADER: error.shape}, serialise_error(error)
    )


def _arns(event: Mapping[str, Any], context: LambdaContext) -> Arns:
    _, partition, _, region, account, *_ = context.invoked_function_arn.split(":")
    return Arns(
        partition=partition,
        region=os.environ.get("AWS_REGION") or region,
        account=event["requestContext"].get("accountId") or account,
    )


def _log(request_id: str, error: BaseException) -> None:
    """Write one JSON line with types and code lines only, as an exception's message may quote the request."""
    cause = error.__cause__
    line = {
        "level": "ERROR",
        "message": "request failed",
        "requestId": request_id,
        "error": type(error).__name__,
        "cause": type(cause).__name__ if cause else None,
        "causeCode": cause.response["Error"]["Code"] if isinstance(cause, ClientError) else None,
        "trace": [
            f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ],
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
