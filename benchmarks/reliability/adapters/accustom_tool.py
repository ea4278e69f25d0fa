"""accustom: its decorator around a function.

`timeoutFunction` is off, as it is by default: with it a function invokes itself through Lambda's API, and waits.
"""

from typing import Any

from accustom import ResponseObject, decorator

from reliability.user_code import serve


@decorator()
def handler(event: Any, _: Any) -> ResponseObject:
    """Handle an event of CloudFormation."""
    physical_id, data = serve(event)
    return ResponseObject(data=data, physicalResourceId=physical_id)
