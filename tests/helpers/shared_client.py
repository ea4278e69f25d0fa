"""One boto3 client behind all clients that tests make of a service in process.

A client of botocore's takes 5 ms to make, more than most of the calls that a test makes with it.
"""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import cache, wraps
from typing import Any, Final

from helpers.evidently_api import Handler, evidently_client

# Of the call that this thread makes: each thread has its own.
_HANDLER: Final[ContextVar[Handler]] = ContextVar("_HANDLER")
_OWNER: Final[ContextVar[str | None]] = ContextVar("_OWNER")


class SharedClient:
    """A client of Evidently whose requests go to a handler; `evidently_client` explains the arguments."""

    def __init__(self, handler: Handler, owner: str | None = None) -> None:
        self._handler, self._owner = handler, owner

    def __getattr__(self, name: str) -> Any:
        client = _client()
        if name in client.meta.method_to_api_mapping:
            return self._calling(getattr(client, name))
        if name == "exceptions":
            return client.exceptions
        # What a test changes of `meta` would change all clients.
        raise AttributeError(f"{name}: make it an `evidently_client`", name=name, obj=self)

    def get_paginator(self, operation: str) -> Any:
        """Return a paginator of a client that is not shared, as it calls when the test iterates."""
        return evidently_client(self._handler, owner=self._owner).get_paginator(operation)

    def _calling(self, operation: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(operation)
        def call(**arguments: Any) -> Any:
            handler, owner = _HANDLER.set(self._handler), _OWNER.set(self._owner)
            try:
                return operation(**arguments)
            finally:
                _HANDLER.reset(handler)
                _OWNER.reset(owner)

        return call


@cache
def _client() -> Any:
    return evidently_client(_handle, owner=_OWNER.get)


def _handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    return _HANDLER.get()(event, context)
