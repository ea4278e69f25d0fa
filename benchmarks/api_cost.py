"""`make bench`: what an API operation costs in DynamoDB, and whether an evaluation costs more in a crowded project.

The service runs in this process, on the DynamoDB of a local AWS. A first table has each operation once, warm, in a
project with one feature and one launch. A second one compares an evaluation in such a project with one among 100
features and 500 launches, of which 50 run (the quota): what it reads, and its time. Both are timed in turns, so that a
busy machine slows both. DynamoDB's response is recorded once and replayed for the timing: the local DynamoDB scans a
partition in Python where the real one looks up a key, so its own time means nothing.
"""

import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from botocore import xform_name
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.httpsession import URLLib3Session

from evidently_service.domain.quotas import Quotas
from evidently_service.operations import OFFERED
from helpers.service import ON_AND_OFF, PROJECT_ARN, Service
from helpers.service_table import dynamodb_client, make_table
from helpers.traffic import traffic
from local_aws.server import running

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TURNS = 30
TURN_EVALUATIONS = 200
FEATURES, LAUNCHES_EACH = 100, 5
PROJECT = {"project": "petfood"}
FEATURE = {**PROJECT, "feature": "upsell"}
LAUNCH = {**PROJECT, "launch": "november"}
SEGMENT = {"segment": "norway"}
PATTERN = '{"country": ["NO"]}'
GROUPS = [{"name": "all", "feature": "upsell", "variation": "on"}]
OVERRIDE = {"segment": "norway", "evaluationOrder": 1, "weights": {"all": 100_000}}
STEPS = {"steps": [{"startTime": 1, "groupWeights": {"all": 50_000}, "segmentOverrides": [OVERRIDE]}]}
EVENT = {"timestamp": 0, "type": "aws.evidently.custom", "data": "{}"}
TAGGED = {"resourceArn": PROJECT_ARN}

# In an order in which each operation finds the resources that it needs.
CALLS: Mapping[str, Mapping[str, Any]] = {
    "create_project": {"name": "petfood"},
    "create_feature": {**PROJECT, "name": "upsell", "variations": ON_AND_OFF},
    "create_segment": {"name": "norway", "pattern": PATTERN},
    "create_launch": {**PROJECT, "name": "november", "groups": GROUPS, "scheduledSplitsConfig": STEPS},
    "start_launch": LAUNCH,
    "evaluate_feature": {**FEATURE, "entityId": "anna"},
    "batch_evaluate_feature": {**PROJECT, "requests": [{"feature": "upsell", "entityId": str(n)} for n in range(20)]},
    "put_project_events": {**PROJECT, "events": [EVENT]},
    "get_project": PROJECT,
    "get_feature": FEATURE,
    "get_launch": LAUNCH,
    "get_segment": SEGMENT,
    "list_projects": {},
    "list_features": PROJECT,
    "list_launches": PROJECT,
    "list_segments": {},
    "list_segment_references": {**SEGMENT, "type": "LAUNCH"},
    "test_segment_pattern": {"pattern": PATTERN, "payload": '{"country": "NO"}'},
    "update_project": {**PROJECT, "description": "A shop"},
    "update_project_data_delivery": PROJECT,
    "update_feature": {**FEATURE, "description": "A banner"},
    "update_launch": {**LAUNCH, "description": "In November"},
    "tag_resource": {**TAGGED, "tags": {"team": "web"}},
    "list_tags_for_resource": TAGGED,
    "untag_resource": {**TAGGED, "tagKeys": ["team"]},
    "stop_launch": LAUNCH,
    "delete_launch": LAUNCH,
    "delete_feature": FEATURE,
    "delete_segment": SEGMENT,
    "delete_project": PROJECT,
}


def rows(dynamodb: "DynamoDBClient") -> Iterator[str]:
    """Call each operation, and yield the table's lines."""
    evidently = Service(dynamodb, make_table(dynamodb)).client()
    yield "| operation | round trips | items read | items written | items checked |"
    yield "|---|---:|---:|---:|---:|"
    for operation, arguments in CALLS.items():
        with traffic(dynamodb) as counted:
            getattr(evidently, operation)(**arguments)
        yield f"| {operation} | {counted.trips} | {counted.read} | {counted.written} | {counted.checked} |"


