"""From a resource type to what serves its requests."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, Protocol

import evidently_contract as contract
from evidently_provider.api.calls import Calls
from evidently_provider.managed.handler import Managed
from evidently_provider.ownership.plan import Call, End, Outcome
from evidently_provider.ownership.references import Kind, ResourceRef
from evidently_provider.start_launch.handler import StartLaunch


class Resource(Protocol):
    """What serves the requests of one resource type.

    Attributes:
        name_property: The property that names the resource of the API.
        adopts: Whether somebody else's will do.
        refusal: Why it could not be acquired, as a sentence.
        arn: Of the resource as the API showed it, "" if it has not.

    """

    @property
    def name_property(self) -> str: ...  # noqa: D102 - see above
    @property
    def adopts(self) -> bool: ...  # noqa: D102
    @property
    def refusal(self) -> str: ...  # noqa: D102
    @property
    def arn(self) -> str: ...  # noqa: D102

    def target(self, properties: Mapping[str, Any]) -> ResourceRef:
        """The resource of the API that properties name."""

    def acquire(self, call: Call) -> Outcome:
        """Acquire it."""

    def release(self, call: Call) -> Outcome:
        """Release or leave it."""

    def reconcile(self, call: Call) -> None:
        """Give it its desired state."""

    def attributes(self, end: End, target: ResourceRef) -> Mapping[str, str]:
        """The attributes of the response."""


REGISTRY: Final[Mapping[str, Callable[[Calls], Resource]]] = {
    contract.START_LAUNCH_RESOURCE_TYPE: StartLaunch,
    contract.PROJECT_RESOURCE_TYPE: partial(Managed, Kind.PROJECT),
    contract.FEATURE_RESOURCE_TYPE: partial(Managed, Kind.FEATURE),
    contract.SEGMENT_RESOURCE_TYPE: partial(Managed, Kind.SEGMENT),
    contract.LAUNCH_RESOURCE_TYPE: partial(Managed, Kind.LAUNCH),
}
