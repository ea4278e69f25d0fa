"""`python lifecycle.py`: the lifecycle of a launch, with the `evidently` client of this interpreter.

The client comes from the environment alone, and the file imports only botocore: so it runs with AWS's last official
client and with the current one. It prints JSON: the client's version, and each call with the response as the client
parsed it. Placeholders replace times and ids, so that every run prints the same.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore
from botocore.exceptions import ClientError
from botocore.session import Session

PROJECT = "lifecycle"
FEATURE = "checkout"
SEGMENT = "lifecycle-nordics"
LAUNCH = "lifecycle-november"
USERS = 1000
BATCH = 20
VARIATIONS = [
    {"name": "classic", "value": {"stringValue": "classic"}},
    {"name": "express", "value": {"stringValue": "express"}},
]
GROUPS = [{"name": name, "feature": FEATURE, "variation": name} for name in ("classic", "express")]
ISO_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Recorder:
    """Calls a client and records each response."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.calls: list[dict[str, Any]] = []

    def __call__(self, operation: str, **arguments: Any) -> Any:
        """Call an operation; return the response, None for an error."""
        try:
            response = getattr(self.client, operation)(**arguments)
        except ClientError as error:
            self._record(operation, error=type(error).__name__, **error.response)
            return None
        self._record(operation, **response)
        return response

    def pages(self, operation: str, **arguments: Any) -> None:
        """Call a list operation for all its pages, with one item on each."""
        paginator = self.client.get_paginator(operation)
        for page in paginator.paginate(**arguments, PaginationConfig={"PageSize": 1}):
            self._record(operation, **{name: each for name, each in page.items() if name != "nextToken"})

    def _record(self, operation: str, **response: Any) -> None:
        metadata = response.pop("ResponseMetadata")
        call = {"operation": operation, "status": metadata["HTTPStatusCode"], "response": plain(response)}
        call["request_id"] = bool(metadata.get("RequestId"))
        self.calls.append(call)


def plain(value: Any) -> Any:
    """Return a parsed value as JSON; a placeholder replaces a time within a month of now, and an id."""
    match value:
        case datetime():
            near = abs(datetime.now(UTC) - value) < timedelta(days=30)
            return "a time" if near else value.isoformat()
        case str() if ISO_TIME.fullmatch(value):
            return "a time's text"
        case str() if UUID.fullmatch(value):
            return "an id"
        case Mapping():
            return {name: plain(each) for name, each in value.items()}
        case list():
            return [plain(each) for each in value]
        case _:
            return value


def schedule(*shares: int) -> dict[str, Any]:
    """Return steps a day apart, the first since a minute ago; the segment always gets the express variation."""
    first = datetime.now(UTC) - timedelta(minutes=1)
    override = {"segment": SEGMENT, "evaluationOrder": 1, "weights": {"classic": 0, "express": 100_000}}
    return {
        "steps": [
            {
                "startTime": first + timedelta(days=number),
                "groupWeights": {"classic": 100_000 - share, "express": share},
                "segmentOverrides": [override],
            }
            for number, share in enumerate(shares)
        ]
    }


def requests() -> Iterator[list[dict[str, str]]]:
    """Yield batches of a thousand users, every tenth of them in Norway."""
    users = [
        {
            "feature": FEATURE,
            "entityId": f"user-{number}",
            "evaluationContext": json.dumps({"country": "NO" if number % 10 == 0 else "DE"}),
        }
        for number in range(USERS)
    ]
    return (users[at : at + BATCH] for at in range(0, USERS, BATCH))


def split(client: Any) -> dict[str, dict[str, int]]:
    """Evaluate the feature for the thousand users, and count them by country, variation and reason."""
    found: dict[str, Counter[str]] = {"NO": Counter(), "DE": Counter()}
    for batch in requests():
        results = client.batch_evaluate_feature(project=PROJECT, requests=batch)["results"]
        for request, result in zip(batch, results, strict=True):
            assert request["entityId"] == result["entityId"]
            country = json.loads(request["evaluationContext"])["country"]
            found[country][f"{result['variation']} {result['reason']}"] += 1
    return {country: dict(sorted(counter.items())) for country, counter in found.items()}


