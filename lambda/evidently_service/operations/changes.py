"""What the writes of operations have in common: they lean on what was read, and begin again where that has changed."""

from collections.abc import Sequence

from evidently_service.domain.errors import ContendedError
from evidently_service.domain.resources import Resource
from evidently_service.operations.call import Call
from evidently_service.storage import writes
from evidently_service.storage.transaction import ConditionsFailedError, Write


def write_if_unchanged(call: Call, unchanged: Sequence[Write], *more: Write) -> None:
    """Make all of the writes, or none.

    Args:
        call: The call.
        unchanged: Those whose conditions say only that what was read is still so.
        more: The others.

    Raises:
        ConflictError: the call may take effect no more.
        ContendedError: something changed since, and nothing was written.
        ConditionsFailedError: nothing has, and a condition of the others failed.

    """
    call.refuse_expired()
    try:
        call.store.write(*unchanged, *more)
    except ConditionsFailedError as error:
        if any(error.failed(write) for write in unchanged):
            raise ContendedError("it changed after it was read") from None
        raise


def write_change(call: Call, before: Resource, after: Resource, *more: Write, unchanged: Sequence[Write] = ()) -> None:
    """Store what a resource became, and more with it, if it and what `unchanged` looks at still are as they were read.

    Raises:
        ContendedError: they are not, and nothing was written.
        ConditionsFailedError: they are, and another of the writes failed.

    """
    write_if_unchanged(call, [writes.change(before, after), *unchanged], *more)
