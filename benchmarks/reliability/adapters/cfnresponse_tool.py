"""AWS's cfnresponse: a function that sends the response, in the try and except that its documentation shows."""

from typing import Any

import cfnresponse

from reliability.user_code import serve


def handler(event: Any, context: Any) -> None:
    """Handle an event of CloudFormation."""
    try:
        physical_id, data = serve(event)
    except Exception as error:  # noqa: BLE001 - every failure needs a response
        cfnresponse.send(event, context, cfnresponse.FAILED, {}, reason=str(error))
    else:
        cfnresponse.send(event, context, cfnresponse.SUCCESS, data, physical_id)
