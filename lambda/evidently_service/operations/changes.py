"""Writes that depend on what the operation read: if that has changed, the operation runs again."""

from collections.abc import Sequence

from evidently_service.domain.errors import ContendedError
from evidently_service.domain.resources import Resource
from evidently_service.operations.call import Call
from evidently_service.storage import writes
from evidently_service.storage.transaction import ConditionsFailedError, Write


def write_if_unchanged(call: Call, unchanged: Sequence[Write], *more: Write) -> None:
    """Make all of the writes, or none.

    Args:
        call: the call.
        unchanged: writes whose only condition is that nothing changed since the read.
        more: the other writes.

    Raises:
        ConflictError: the call's `not-after` has passed; nothing was written.
        ContendedError: something changed since the read; nothing was written.
        ConditionsFailedError: nothing changed, but a condition of `more` was false; nothing was written.

    """
    call.refuse_expired()
    try:
        call.store.write(*unchanged, *more)
    except ConditionsFailedError as error:
        if any(error.failed(write) for write in unchanged):
            raise ContendedError("it changed after it was read") from None
        raise


def write_change(call: Call, before: Resource, after: Resource, *more: Write, unchanged: Sequence[Write] = ()) -> None:
    """Store a change of a resource together with other writes, as in `write_if_unchanged`.

    Raises:
        ConflictError: the call's `not-after` has passed; nothing was written.
        ContendedError: something changed since the read; nothing was written.
        ConditionsFailedError: nothing changed, but a condition of `more` was false; nothing was written.

    """
    write_if_unchanged(call, [writes.change(before, after), *unchanged], *more)
