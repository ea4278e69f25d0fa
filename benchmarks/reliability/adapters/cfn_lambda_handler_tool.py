"""cfn-lambda-handler: a function per request, whose result is merged into the response."""

from typing import Any

from cfn_lambda_handler import Handler

from reliability.user_code import serve

handler = Handler()


@handler.create
@handler.update
@handler.delete
def on_request(event: Any, _: Any) -> dict[str, Any]:
    """Serve every request."""
    physical_id, data = serve(event)
    return {"PhysicalResourceId": physical_id, "Data": data}
