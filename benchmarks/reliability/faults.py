"""The fault that a scenario injects into the user's code, through the environment: the same for every adapter."""

import os
import time
from typing import Final

FAULT: Final = "RELIABILITY_FAULT"  # `import`, `raise` or `hang`; unset: no fault
TEXT: Final = "RELIABILITY_TEXT"  # the value of a text attribute; unset: no such attribute
DATETIME: Final = "RELIABILITY_DATETIME"  # if set, one attribute is a datetime, as boto3 returns it
_LONGER_THAN_ANY_DEADLINE: Final = 3600


def fault() -> str:
    """Return the scenario's fault, "" for none."""
    return os.environ.get(FAULT, "")


def inject_fault() -> None:
    """Fail as the scenario says, in the middle of a request."""
    if fault() == "raise":
        raise RuntimeError("the user's code failed")
    if fault() == "hang":
        time.sleep(_LONGER_THAN_ANY_DEADLINE)


def text() -> str:
    """Return the value of the text attribute, "" for no such attribute."""
    return os.environ.get(TEXT, "")
