"""One request about a declared thing on its way: the API, patience, and the tag by which a resource holds a thing."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import evidently_contract as contract
from evidently_provider.definitions import Document
from evidently_provider.evidently import Evidently
from evidently_provider.job import Job
from evidently_provider.properties import timeout_seconds
from evidently_provider.retry import Patience
from evidently_provider.thing import Thing

_DIGITS: Final = 32


@dataclass(frozen=True, slots=True)
class Holder:
    """The tag by which a resource holds a thing.

    Args:
        key: The resource's own.
        stack: The tag's value, the same for all resources of the stack.

    """

    key: str
    stack: str

    @classmethod
    def of(cls, stack_id: str, logical_id: str) -> "Holder":
        """The holder that a resource of a stack is."""
        return cls(f"{contract.HOLDER_TAG_PREFIX}{_digest(f'{stack_id}|{logical_id}')}", _digest(stack_id))


def is_holder(key: str) -> bool:
    """Whether a tag is a holder's."""
    return key.startswith(contract.HOLDER_TAG_PREFIX)


def holders_of(document: Document) -> dict[str, str]:
    """Who holds a thing: the stack of each holder by its key."""
    return {key: value for key, value in document.get("tags", {}).items() if is_holder(key)}


@dataclass(frozen=True, slots=True)
class Work:
    """One request, and what it asks the API with.

    Args:
        job: The request.
        api: The API.
        patience: How long it is asked.
        holder: What the request's resource is to the things that it holds.

    """

    job: Job
    api: Evidently
    patience: Patience
    holder: Holder

    @classmethod
    def on(cls, job: Job) -> "Work":
        """The work on a request."""
        request = job.request
        api = Evidently.connect(
            os.environ, None, connect_seconds=job.connect_seconds, read_seconds=job.read_seconds, log=job.log
        )
        patient_until = job.deadline.clock.now() + timeout_seconds(request.properties)
        patience = Patience(job.deadline, patient_until, job.log)
        return cls(job, api, patience, Holder.of(request.stack_id, request.logical_id))

    def get(self, thing: Thing) -> Document:
        """What the API shows of a thing.

        Raises:
            NotFoundError: there is none.

        """
        get = partial(self.api.document, thing, thing.kind.operation("Get"), thing.kind.value, **thing.address)
        return self.patience.call(get)

    def ask(self, thing: Thing, operation: str, **arguments: Any) -> Mapping[str, Any]:
        """What an operation answers."""
        return self.patience.call(lambda: self.api.call(thing, operation, **arguments))

    def log(self, step: str, thing: Thing, level: str = "INFO", **values: str) -> None:
        """Leave a line about a thing."""
        self.job.log.step(step, level=level, thing=str(thing), **values)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
