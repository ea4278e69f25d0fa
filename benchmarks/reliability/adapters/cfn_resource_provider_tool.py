"""cfn-resource-provider: a class per resource type."""

from typing import Any

from cfn_resource_provider import ResourceProvider

from reliability.user_code import serve


class EvidentlyStartLaunchProvider(ResourceProvider):
    """`Custom::EvidentlyStartLaunch`."""

    def create(self) -> None:
        """Serve a Create."""
        self.physical_resource_id, data = serve(self.request)
        for name, value in data.items():
            self.set_attribute(name, value)

    update = create

    def delete(self) -> None:
        """Serve a Delete."""
        serve(self.request)


def handler(event: Any, context: Any) -> None:
    """Handle an event of CloudFormation."""
    EvidentlyStartLaunchProvider().handle(event, context)
