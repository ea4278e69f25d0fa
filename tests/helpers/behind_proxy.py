"""The response URL behind a proxy, with a certificate of a private CA."""

from dataclasses import dataclass
from typing import Any, Final

from evidently_provider.invocation import Invocation
from evidently_provider.runtime.response import Response, Status
from helpers.connect_proxy import ConnectProxy
from helpers.launch_replies import launch_arn
from helpers.provider_harness import SECRET, Harness, event
from helpers.scripted_server import ScriptedServer

NOWHERE: Final = "localhost:9"  # nobody listens: a server that only a proxy can reach


def done(_: Invocation) -> Response:
    """Serve any request with success."""
    return Response(Status.SUCCESS, launch_arn())


@dataclass(frozen=True, slots=True)
class Behind:
    """The response URL behind a proxy.

    Args:
        server: the server of the response URL, with a certificate of a private CA.
        proxy: the proxy of the environment; its tunnels end at that server.
        harness: the provider.

    """

    server: ScriptedServer
    proxy: ConnectProxy
    harness: Harness

    def respond(self, authority: str = NOWHERE, *, put_seconds: float = 2.0, **settings: Any) -> None:
        """Have the provider send one response to a URL with that authority."""
        url = f"https://{authority}/response?X-Amz-Signature={SECRET}"
        self.harness.invoke(event("Create"), serve=done, url=url, put_seconds=put_seconds, **settings)

    @property
    def authority(self) -> str:
        """The authority at which the server can be reached without the proxy."""
        return self.server.url.removeprefix("https://")

    @property
    def statuses(self) -> list[str]:
        """The statuses of the responses that arrived, in order."""
        return [each["Status"] for each in self.server.documents]
