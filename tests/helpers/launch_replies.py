"""What an Evidently API answers about launches, as lines of a script."""

import json
from typing import Final

from helpers.scripted_server import Reply

PROJECT: Final = "petfood"
LAUNCH: Final = "november"
PROJECT_ARN: Final = f"arn:aws:evidently:eu-north-1:123456789012:project/{PROJECT}"
_JSON: Final = {"content-type": "application/json"}


def launch_arn(launch: str = LAUNCH) -> str:
    """ARN of a launch of the project."""
    return f"{PROJECT_ARN}/launch/{launch}"


def shows(status: str, launch: str = LAUNCH, reason: str = "") -> Reply:
    """StartLaunch's or GetLaunch's answer."""
    document = {
        "arn": launch_arn(launch),
        "name": launch,
        "project": PROJECT_ARN,
        "status": status,
        "type": "aws.evidently.splits",
        "createdTime": 1637368646.468,
        "lastUpdatedTime": 1637368999,
        "execution": {"startedTime": 1637368700.5},
        **({"statusReason": reason} if reason else {}),
    }
    return Reply(200, json.dumps({"launch": document}).encode(), _JSON)


def stopped() -> Reply:
    """StopLaunch's answer."""
    return Reply(200, b'{"endedTime": 1637369000}', _JSON)


def refuses(status: int, error: str, message: str = "No, and that is why.") -> Reply:
    """An error of the API."""
    return Reply(status, json.dumps({"message": message}).encode(), {**_JSON, "x-amzn-errortype": error})


CONFLICT: Final = refuses(409, "ConflictException")
INVALID: Final = refuses(400, "ValidationException")
NOT_FOUND: Final = refuses(404, "ResourceNotFoundException")
THROTTLED: Final = refuses(429, "ThrottlingException")
QUOTA: Final = refuses(402, "ServiceQuotaExceededException")
FORBIDDEN: Final = refuses(403, "AccessDeniedException")
BROKEN: Final = refuses(500, "InternalServerException")
HTML_200: Final = Reply(200, b"<html>Welcome</html>", {"content-type": "text/html"})
HTML_404: Final = Reply(404, b"<html>Not here</html>", {"content-type": "text/html"})
UNMODELLED_404: Final = Reply(404, b'{"message":"Not Found"}', _JSON)
NO_LAUNCH: Final = Reply(200, b'{"message":"hello"}', _JSON)
MOVED: Final = Reply(302, b"", {"location": "http://127.0.0.1:9/elsewhere"})