def run(call: Recorder) -> dict[str, Any]:
    """Take a launch from its project's creation to its deletion; return the split of the users in each state."""
    splits = {}
    project = call("create_project", name=PROJECT, description="A shop", tags={"team": "web"})["project"]["arn"]
    call("create_feature", project=PROJECT, name=FEATURE, variations=VARIATIONS, entityOverrides={"tester": "express"})
    call("create_segment", name=SEGMENT, pattern='{"country": ["NO", "SE"]}')
    launch = {"project": PROJECT, "launch": LAUNCH}
    call(
        "create_launch",
        project=PROJECT,
        name=LAUNCH,
        groups=GROUPS,
        scheduledSplitsConfig=schedule(20_000, 50_000, 100_000),
    )
    splits["created"] = split(call.client)
    call("start_launch", **launch)
    splits["running"] = split(call.client)
    for entity in ("tester", "user-1", "user-2"):
        call("evaluate_feature", project=project, feature=FEATURE, entityId=entity)

    call("update_launch", **launch, description="Twice as many", scheduledSplitsConfig=schedule(40_000, 100_000))
    splits["updated"] = split(call.client)
    call("get_launch", **launch)
    call("update_feature", project=PROJECT, feature=FEATURE, description="How to pay")
    call("update_project", project=PROJECT, description="The shop")
    call("tag_resource", resourceArn=project, tags={"stage": "beta"})
    call("untag_resource", resourceArn=project, tagKeys=["team"])
    call("list_tags_for_resource", resourceArn=project)
    call("test_segment_pattern", pattern='{"country": ["NO"]}', payload='{"country": "NO"}')
    event = {"feature": FEATURE, "variation": "express", "entityId": "browser", "type": "LAUNCH_RULE_MATCH"}
    events = [{"timestamp": datetime.now(UTC), "type": "aws.evidently.evaluation", "data": json.dumps(event)}]
    call("put_project_events", project=PROJECT, events=events)

    call("create_launch", project=PROJECT, name=f"{LAUNCH}-next", groups=GROUPS)
    call.pages("list_launches", project=PROJECT)
    call.pages("list_launches", project=PROJECT, status="RUNNING")
    call.pages("list_features", project=PROJECT)
    call.pages("list_experiments", project=PROJECT)
    call.pages("list_segment_references", segment=SEGMENT, type="LAUNCH")
    call.pages("list_projects")
    call.pages("list_segments")
    call("get_project", project=PROJECT)
    call("get_feature", project=PROJECT, feature=FEATURE)
    call("get_segment", segment=SEGMENT)

    mistakes(call)
    call("stop_launch", **launch, desiredState="COMPLETED", reason="All of them")
    splits["stopped"] = split(call.client)
    call("start_launch", **launch)
    for name in (LAUNCH, f"{LAUNCH}-next"):
        call("delete_launch", project=PROJECT, launch=name)
    call("delete_segment", segment=SEGMENT)
    call("delete_feature", project=PROJECT, feature=FEATURE)
    call("delete_project", project=PROJECT)
    call("get_project", project=PROJECT)
    return splits


def mistakes(call: Recorder) -> None:
    """Cause one of each of the API's errors, while the launch runs."""
    call("start_launch", project=PROJECT, launch=LAUNCH)
    call("get_launch", project=PROJECT, launch="none")
    call("create_project", name=PROJECT)
    call("delete_launch", project=PROJECT, launch=LAUNCH)
    call("delete_segment", segment=SEGMENT)
    call("delete_project", project=PROJECT)
    call("update_project_data_delivery", project=PROJECT, s3Destination={"bucket": "a-bucket"})
    call("create_feature", project=PROJECT, name="a feature", variations=VARIATIONS)
    call("create_segment", name="broken", pattern="{")
    call("get_experiment", project=PROJECT, experiment="none")
    call("batch_evaluate_feature", project=PROJECT, requests=[{"feature": "none", "entityId": "anna"}])


def main() -> None:
    """Run the lifecycle, and print the record."""
    call = Recorder(Session().create_client("evidently"))
    splits = run(call)
    json.dump({"client": botocore.__version__, "splits": splits, "calls": call.calls}, sys.stdout)


if __name__ == "__main__":
    main()
