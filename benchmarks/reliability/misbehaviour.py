"""What is wrong with the user's code in a scenario, as the environment says: the same for every contender."""

import os
import time
from typing import Final

MISBEHAVIOUR: Final = "RELIABILITY_MISBEHAVIOUR"  # `import`, `raise`, `hang`; absent: all is well
TEXT: Final = "RELIABILITY_TEXT"  # a text that the attributes have; absent: none
DATETIME: Final = "RELIABILITY_DATETIME"  # if set, a time among the attributes is a datetime, as boto3 gives it
_FOR_EVER: Final = 3600


def wrong() -> str:
    """What is wrong."""
    return os.environ.get(MISBEHAVIOUR, "")


def misbehave() -> None:
    """Fail as the scenario says, in the middle of the work."""
    if wrong() == "raise":
        raise RuntimeError("the user's code failed")
    if wrong() == "hang":
        time.sleep(_FOR_EVER)


def text() -> str:
    """The text that the attributes have."""
    return os.environ.get(TEXT, "")
