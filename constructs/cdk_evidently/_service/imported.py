"""`IEvidentlyService`, and the service of another app or stack."""

from typing import Protocol

from aws_cdk import Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently._common.metrics import ServiceMetrics
from cdk_evidently._service.connect import connect
from cdk_evidently._service.endpoint import service_endpoint
from cdk_evidently._service.grants import ServiceGrants


class IEvidentlyService(Protocol):
    """An `EvidentlyService`, of this app or imported."""

    @property
    def api_id(self) -> str:
        """The HTTP API's id."""

    @property
    def endpoint(self) -> EvidentlyEndpoint:
        """The service as an endpoint for `StartLaunch`."""

    @property
    def grants(self) -> ServiceGrants:
        """Permissions to call the service."""

    @property
    def metrics(self) -> ServiceMetrics:
        """Metrics of the service."""

    def connect(self, function: lambda_.Function) -> None:
        """Set up a Python function to call the service."""


class ImportedService(Construct):
    """An `EvidentlyService` by its API's id."""

    def __init__(self, scope: Construct, construct_id: str, api_id: str, region: str | None) -> None:
        super().__init__(scope, construct_id)
        self.api_id = api_id
        self.endpoint = service_endpoint(Stack.of(self), api_id, region)
        self.grants = ServiceGrants(Stack.of(self), self.endpoint)
        self.metrics = ServiceMetrics(region, None)

    def connect(self, function: lambda_.Function) -> None:
        """Set up a Python function to call the service."""
        connect(function, self.endpoint)
        self.grants.evaluate(function)
