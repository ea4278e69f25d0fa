"""Deploys synthesized stacks through boto3: real CloudFormation operations, without the seconds that a CLI call takes.

Templates and assets go to the destinations of the stack's synthesizer, as with the CDK CLI; bootstrap, roles and diffs
are left out.
"""

import io
import json
import time
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws_cdk import DefaultStackSynthesizer
from botocore.exceptions import ClientError

from local_aws.errors import LocalAwsError, StackFailedError
from local_aws.server import REGION, LocalAws

if TYPE_CHECKING:
    from aws_cdk.cx_api import CloudAssembly
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_s3 import S3Client

_ASSETS_BUCKET = "local-assets"
_DEADLINE_SECONDS = 600
_POLL_SECONDS = 0.1
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def synthesizer() -> DefaultStackSynthesizer:
    """Return a synthesizer for stacks that a `Deployer` deploys: no bootstrap, assets in the deployer's bucket."""
    return DefaultStackSynthesizer(file_assets_bucket_name=_ASSETS_BUCKET, generate_bootstrap_version_rule=False)


@dataclass(frozen=True, slots=True)
class Deployer:
    """CloudFormation on a local AWS.

    Every method but `publish` is safe to call from several threads; jsii has one thread only.

    Args:
        cloudformation: boto3's client.
        s3: boto3's client for the assets.

    """

    cloudformation: "CloudFormationClient"
    s3: "S3Client"
    _published: set[str] = field(default_factory=set)

    @classmethod
    def on(cls, local_aws: LocalAws) -> "Deployer":
        """Create the bucket for assets unless it exists, and return a deployer."""
        s3: S3Client = local_aws.client("s3")
        with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
            s3.create_bucket(Bucket=_ASSETS_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        return cls(local_aws.client("cloudformation"), s3)

    def publish(self, assembly: "CloudAssembly", stack: str) -> str:
        """Upload the assets in a stack's manifest, each content once, and return the stack's template."""
        artifact = assembly.get_stack_by_name(stack)
        folder = Path(assembly.directory)
        manifest = json.loads((folder / f"{artifact.id}.assets.json").read_text())
        for asset in manifest["files"].values():
            source = folder / asset["source"]["path"]
            for destination in asset["destinations"].values():
                bucket, key = destination["bucketName"], destination["objectKey"]
                if key not in self._published:
                    body = _zipped(source) if asset["source"]["packaging"] == "zip" else source.read_bytes()
                    self.s3.put_object(Bucket=bucket, Key=key, Body=body)
                    self._published.add(key)
        # CloudFormation accepts 51 200 bytes in a call; CDK's indentation counts.
        return json.dumps(json.loads(Path(artifact.template_full_path).read_text()), separators=(",", ":"))

    def deploy(self, stack: str, template: str) -> dict[str, str]:
        """Create the stack, or update it if it exists, and return its outputs; an update without changes succeeds.

        Raises:
            StackFailedError: the operation failed and was rolled back.

        """
        if not self.status(stack):
            self.cloudformation.create_stack(
                StackName=stack, TemplateBody=template, Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"]
            )
            return self._outputs_once(stack, "CREATE_COMPLETE")
        try:
            self.cloudformation.update_stack(
                StackName=stack, TemplateBody=template, Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"]
            )
        except ClientError as error:
            if "No updates are to be performed" not in str(error):
                raise
            return self.outputs(stack)
        return self._outputs_once(stack, "UPDATE_COMPLETE")

    def destroy(self, stack: str) -> None:
        """Delete the stack, if it exists.

        Raises:
            StackFailedError: the deletion failed.

        """
        found = self._describe(stack)
        if not found:
            return
        self.cloudformation.delete_stack(StackName=stack)
        stack_id = found["StackId"]  # CloudFormation finds a deleted stack by its id only
        status = self._final_status(stack_id)
        if status != "DELETE_COMPLETE":
            raise StackFailedError(stack, status, self.failures(stack_id))

    def status(self, stack: str) -> str:
        """Return the stack's status, "" if it does not exist."""
        return str(self._describe(stack).get("StackStatus", ""))

    def outputs(self, stack: str) -> dict[str, str]:
        """Return the stack's outputs by name."""
        return {each["OutputKey"]: each["OutputValue"] for each in self._describe(stack).get("Outputs", [])}

    def events(self, stack: str) -> list[dict[str, Any]]:
        """Return the events of a stack, by its name or id, oldest first."""
        pages = self.cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack)
        return [dict(event) for page in pages for event in page["StackEvents"]][::-1]

    def failures(self, stack: str) -> list[str]:
        """Return the reason of each failed resource in the stack's events, after its logical id."""
        return [
            f"{event['LogicalResourceId']}: {event['ResourceStatusReason']}"
            for event in self.events(stack)
            if event["ResourceStatus"].endswith("_FAILED") and event.get("ResourceStatusReason")
        ]

    def physical_ids(self, stack: str, resource_type: str) -> list[str]:
        """Return the physical ids of the stack's resources of a type."""
        summaries = self.cloudformation.list_stack_resources(StackName=stack)["StackResourceSummaries"]
        return [each["PhysicalResourceId"] for each in summaries if each["ResourceType"] == resource_type]

    def _describe(self, stack: str) -> Any:
        try:
            return self.cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
        except ClientError as error:
            if "does not exist" not in str(error):
                raise
            return {}

    def _outputs_once(self, stack: str, expected: str) -> dict[str, str]:
        status = self._final_status(stack)
        if status != expected:
            raise StackFailedError(stack, status, self.failures(stack))
        return self.outputs(stack)

    def _final_status(self, stack: str) -> str:
        """Return the stack's status once its operation has ended."""
        deadline = time.monotonic() + _DEADLINE_SECONDS
        while (status := self.status(stack)).endswith("_IN_PROGRESS"):
            if time.monotonic() > deadline:
                raise LocalAwsError(f"stack {stack} is still {status} after {_DEADLINE_SECONDS} seconds")
            time.sleep(_POLL_SECONDS)
        return status


def _zipped(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.writestr(zipfile.ZipInfo(str(path.relative_to(folder)), _ZIP_EPOCH), path.read_bytes())
    return buffer.getvalue()
