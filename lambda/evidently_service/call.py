"""One call of an operation: what it was asked, and what it may use."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import evidently_contract as contract
from evidently_service.arns import Place
from evidently_service.deliveries import Deliveries
from evidently_service.errors import Problem, ValidationError
from evidently_service.launch_states import Caller
from evidently_service.quotas import Quotas
from evidently_service.resources import Kind
from evidently_service.store import Store

_DIGEST = re.compile(r"[0-9a-f]{64}")
_NONE = "0" * 64  # stands for an absent header: nothing is wrong with that
_MILLISECONDS = re.compile(r"[0-9]{1,15}")
_RULE = "must be 64 hexadecimal digits in lower case"


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
        deliveries: Where evaluation events go.
        write: Takes a line of the log.

    """

    given: Mapping[str, Any]
    headers: Mapping[str, str]
    place: Place
    now: int
    store: Store
    quotas: Quotas
    deliveries: Deliveries
    write: Callable[[str], object]

    @property
    def project(self) -> str:
        """Name of the project that the path names by name or ARN."""
        return self.place.name_of(Kind.PROJECT, self.given["project"])

    @property
    def caller(self) -> Caller:
        """Who starts or stops, by the headers that say so.

        Raises:
            ValidationError: such a header is there and is not what it has to be.

        """
        names = (contract.STARTER_HEADER, contract.STACK_HEADER)
        problems = [Problem(name, _RULE) for name in names if not _DIGEST.fullmatch(self.headers.get(name, _NONE))]
        asked = self.headers.get(contract.ASKED_HEADER)
        if asked is not None and not _MILLISECONDS.fullmatch(asked):
            problems.append(Problem(contract.ASKED_HEADER, "must be milliseconds since 1970, of 1 to 15 digits"))
        if problems:
            raise ValidationError.of(problems)
        starter, stack = (self.headers.get(name) for name in names)
        first = self.headers.get(contract.FIRST_HEADER) == "true"
        return Caller(starter, stack, None if asked is None else int(asked), first)
