"""The service in process: the real application on a real table, with a clock that the test sets."""

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from evidently_service.application import Application
from evidently_service.domain.quotas import Quotas
from evidently_service.storage.store import Store
from evidently_service.telemetry.deliveries import Deliveries
from evidently_service.telemetry.metrics import EvaluationMetrics
from helpers.evidently_api import ACCOUNT, REGION, api_event, evidently_client, lambda_context
from helpers.shared_client import SharedClient

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOON = 1_637_368_646_468  # milliseconds; not a whole second
ON_AND_OFF = [{"name": "on", "value": {"boolValue": True}}, {"name": "off", "value": {"boolValue": False}}]
PROJECT_ARN = f"arn:aws:evidently:{REGION}:{ACCOUNT}:project/petfood"


def _no_logs() -> Any:
    raise AssertionError("this deployment has no log group to write to")


class Service:
    """One deployment.

    Args:
        client: boto3's DynamoDB client, or a stub of it.
        table: the table's name.
        quotas: the quotas of this deployment.
        deliveries: delivers evaluation events; None delivers none.
    """

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        quotas: Quotas | None = None,
        deliveries: Deliveries | None = None,
    ) -> None:
        self.table = table
        self.store = Store(client, table)
        self.quotas = quotas or Quotas()
        self.now = NOON
        self.pauses: list[float] = []
        self.lines: list[str] = []
        self.deliveries = deliveries or Deliveries(frozenset(), client=_no_logs, stream="test")
        self.evaluations = EvaluationMetrics()

    def handler(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """Serve an event, as Lambda's handler does."""
        application = Application(
            store=self.store,
            clock=lambda: self.now,
            pause=self.pauses.append,
            jitter=lambda: 1.0,
            quotas=self.quotas,
            deliveries=self.deliveries,
            evaluations=self.evaluations,
            write=self.lines.append,
        )
        return application.respond(event, context)

    def client(self, **options: Any) -> Any:
        """Return a boto3 client of this deployment, with options of `evidently_client`."""
        if options.keys() <= {"owner"}:
            return SharedClient(self.handler, **options)
        return evidently_client(self.handler, **options)

    def with_launch(self, launch: str = "november", **members: Any) -> Any:
        """Create a launch, and its project `petfood` and feature `upsell` if missing; return a client."""
        evidently = self.client()
        with suppress(evidently.exceptions.ConflictException):
            evidently.create_project(name="petfood")
        with suppress(evidently.exceptions.ConflictException):
            evidently.create_feature(project="petfood", name="upsell", variations=ON_AND_OFF)
        groups = [{"name": "all", "feature": "upsell", "variation": "on"}]
        evidently.create_launch(**{"project": "petfood", "name": launch, "groups": groups, **members})
        return evidently

    def send(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        """Return the response to a raw request."""
        return self.handler(api_event(method, path, **request), lambda_context())