def project(dynamodb: "DynamoDBClient", features: int, launches_each: int) -> Callable[[], Any]:
    """Fill a project, start as many launches as the quota allows, and return an evaluation in the project."""
    evidently = Service(dynamodb, make_table(dynamodb)).client()
    evidently.create_project(name="petfood")
    running = Quotas().running_launches_per_project
    for index, feature in enumerate(["upsell", *(f"feature-{number}" for number in range(features - 1))]):
        evidently.create_feature(**PROJECT, name=feature, variations=ON_AND_OFF)
        groups = [{"name": "all", "feature": feature, "variation": "on"}]
        for number in range(launches_each):
            evidently.create_launch(**PROJECT, name=f"{feature}-{number}", groups=groups)
        if index < running:
            evidently.start_launch(**PROJECT, launch=f"{feature}-0")
    return lambda: evidently.evaluate_feature(**FEATURE, entityId="anna")


def crowding(dynamodb: "DynamoDBClient") -> Iterator[str]:
    """Compare an evaluation in a small project with one in a crowded one."""
    evaluations = {
        "1 feature, 1 launch": project(dynamodb, 1, 1),
        f"{FEATURES} features, {FEATURES * LAUNCHES_EACH} launches": project(dynamodb, FEATURES, LAUNCHES_EACH),
    }
    responses = {name: recorded(dynamodb, evaluate) for name, evaluate in evaluations.items()}
    times: dict[str, list[float]] = {name: [] for name in evaluations}
    for _ in range(TURNS):
        for name, evaluate in evaluations.items():
            with replaying(dynamodb, responses[name]):
                started = perf_counter()
                for _ in range(TURN_EVALUATIONS):
                    evaluate()
                times[name].append((perf_counter() - started) / TURN_EVALUATIONS * 1e6)
    base = statistics.median(times["1 feature, 1 launch"])
    yield "| project | round trips | items read | bytes read | µs each | ratio |"
    yield "|---|---:|---:|---:|---:|---:|"
    for name, evaluate in evaluations.items():
        with traffic(dynamodb) as counted:
            evaluate()
        size, median = len(responses[name].content), statistics.median(times[name])
        yield f"| {name} | {counted.trips} | {counted.read} | {size} | {median:.0f} | {median / base:.2f} |"


def recorded(dynamodb: "DynamoDBClient", evaluate: Callable[[], Any]) -> AWSResponse:
    """Return DynamoDB's response to the one request of an evaluation."""
    found: list[AWSResponse] = []

    def keep(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        found.append(URLLib3Session().send(request))
        return found[-1]

    with before_send(dynamodb, keep):
        evaluate()
    (response,) = found
    return response


def replaying(dynamodb: "DynamoDBClient", response: AWSResponse) -> AbstractContextManager[None]:
    """Respond to every request of the block with this."""
    return before_send(dynamodb, lambda **_: response)


@contextmanager
def before_send(dynamodb: "DynamoDBClient", handler: Callable[..., AWSResponse]) -> Iterator[None]:
    """Let a handler take the place of the socket for the length of the block."""
    events: Any = dynamodb.meta.events
    events.register("before-send.dynamodb", handler)
    try:
        yield
    finally:
        events.unregister("before-send.dynamodb", handler)


def main() -> None:
    """Print both tables."""
    if missing := {xform_name(name) for name in OFFERED} - set(CALLS):
        sys.exit(f"no call here for {missing}")
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as local_aws:
        dynamodb = dynamodb_client(local_aws.url)
        sys.stdout.write("make bench: DynamoDB requests of each operation, warm\n\n")
        sys.stdout.writelines(f"{row}\n" for row in rows(dynamodb))
        sys.stdout.write(f"\nThe same evaluation, median of {TURNS} turns of {TURN_EVALUATIONS}:\n\n")
        sys.stdout.writelines(f"{row}\n" for row in crowding(dynamodb))
        sys.stdout.write("\n")


if __name__ == "__main__":
    main()
