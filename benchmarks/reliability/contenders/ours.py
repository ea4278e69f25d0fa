"""cdk-evidently: the function as it is deployed. What a scenario has go wrong does so where users' code would be."""

import sys
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from evidently_provider.handler import handler
from reliability.misbehaviour import misbehave, text, wrong

__all__ = ["handler"]


class _NotImportable:
    """Takes a part away that the request needs."""

    def find_spec(self, name: str, *_: Any) -> None:
        """Fail where the part is asked for."""
        if name == "botocore.session":
            raise ImportError(name)


def _misbehave_before_the_api_is_called() -> None:
    from evidently_provider.api.client import Evidently  # noqa: PLC0415 - needs the part that may be away
    from evidently_provider.api.launch import Launch  # noqa: PLC0415

    connect, from_document = Evidently.connect, Launch.from_document

    def misbehaving(*arguments: Any, **named: Any) -> Evidently:
        misbehave()
        return connect(*arguments, **named)

    def with_text(document: Any) -> Launch:
        found = from_document(document)
        return replace(found, status_reason=text()) if text() else found

    patch.object(Evidently, "connect", misbehaving).start()
    patch.object(Launch, "from_document", with_text).start()


if wrong() == "import":
    sys.meta_path.insert(0, _NotImportable())
else:
    _misbehave_before_the_api_is_called()
