"""Deploys synthesized stacks through boto3: real CloudFormation operations, without the seconds a CLI call takes.

A stack's template and assets go where its synthesizer says, as the CDK CLI would have it; `synthesizer()` is one
whose bucket this module makes. What the CLI does beside that (bootstrap, roles, diffs) is left out.
"""

import io
import json
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws_cdk import DefaultStackSynthesizer
from botocore.exceptions import ClientError

from local_aws.server import LocalAws, LocalAwsError

if TYPE_CHECKING:
    from aws_cdk.cx_api import CloudAssembly
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_s3 import S3Client

ASSETS_BUCKET = "local-assets"
_CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM")
_DEADLINE_SECONDS = 600
_POLL_SECONDS = 0.1
_EPOCH = (1980, 1, 1, 0, 0, 0)


def synthesizer() -> DefaultStackSynthesizer:
    """A synthesizer for stacks that `Deployer` deploys: no bootstrap, assets in a bucket it makes."""
    return DefaultStackSynthesizer(file_assets_bucket_name=ASSETS_BUCKET, generate_bootstrap_version_rule=False)


class StackFailedError(Exception):
    """An operation on a stack failed: its status and the reasons of the resources that failed."""

    def __init__(self, stack: str, status: str, reasons: list[str]) -> None:
        super().__init__(f"{stack} is {status}: {'; '.join(reasons)}")
        self.status = status
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Deployer:
    """CloudFormation on a local AWS.

    Args:
        cloudformation: boto3's client.
        s3: boto3's client, for the assets.
    """

    cloudformation: "CloudFormationClient"
    s3: "S3Client"
    _published: set[str] = field(default_factory=set)

    @classmethod
    def on(cls, local_aws: LocalAws) -> "Deployer":
        """A deployer with a bucket for its assets."""
        session = local_aws.session()
        s3 = session.client("s3", endpoint_url=local_aws.url)
        s3.create_bucket(Bucket=ASSETS_BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        return cls(session.client("cloudformation", endpoint_url=local_aws.url), s3)

    def deploy(self, assembly: "CloudAssembly", stack: str, parameters: Mapping[str, str] | None = None) -> dict[str, str]:
        """Create the stack, or update it if it is there; returns its outputs. Nothing to change is fine.

        Raises:
            StackFailedError: it failed, and was rolled back.
        """
        template = self._publish(assembly, stack)
        request: dict[str, Any] = {
            "StackName": stack,
            "TemplateBody": template,
            "Capabilities": list(_CAPABILITIES),
            "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in (parameters or {}).items()],
        }
        if self.status(stack) is None:
            self.cloudformation.create_stack(**request)
            return self._outcome(stack, "CREATE_COMPLETE")
        try:
            self.cloudformation.update_stack(**request)
        except ClientError as error:
            if "No updates are to be performed" not in str(error):
                raise
            return self.outputs(stack)
        return self._outcome(stack, "UPDATE_COMPLETE")

    def destroy(self, stack: str) -> None:
        """Delete the stack, if it is there.

        Raises:
            StackFailedError: it is still there.
        """
        if self.status(stack) is None:
            return
        name = self._describe(stack)["StackId"]
        self.cloudformation.delete_stack(StackName=stack)
        status = self._settled(name)
        if status not in {None, "DELETE_COMPLETE"}:
            raise StackFailedError(stack, str(status), self.failures(name))

    def status(self, stack: str) -> str | None:
        """The stack's status, None if there is no such stack."""
        found = self._describe(stack)
        return str(found["StackStatus"]) if found and found["StackStatus"] != "DELETE_COMPLETE" else None

    def outputs(self, stack: str) -> dict[str, str]:
        """The stack's outputs by name."""
        return {each["OutputKey"]: each["OutputValue"] for each in self._describe(stack).get("Outputs", [])}

    def events(self, stack: str) -> list[dict[str, Any]]:
        """The stack's events, the oldest first."""
        pages = self.cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack)
        return [dict(event) for page in pages for event in page["StackEvents"]][::-1]

    def failures(self, stack: str) -> list[str]:
        """The reasons of everything that failed in the stack's events."""
        return [
            f"{event['LogicalResourceId']}: {event['ResourceStatusReason']}"
            for event in self.events(stack)
            if event["ResourceStatus"].endswith("_FAILED") and event.get("ResourceStatusReason")
        ]

    def physical_ids(self, stack: str, resource_type: str) -> list[str]:
        """The physical ids of the stack's resources of a type."""
        summaries = self.cloudformation.list_stack_resources(StackName=stack)["StackResourceSummaries"]
        return [each["PhysicalResourceId"] for each in summaries if each["ResourceType"] == resource_type]

    def _describe(self, stack: str) -> Any:
        try:
            return self.cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
        except ClientError as error:
            if "does not exist" not in str(error):
                raise
            return {}

    def _outcome(self, stack: str, wanted: str) -> dict[str, str]:
        status = self._settled(stack)
        if status != wanted:
            raise StackFailedError(stack, str(status), self.failures(stack))
        return self.outputs(stack)

    def _settled(self, stack: str) -> str | None:
        """The stack's status once nothing goes on in it any more."""
        end = time.monotonic() + _DEADLINE_SECONDS
        while time.monotonic() < end:
            status = self._describe(stack).get("StackStatus")
            if status is None or not status.endswith("_IN_PROGRESS"):
                return status
            time.sleep(_POLL_SECONDS)
        raise LocalAwsError(f"{stack} is still {status} after {_DEADLINE_SECONDS} seconds")

    def _publish(self, assembly: "CloudAssembly", stack: str) -> str:
        """Uploads what the stack's manifest names, each content once; returns the template."""
        artifact = assembly.get_stack_by_name(stack)
        folder = Path(assembly.directory)
        manifest = json.loads((folder / f"{artifact.id}.assets.json").read_text())
        for asset in manifest["files"].values():
            source = folder / asset["source"]["path"]
            for destination in asset["destinations"].values():
                key = destination["objectKey"]
                if key not in self._published:
                    body = _zipped(source) if asset["source"]["packaging"] == "zip" else source.read_bytes()
                    self.s3.put_object(Bucket=destination["bucketName"], Key=key, Body=body)
                    self._published.add(key)
        return Path(artifact.template_full_path).read_text()


def _zipped(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.writestr(zipfile.ZipInfo(str(path.relative_to(folder)), _EPOCH), path.read_bytes())
    return buffer.getvalue()
