"""`make demo`: the real CDK CLI, from `cdk deploy` to a running launch and back.

It deploys the Evidently API, then the shop, whose stack creates a project, a feature, a segment and a launch and starts
the launch. It evaluates the feature for a thousand users, updates and destroys the shop, and shows the launch after
each step. The local AWS ends with the demo.
"""

import json
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws import petfood
from local_aws.cdk_cli import CdkCli
from local_aws.errors import DemoError, LocalAwsError
from local_aws.processes import unwinding_on_signals
from local_aws.server import LocalAws, forget_other_aws, running

SERVICE_STACK = "EvidentlyService"
SHOP_STACK = "Petfood"

_KEPT_LOGS = Path(__file__).resolve().parents[2] / ".local" / "demo-logs"
# The lines of the CLI that the demo shows: a custom resource is created, updated or deleted.
_CUSTOM_RESOURCE_EVENT = re.compile(r"(CREATE|UPDATE|DELETE)_(COMPLETE|FAILED).*(Custom::Evidently\w+)")


@dataclass(frozen=True, slots=True)
class Results:
    """The results that the demo prints at its end.

    Args:
        outputs: The outputs of the shop's last deploy.
        chart: The lines of the chart of the users' split.

    """

    outputs: dict[str, str]
    chart: list[str]


def main() -> int:
    """Run the demo and return its exit code."""
    forget_other_aws()
    started = time.monotonic()
    try:
        with unwinding_on_signals(), _folder() as folder, running(folder) as local_aws:
            _say(f"a local AWS runs at {local_aws.url}: signatures verified, IAM enforced")
            results = play(local_aws, CdkCli(local_aws, folder, show=_show))
    except SystemExit:
        _complain("interrupted; the local AWS is stopped and its files are removed")
        raise
    except (LocalAwsError, BotoCoreError, ClientError) as error:
        _complain(f"{error} (the logs are in {_KEPT_LOGS})")
        return 1
    _say(f"done in {time.monotonic() - started:.0f} seconds; the local AWS is stopped")
    _close(results)
    return 0


def play(local_aws: LocalAws, cdk: CdkCli) -> Results:
    """Deploy the service, then deploy, change and destroy the shop whose launch runs on it.

    Raises:
        LocalAwsError: a command failed, or the launch has another state than expected.

    """
    _say("cdk bootstrap")
    cdk.bootstrap()
    _say(f"cdk deploy {SERVICE_STACK}: API Gateway, Lambda, DynamoDB")
    evidently = petfood.evidently_client(local_aws, cdk.deploy(SERVICE_STACK)["ApiUrl"])
    _expect(evidently, None)

    _say(f"cdk deploy {SHOP_STACK}: custom resources create project, feature, segment and launch, and start the launch")
    outputs = cdk.deploy(SHOP_STACK)
    for name, value in sorted(outputs.items()):
        print(f"      {SHOP_STACK}.{name} = {value}", flush=True)
    first = _expect(evidently, "RUNNING")
    _say(f"cdk diff {SHOP_STACK}: the deployed stack equals the app")
    cdk.diff(SHOP_STACK)
    _say(f"BatchEvaluateFeature {petfood.FEATURE}, for {petfood.USERS} users")
    chart = list(petfood.chart(petfood.split(evidently), petfood.weights(first, time.time())))
    for line in chart:
        print(f"      {line}", flush=True)

    _say(f"cdk deploy {SHOP_STACK} again, with another banner: StartLaunch is called, the launch keeps running")
    calls = _start_calls(local_aws)
    outputs = cdk.deploy(SHOP_STACK, {"message": "Treats for every basket, and a toy"})
    again = _expect(evidently, "RUNNING")
    if _start_calls(local_aws) <= calls:
        raise DemoError("the second deploy did not call StartLaunch")
    if again["execution"]["startedTime"] != first["execution"]["startedTime"]:
        raise DemoError("the second deploy restarted the launch")

    _say(f"cdk destroy {SHOP_STACK}: the stack stops the launch it started and deletes the resources it created")
    cdk.destroy(SHOP_STACK)
    _expect(evidently, None)
    return Results(outputs, chart)


def _expect(evidently: Any, status: str | None) -> dict[str, Any]:
    launch = petfood.launch_now(evidently) or {}
    if launch.get("status") != status:
        raise DemoError(
            f"launch {petfood.LAUNCH} is {launch.get('status', 'not there')}, expected {status or 'not there'}"
        )
    print(f"      GetLaunch {petfood.LAUNCH}: {status or 'not there'}", flush=True)
    return launch


def _start_calls(local_aws: LocalAws) -> int:
    """Count the StartLaunch calls in the log of the shop's function."""
    pages = local_aws.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=SHOP_STACK)
    resources = [each for page in pages for each in page["StackResourceSummaries"]]
    (group,) = [each["PhysicalResourceId"] for each in resources if each["ResourceType"] == "AWS::Logs::LogGroup"]
    events = local_aws.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    lines = [event["message"] for page in events for event in page["events"]]
    steps = [json.loads(line) for line in lines if line.startswith("{")]
    return sum(step.get("operation") == "StartLaunch" for step in steps)


@contextmanager
def _folder() -> Iterator[Path]:
    """Provide a temporary folder, and keep its logs if the block fails."""
    with tempfile.TemporaryDirectory(prefix="cdk-evidently-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        try:
            yield folder
        except Exception:
            shutil.rmtree(_KEPT_LOGS, ignore_errors=True)
            _KEPT_LOGS.mkdir(parents=True)
            for log in folder.glob("*.log"):
                shutil.copy(log, _KEPT_LOGS)
            raise


def _show(line: str) -> None:
    if found := _CUSTOM_RESOURCE_EVENT.search(line):
        print(f"      CloudFormation: {found[3]} {found[1]}_{found[2]}", flush=True)


def _say(message: str) -> None:
    print(f"demo: {message}", flush=True)


def _complain(message: str) -> None:
    print(f"demo: {message}", file=sys.stderr)


def _close(results: Results) -> None:
    print(f"\nWhile {SHOP_STACK} was deployed, the variations of {petfood.FEATURE} were split like this:")
    print("\n".join(results.chart))
    print(f"and its outputs were:\nLaunchStatus = {results.outputs['LaunchStatus']}")
    print(f"LaunchArn = {results.outputs['LaunchArn']}")


if __name__ == "__main__":
    sys.exit(main())
