"""Every way in which a request can fail, as the API's own exceptions.

    ServiceError
    ├── ApiError                  answered to the caller: an exception of the API model
    │   ├── ValidationError       400, with reason and fieldList
    │   ├── NotFoundError         404
    │   ├── ConflictError         409
    │   ├── QuotaExceededError    402
    │   ├── ThrottledError        429
    │   ├── InternalError         500
    │   └── UnavailableError      503
    ├── ContendedError            another write came between: run the operation again
    └── ConditionsFailedError     a transaction's conditions did not hold (lives in `transaction`)

HTTP codes and members are the model's; only the names of its shapes are here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from evidently_service.domain.ownership import Outcome

SERVICE_CODE = "evidently"
_MOST_PROBLEMS = 50  # a map of tags has no limit in the model, an answer has one in Lambda


class Reason(StrEnum):
    """ValidationExceptionReason of the API model."""

    UNKNOWN_OPERATION = "unknownOperation"
    CANNOT_PARSE = "cannotParse"
    FIELD_VALIDATION_FAILED = "fieldValidationFailed"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field of a request.

    Args:
        field: The field's path, such as `groups[0].name`.
        message: The rule it breaks, as the rest of a sentence that starts with the field.

    """

    field: str
    message: str


class ServiceError(Exception):
    """Any failure this package raises on purpose."""


class ApiError(ServiceError):
    """A failure the caller is told about, as an exception of the API model."""

    shape: ClassVar[str]

    def __init__(self, message: str, **members: object) -> None:
        super().__init__(message)
        self.message = message
        self.members: Mapping[str, Any] = {"message": message, **members}


class ValidationError(ApiError):
    """The request breaks a rule of the API."""

    shape = "ValidationException"

    def __init__(self, message: str, *, reason: Reason, problems: Iterable[Problem] = ()) -> None:
        fields = [{"name": problem.field, "message": problem.message} for problem in problems]
        super().__init__(message, reason=reason.value, **({"fieldList": fields} if fields else {}))

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> "ValidationError":
        """Say in one answer all that is wrong with the fields of a request, or as much of it as one can read."""
        found = list(problems)
        shown = found[:_MOST_PROBLEMS]
        sentence = "; ".join(f"{problem.field} {problem.message}" for problem in shown)
        more = f"; and {len(found) - len(shown)} more" if len(found) > len(shown) else ""
        message = f"The request is not valid: {sentence}{more}."
        return cls(message, reason=Reason.FIELD_VALIDATION_FAILED, problems=shown)


class NotFoundError(ApiError):
    """The thing, or the project it is in, does not exist."""

    shape = "ResourceNotFoundException"

    @classmethod
    def missing(cls, kind: str, arn: str) -> "NotFoundError":
        """Say it in the control plane's sentence, as AWS wrote it for features and projects."""
        message = f"{kind.capitalize()} with arn '{arn}' does not exist."
        return cls(message, resourceId=arn, resourceType=kind)

    @classmethod
    def not_there(cls, kind: str, arn: str) -> "NotFoundError":
        """Say it in the data plane's sentence, which AWS gave no ids beside."""
        message = f"{kind.capitalize()} does not exist with arn '{arn}'"
        return cls(message, resourceId=None, resourceType=None)


class ConflictError(ApiError):
    """The resource is in a state that forbids this, or its ownership does: then `outcome` says which rule."""

    shape = "ConflictException"

    def __init__(self, message: str, *, outcome: Outcome | None = None, **members: object) -> None:
        super().__init__(message, **members)
        self.outcome = outcome

    @classmethod
    def of(cls, message: str, kind: str, arn: str, outcome: Outcome | None = None) -> "ConflictError":
        """Make a conflict over one resource, which the response names."""
        return cls(message, outcome=outcome, resourceId=arn, resourceType=kind)

    @classmethod
    def duplicate(cls, kind: str, arn: str) -> "ConflictError":
        """Make the answer to a create of a name that is taken."""
        return cls.of(f"{kind.capitalize()} with arn '{arn}' already exists.", kind, arn)


class QuotaExceededError(ApiError):
    """A limit on how many there may be is reached; SDKs don't retry its 402."""

    shape = "ServiceQuotaExceededException"


class ThrottledError(ApiError):
    """Too much at once; SDKs retry its 429."""

    shape = "ThrottlingException"

    def __init__(self, message: str) -> None:
        super().__init__(message, serviceCode=SERVICE_CODE)


class InternalError(ApiError):
    """A fault of this service: the log has a line with the request's id."""

    shape = "InternalServerException"


class UnavailableError(ApiError):
    """The store does not answer; the same request may well succeed later."""

    shape = "ServiceUnavailableException"


class ContendedError(ServiceError):
    """Another write came between a read and the write that leaned on it, and nothing was written."""
