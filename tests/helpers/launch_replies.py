"""Responses of an Evidently API about launches, as lines of a script."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import evidently_contract as contract
from helpers.scripted_server import Reply

PROJECT: Final = "petfood"
LAUNCH: Final = "november"
PROJECT_ARN: Final = f"arn:aws:evidently:eu-north-1:123456789012:project/{PROJECT}"
KEEPS_RULES: Final[Mapping[str, str]] = {contract.OWNERSHIP_HEADER: f"rules={contract.RULES_VERSION}"}
_JSON: Final = {"content-type": "application/json"}


def launch_arn(launch: str = LAUNCH) -> str:
    """Return the ARN of a launch of the project."""
    return f"{PROJECT_ARN}/launch/{launch}"


def shows(status: str, launch: str = LAUNCH, reason: str = "") -> Reply:
    """Return StartLaunch's or GetLaunch's response."""
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
    """Return StopLaunch's response."""
    return Reply(200, b'{"endedTime": 1637369000}', _JSON)


def refuses(status: int, error: str, message: str = "No, and that is why.") -> Reply:
    """Return an error of the API."""
    return Reply(status, json.dumps({"message": message}).encode(), {**_JSON, "x-amzn-errortype": error})


def with_outcome(reply: Reply, outcome: str, *owners: str) -> Reply:
    """Return a reply with an outcome in the ownership header."""
    members = [KEEPS_RULES[contract.OWNERSHIP_HEADER], f"outcome={outcome}"]
    if owners:
        quoted = " ".join(f'"{owner}"' for owner in owners)
        members.append(f"owners=({quoted})")
    return replace(reply, headers={**reply.headers, contract.OWNERSHIP_HEADER: ", ".join(members)})


def released(outcome: str, *owners: str) -> Reply:
    """Return the response to a release that stopped nothing."""
    return with_outcome(Reply(200, b"{}", _JSON), outcome, *owners)


CONFLICT: Final = refuses(409, "ConflictException")
INVALID: Final = refuses(400, "ValidationException")
STALE: Final = with_outcome(CONFLICT, contract.OUTCOME_STALE)
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
