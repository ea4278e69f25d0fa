"""`make bench`: the service's cold start, beside handlers that only import boto3 or only make a client.

Each handler runs in its own Python process up to its first response, on the DynamoDB of a local AWS. The figures are
the time since the interpreter's start, measured in turns, and the number of imported modules. Lambda's own part of a
cold start is the same for all of them and left out.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from helpers.evidently_api import api_event
from helpers.service_table import REGION, dynamodb_client, make_table
from local_aws.server import running

TURNS = 15
ROOT = Path(__file__).resolve().parent.parent
COUNT = "\nimport sys\nsys.stdout.write(str(len(sys.modules)))\n"
READ = """
import os
import boto3
boto3.client("dynamodb").get_item(
    TableName=os.environ["CDK_EVIDENTLY_TABLE_NAME"], Key={"pk": {"S": "a"}, "sk": {"S": "b"}}
)
"""
FIRST_RESPONSE = """
import json
import os
from types import SimpleNamespace
from evidently_service.handler import handler
context = SimpleNamespace(aws_request_id="a", invoked_function_arn="arn:aws:lambda:eu-north-1:1:function:evidently")
assert handler(json.loads(os.environ["EVENT"]), context)["statusCode"] == 404
"""
EVENT = api_event(
    "POST",
    "/projects/petfood/evaluations/upsell",
    headers={"content-type": "application/json"},
    body=b'{"entityId": "anna"}',
)
HANDLERS = {
    "import boto3": "import boto3",
    "import boto3, one read": READ,
    "cdk-evidently, one EvaluateFeature": FIRST_RESPONSE,
}


def main() -> None:
    """Run the handlers in turns, and print a table."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as local_aws:
        table = make_table(dynamodb_client(local_aws.url))
        environment = {**os.environ, **local_aws.environment(), "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}
        environment |= {
            "CDK_EVIDENTLY_TABLE_NAME": table,
            "EVENT": json.dumps(EVENT),
            "PYTHONPATH": str(ROOT / "lambda"),
        }
        times: dict[str, list[float]] = {name: [] for name in HANDLERS}
        modules: dict[str, int] = {}
        for _ in range(TURNS):
            for name, code in HANDLERS.items():
                started = perf_counter()
                done = subprocess.run(  # noqa: S603, our own interpreter and code
                    [sys.executable, "-c", code + COUNT], env=environment, check=True, capture_output=True, text=True
                )
                times[name].append(perf_counter() - started)
                modules[name] = int(done.stdout)
    base = statistics.median(times["import boto3"])
    sys.stdout.write(f"make bench: from the interpreter's start to the first response, median of {TURNS} turns\n\n")
    sys.stdout.write("| handler | modules | ms | ratio |\n|---|---:|---:|---:|\n")
    for name, each in times.items():
        median = statistics.median(each)
        sys.stdout.write(f"| {name} | {modules[name]} | {median * 1000:.0f} | {median / base:.2f} |\n")
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
