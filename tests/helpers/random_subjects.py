"""The subjects of random walks: the run of a launch, or the existence of a managed resource."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from helpers.managed_events import DEFINITIONS, managed, named
from helpers.provider_harness import event
from helpers.service import Service

START_LAUNCH: Final = "StartLaunch"


@dataclass(frozen=True, slots=True)
class Desired:
    """The desired state in a request's properties.

    Args:
        name: name of the launch or managed resource.
        on_delete: what a Delete does.

    """

    name: str
    on_delete: str


@dataclass(frozen=True, slots=True)
class Subjects:
    """The possible subjects of one resource type.

    Args:
        service: the Evidently API.
        kind: StartLaunch, or the kind of a managed resource.

    """

    service: Service
    kind: str

    def __post_init__(self) -> None:
        self.service.with_launch("setup")

    @property
    def active(self) -> set[str]:
        """Names of the launches that run, or of the resources that exist."""
        client, project = self.service.client(), {"project": "petfood"}
        match self.kind:
            case "StartLaunch":
                listed = client.list_launches(**project, status="RUNNING")["launches"]
            case "Project":
                listed = client.list_projects()["projects"]
            case "Segment":
                listed = client.list_segments()["segments"]
            case "Feature":
                listed = client.list_features(**project)["features"]
            case _:
                listed = client.list_launches(**project)["launches"]
        return {each["name"] for each in listed} - {"petfood", "upsell", "setup"}

    def make(self, name: str) -> None:
        """Create a launch to start; a managed resource is created by its custom resource instead."""
        if self.kind == START_LAUNCH:
            self.service.with_launch(name)

    def by_hand(self, operation: str, name: str) -> None:
        """Start, stop, create or delete out of band, as far as the API allows it."""
        client = self.service.client()
        address = named("Launch" if self.kind == START_LAUNCH else self.kind, name)
        with suppress(client.exceptions.ClientError):
            if self.kind == START_LAUNCH:
                getattr(client, f"{operation}_launch")(**address)
            elif operation == "start":
                project = {"project": address["project"]} if len(address) > 1 else {}
                getattr(client, f"create_{self.kind.lower()}")(**project, name=name, **DEFINITIONS[self.kind])
            else:
                getattr(client, f"delete_{self.kind.lower()}")(**address)

    def event(self, request_type: str, physical_id: str, desired: Desired, old: Desired | None) -> Mapping[str, Any]:
        """Return CloudFormation's event, without its owner and response URL."""
        if self.kind == START_LAUNCH:
            before = {"Launch": old.name, "OnDelete": old.on_delete} if old else None
            return event(request_type, physical_id, old=before, Launch=desired.name, OnDelete=desired.on_delete)
        return managed(
            self.kind,
            request_type,
            physical_id,
            name=desired.name,
            old_name=old.name if old else "",
            OnDelete=desired.on_delete,
            AdoptExisting="true",
        )
