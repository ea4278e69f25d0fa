"""The duplicate guard: a stack starts a launch once, and manages a resource once."""

from typing import Final

from aws_cdk import Stack
from constructs import Construct

from cdk_evidently._cdk.tokens import has_unknown
from cdk_evidently._common.references import NamedLaunch
from cdk_evidently._provider.provider import EvidentlyProvider
from cdk_evidently.errors import ConflictingSettingsError, DuplicateLaunchError

_CHILD_ID: Final = "EvidentlyDuplicateGuard"


class DuplicateGuard(Construct):
    """A stack's record of the constructs that start launches and manage resources. Found with `of(stack)`."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(stack, _CHILD_ID)
        self._paths: dict[tuple[str, ...], str] = {}

    @classmethod
    def of(cls, stack: Stack) -> "DuplicateGuard":
        """Return the stack's guard; create it at the first call."""
        found = stack.node.try_find_child(_CHILD_ID)
        return found if isinstance(found, cls) else cls(stack)

    def register_start(self, construct: Construct, provider: EvidentlyProvider, launch: NamedLaunch) -> None:
        """Record that the construct starts this launch. Names that are tokens can't be compared and are skipped.

        Raises:
            DuplicateLaunchError: another construct of the stack starts it already.

        """
        if not launch.literal:
            return
        first = self._other(construct, provider, "start", launch.project.name, launch.launch.name)
        if first is not None:
            message = (
                f"launch {launch.launch.name!r} of project {launch.project.name!r} is started by {first!r} and by "
                f"{construct.node.path!r}: a stack can start a launch once only. Remove one of the two."
            )
            raise DuplicateLaunchError(message)

    def register_resource(
        self, construct: Construct, provider: EvidentlyProvider, kind: str, project: str, name: str
    ) -> None:
        """Record that the construct manages this resource. Names that are tokens can't be compared and are skipped.

        Raises:
            ConflictingSettingsError: another construct of the stack manages it already.

        """
        if has_unknown([project, name]):
            return
        first = self._other(construct, provider, kind, project, name)
        if first is not None:
            message = (
                f"{kind} {name!r} is managed by {first!r} and by {construct.node.path!r}: a stack can manage a "
                "resource once only. Remove one of the two, or give it another name."
            )
            raise ConflictingSettingsError(message)

    def _other(self, construct: Construct, provider: EvidentlyProvider, *key: str) -> str | None:
        # By the endpoint and not by the provider: two providers of one endpoint reach the same resources.
        endpoint = provider.endpoint.identity(Stack.of(provider))
        path = construct.node.path
        first = self._paths.setdefault((endpoint, *key), path)
        return first if first != path else None
