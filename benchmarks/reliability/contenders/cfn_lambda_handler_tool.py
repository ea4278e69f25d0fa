"""cfn-lambda-handler: a function per request, whose result is merged into the answer."""

from typing import Any

from cfn_lambda_handler import Handler

from reliability.user_code import carry_out

handler = Handler()


@handler.create
@handler.update
@handler.delete
def on_request(event: Any, _: Any) -> dict[str, Any]:
    """Every request."""
    physical_id, data = carry_out(event)
    return {"PhysicalResourceId": physical_id, "Data": data}
