"""What changes of a resource have in common."""

from evidently_service import writes
from evidently_service.call import Call
from evidently_service.errors import ContendedError
from evidently_service.resources import Resource
from evidently_service.transaction import ConditionsFailedError, Write


def write_change(call: Call, before: Resource, after: Resource, *more: Write) -> None:
    """Store what a resource became, and more with it, if it still is what the change was decided on.

    Raises:
        ContendedError: it is not, and nothing was written.
        ConditionsFailedError: it is, and another of the writes failed.

    """
    change = writes.change(before, after)
    try:
        call.store.write(change, *more)
    except ConditionsFailedError as error:
        if error.failed(change):
            raise ContendedError("it changed after it was read") from None
        raise
