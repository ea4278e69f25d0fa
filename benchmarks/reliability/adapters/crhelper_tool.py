"""crhelper, as in its README: `init_failure` for a failed import, one helper, a function per request."""

from typing import Any

from crhelper import CfnResource

helper = CfnResource()
try:
    from reliability.user_code import serve
except Exception as error:  # noqa: BLE001 - as in its README
    helper.init_failure(error)


@helper.create
@helper.update
def start(event: Any, _: Any) -> str:
    """Serve a Create or an Update."""
    physical_id, data = serve(event)
    helper.Data.update(data)
    return physical_id


@helper.delete
def stop(event: Any, _: Any) -> None:
    """Serve a Delete."""
    serve(event)


def handler(event: Any, context: Any) -> None:
    """Handle an event of CloudFormation."""
    helper(event, context)
