"""The failures of a request, as exceptions of the API model.

    ServiceError
    ├── ApiError                  sent to the caller: an exception of the API model
    │   ├── ValidationError       400, with reason and fieldList
    │   ├── NotFoundError         404
    │   ├── ConflictError         409
    │   ├── QuotaExceededError    402
    │   ├── ThrottledError        429
    │   ├── InternalError         500
    │   └── UnavailableError      503
    │       └── NewerItemError    a newer version of the service wrote the item
    ├── ContendedError            another write came between a read and its write: run the operation again
    └── ConditionsFailedError     conditions of a transaction were false (in `storage.transaction`)

HTTP statuses and members are the model's; this module has only the names of its shapes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from evidently_service.domain.ownership import Outcome

SERVICE_CODE = "evidently"
_MOST_PROBLEMS = 50  # in one response: the model lets a map of tags have any number of entries


class Reason(StrEnum):
    """ValidationExceptionReason of the API model."""

    UNKNOWN_OPERATION = "unknownOperation"
    CANNOT_PARSE = "cannotParse"
    FIELD_VALIDATION_FAILED = "fieldValidationFailed"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of one field of a request.

    Args:
        field: the field's path, such as `groups[0].name`.
        message: the rule that the field breaks, as the rest of a sentence that starts with the field.

    """

    field: str
    message: str


class ServiceError(Exception):
    """Base of all failures that the service raises on purpose."""


class ApiError(ServiceError):
    """A failure that the response reports, as an exception of the API model."""

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
        """Return one error for all problems of a request's fields, of which it shows the first fifty."""
        found = list(problems)
        shown = found[:_MOST_PROBLEMS]
        sentence = "; ".join(f"{problem.field} {problem.message}" for problem in shown)
        more = f"; and {len(found) - len(shown)} more" if len(found) > len(shown) else ""
        message = f"The request is not valid: {sentence}{more}."
        return cls(message, reason=Reason.FIELD_VALIDATION_FAILED, problems=shown)


class NotFoundError(ApiError):
    """The resource or its project does not exist."""

    shape = "ResourceNotFoundException"

    @classmethod
    def missing(cls, kind: str, arn: str) -> "NotFoundError":
        """Return the error of the control plane, with AWS's message for features and projects."""
        message = f"{kind.capitalize()} with arn '{arn}' does not exist."
        return cls(message, resourceId=arn, resourceType=kind)

    @classmethod
    def in_data_plane(cls, kind: str, arn: str) -> "NotFoundError":
        """Return the error of the data plane, with AWS's message; AWS leaves its resourceId and resourceType null."""
        message = f"{kind.capitalize()} does not exist with arn '{arn}'"
        return cls(message, resourceId=None, resourceType=None)


class ConflictError(ApiError):
    """The state or the ownership of a resource forbids the request; `outcome` is the ownership's, else None."""

    shape = "ConflictException"

    def __init__(self, message: str, *, outcome: Outcome | None = None, **members: object) -> None:
        super().__init__(message, **members)
        self.outcome = outcome

    @classmethod
    def of(cls, message: str, kind: str, arn: str, outcome: Outcome | None = None) -> "ConflictError":
        """Return a conflict over one resource, whose ARN and kind are in the response."""
        return cls(message, outcome=outcome, resourceId=arn, resourceType=kind)

    @classmethod
    def duplicate(cls, kind: str, arn: str) -> "ConflictError":
        """Return the conflict of a create whose name is in use."""
        return cls.of(f"{kind.capitalize()} with arn '{arn}' already exists.", kind, arn)


class QuotaExceededError(ApiError):
    """The request would exceed a quota; SDKs don't retry its 402."""

    shape = "ServiceQuotaExceededException"


class ThrottledError(ApiError):
    """Too many requests at once; SDKs retry its 429."""

    shape = "ThrottlingException"

    def __init__(self, message: str) -> None:
        super().__init__(message, serviceCode=SERVICE_CODE)


class InternalError(ApiError):
    """A failure of this service; the log has a line with the request's id."""

    shape = "InternalServerException"


class UnavailableError(ApiError):
    """The table does not respond; the same request may succeed later."""

    shape = "ServiceUnavailableException"


class NewerItemError(UnavailableError):
    """A newer version of the service wrote an item, so this version must not replace or delete it.

    It is no 409, which the provider would take for another owner. And a retry helps while a deploy is under way, when
    Lambda serves with both versions.
    """


class ContendedError(ServiceError):
    """Another write came between a read and the write that depends on it; nothing was written."""
