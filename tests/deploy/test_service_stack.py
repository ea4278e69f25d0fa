"""A service in a separate stack, with the role of its user, and a stack that calls it."""

from pathlib import Path

import pytest
from aws_cdk import App, CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from botocore.exceptions import ClientError

from cdk_evidently import EvidentlyService, Project
from local_aws.server import LocalAws
from local_aws.stacks import Deployer, synthesizer

SERVICE, SHOP = "SharedService", "SharingShop"


def test_a_services_stack_cannot_be_deleted_before_the_stacks_that_use_it(local_aws: LocalAws, tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path), context={"@aws-cdk/core:defaultCrossStackReferences": "weak"})
    service_stack = Stack(app, SERVICE, synthesizer=synthesizer())
    role = iam.Role(service_stack, "Ours", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    evidently = EvidentlyService(
        service_stack,
        "Evidently",
        gateway_url=local_aws.gateway,
        removal_policy=RemovalPolicy.DESTROY,
        role=role,
    )
    shop = Stack(app, SHOP, synthesizer=synthesizer())
    project = Project(shop, "Petfood", project_name="shared-petfood", endpoint=evidently.endpoint)
    CfnOutput(shop, "Status", value=project.status)
    assembly = app.synth()
    deployer = Deployer.on(local_aws)

    deployer.deploy(SERVICE, deployer.publish(assembly, SERVICE))
    try:
        outputs = deployer.deploy(SHOP, deployer.publish(assembly, SHOP))
        with pytest.raises(ClientError, match=r"Export .* is imported by stack SharingShop"):
            deployer.cloudformation.delete_stack(StackName=SERVICE)
        status = deployer.status(SERVICE)
    finally:
        deployer.destroy(SHOP)
        deployer.destroy(SERVICE)

    assert outputs == {"Status": "AVAILABLE"}  # the service's function had its permissions by the first request
    assert status == "CREATE_COMPLETE"
    assert deployer.status(SHOP) == deployer.status(SERVICE) == ""
