"""One call of an operation: what it was asked, and what it may use."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import evidently_contract as contract
from evidently_service.arns import Place
from evidently_service.errors import Problem, ValidationError
from evidently_service.quotas import Quotas
from evidently_service.resources import Kind
from evidently_service.store import Store

_STARTER = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Call:
    """A validated call.

    Args:
        given: The input's members.
        headers: The request's, by lower-case name.
        place: Where the API runs.
        now: The time of the call, in milliseconds since 1970.
        store: The table.
        quotas: The limits of this deployment.

    """

    given: Mapping[str, Any]
    headers: Mapping[str, str]
    place: Place
    now: int
    store: Store
    quotas: Quotas

    @property
    def project(self) -> str:
        """Name of the project that the path names by name or ARN."""
        return self.place.name_of(Kind.PROJECT, self.given["project"])

    @property
    def starter(self) -> str | None:
        """Who starts or stops, by the starter header; None without one.

        Raises:
            ValidationError: the header is there and is no SHA-256 in hex.

        """
        value = self.headers.get(contract.STARTER_HEADER)
        if value is not None and not _STARTER.fullmatch(value):
            rule = "must be 64 hexadecimal digits in lower case"
            raise ValidationError.of([Problem(contract.STARTER_HEADER, rule)])
        return value
