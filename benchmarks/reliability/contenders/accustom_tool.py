"""accustom: its decorator.

`timeoutFunction` is off, as it is by default: with it a function invokes itself through Lambda's API, and waits.
"""

from typing import Any

from accustom import ResponseObject, decorator

from reliability.user_code import carry_out


@decorator()
def handler(event: Any, _: Any) -> ResponseObject:
    """What Lambda calls."""
    physical_id, data = carry_out(event)
    return ResponseObject(data=data, physicalResourceId=physical_id)
