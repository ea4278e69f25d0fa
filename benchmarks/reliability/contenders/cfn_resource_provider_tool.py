"""cfn-resource-provider: a class per resource type."""

from typing import Any

from cfn_resource_provider import ResourceProvider

from reliability.user_code import carry_out


class EvidentlyStartLaunchProvider(ResourceProvider):
    """`Custom::EvidentlyStartLaunch`."""

    def create(self) -> None:
        """Create."""
        self.physical_resource_id, data = carry_out(self.request)
        for name, value in data.items():
            self.set_attribute(name, value)

    update = create

    def delete(self) -> None:
        """Delete."""
        carry_out(self.request)


def handler(event: Any, context: Any) -> None:
    """What Lambda calls."""
    EvidentlyStartLaunchProvider().handle(event, context)
