"""What a custom resource is about, for random walks: the run of a launch, or the existence of a managed resource."""

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
    """What a request's properties say.

    Args:
        name: of the launch, or of the managed resource.
        on_delete: what a Delete does.

    """

    name: str
    on_delete: str


@dataclass(frozen=True, slots=True)
class Subjects:
    """All that a custom resource of one type may be about.

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
        """The names of what runs, or exists."""
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
        """Make a launch that can be started; what is managed is made by its resource."""
        if self.kind == START_LAUNCH:
            self.service.with_launch(name)

    def by_hand(self, operation: str, name: str) -> None:
        """Let other hands start, stop or delete a launch, or create or delete what is managed, if the API lets them."""
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
        """Return CloudFormation's event, but for who sends it, and where the response goes."""
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
