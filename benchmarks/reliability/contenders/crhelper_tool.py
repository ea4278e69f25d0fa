"""crhelper, as its README has it: `init_failure` for what can't be imported, one helper, a function per request."""

from typing import Any

from crhelper import CfnResource

helper = CfnResource()
try:
    from reliability.user_code import carry_out
except Exception as error:  # noqa: BLE001 - as its README has it
    helper.init_failure(error)


@helper.create
@helper.update
def start(event: Any, _: Any) -> str:
    """Create and Update."""
    physical_id, data = carry_out(event)
    helper.Data.update(data)
    return physical_id


@helper.delete
def stop(event: Any, _: Any) -> None:
    """Delete."""
    carry_out(event)


def handler(event: Any, context: Any) -> None:
    """What Lambda calls."""
    helper(event, context)
