"""The handler of each resource type."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, Protocol

import evidently_contract as contract
from evidently_provider.api.calls import Calls
from evidently_provider.managed.handler import ManagedResource
from evidently_provider.ownership.plan import Call, Outcome, Result
from evidently_provider.ownership.references import Kind, ResourceRef
from evidently_provider.start_launch.handler import StartLaunch


class Resource(Protocol):
    """The handler of one resource type, for one request.

    Attributes:
        name_property: the property that names the resource of the API.
        endings: the values that `OnDelete` may have.
        adopts: whether the request adopts a resource under another owner.
        refusal: why an acquire failed, as a sentence.
        arn: ARN of the resource as the API returned it, "" before that.

    """

    @property
    def name_property(self) -> str: ...  # noqa: D102 - see above
    @property
    def endings(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def adopts(self) -> bool: ...  # noqa: D102
    @property
    def refusal(self) -> str: ...  # noqa: D102
    @property
    def arn(self) -> str: ...  # noqa: D102

    def target(self, properties: Mapping[str, Any]) -> ResourceRef:
        """Return the resource of the API that properties name."""

    def acquire(self, call: Call) -> Outcome:
        """Make the call that starts or creates the resource."""

    def release(self, call: Call) -> Outcome:
        """Make the call that stops or deletes the resource, or leaves it to its other owners."""

    def reconcile(self, call: Call, before: Mapping[str, Any] | None) -> None:
        """Bring the resource to its desired state.

        Args:
            call: the call.
            before: the properties before this Update, of which only the differences are written; None to write all.

        """

    def attributes(self, result: Result, target: ResourceRef) -> Mapping[str, str]:
        """Return the attributes of a successful response."""


REGISTRY: Final[Mapping[str, Callable[[Calls], Resource]]] = {
    contract.START_LAUNCH_RESOURCE_TYPE: StartLaunch,
    contract.PROJECT_RESOURCE_TYPE: partial(ManagedResource, Kind.PROJECT),
    contract.FEATURE_RESOURCE_TYPE: partial(ManagedResource, Kind.FEATURE),
    contract.SEGMENT_RESOURCE_TYPE: partial(ManagedResource, Kind.SEGMENT),
    contract.LAUNCH_RESOURCE_TYPE: partial(ManagedResource, Kind.LAUNCH),
}
