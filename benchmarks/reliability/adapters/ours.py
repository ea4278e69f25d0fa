"""cdk-evidently: the function as it is deployed. It injects a scenario's fault where users' code would have it."""

import sys
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from evidently_provider.handler import handler
from reliability.faults import fault, inject_fault, text

__all__ = ["handler"]


class _MissingModule:
    """An import hook that takes away a module which the request needs."""

    def find_spec(self, name: str, *_: Any) -> None:
        """Fail the import of the module."""
        if name == "botocore.session":
            raise ImportError(name)


def _inject_fault_before_the_api_is_called() -> None:
    from evidently_provider.api.client import Evidently  # noqa: PLC0415 - imports the module that may be missing
    from evidently_provider.api.launch import Launch  # noqa: PLC0415

    connect, from_document = Evidently.connect, Launch.from_document

    def faulty_connect(*arguments: Any, **named: Any) -> Evidently:
        inject_fault()
        return connect(*arguments, **named)

    def with_text(document: Any) -> Launch:
        found = from_document(document)
        return replace(found, status_reason=text()) if text() else found

    patch.object(Evidently, "connect", faulty_connect).start()
    patch.object(Launch, "from_document", with_text).start()


if fault() == "import":
    sys.meta_path.insert(0, _MissingModule())
else:
    _inject_fault_before_the_api_is_called()
