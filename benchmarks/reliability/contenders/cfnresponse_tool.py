"""AWS's cfnresponse: a function that sends, and the try and except around the work that its documentation shows."""

from typing import Any

import cfnresponse

from reliability.user_code import carry_out


def handler(event: Any, context: Any) -> None:
    """What Lambda calls."""
    try:
        physical_id, data = carry_out(event)
    except Exception as error:  # noqa: BLE001 - whatever it is, it has to be answered
        cfnresponse.send(event, context, cfnresponse.FAILED, {}, reason=str(error))
    else:
        cfnresponse.send(event, context, cfnresponse.SUCCESS, data, physical_id)
