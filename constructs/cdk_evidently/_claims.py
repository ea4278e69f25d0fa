"""Which launches a stack starts: each by one StartLaunch only."""

from typing import Final

from aws_cdk import Stack
from constructs import Construct

from cdk_evidently._launch_names import NamedLaunch
from cdk_evidently._provider import EvidentlyProvider
from cdk_evidently.errors import DuplicateLaunchError

_CHILD_ID: Final = "EvidentlyClaims"


class Claims(Construct):
    """Remembers who starts what in its stack. Found with `Claims.of(stack)`."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(stack, _CHILD_ID)
        self._paths: dict[tuple[str, str, str], str] = {}

    @classmethod
    def of(cls, stack: Stack) -> "Claims":
        """Return the stack's one list."""
        found = stack.node.try_find_child(_CHILD_ID)
        return found if isinstance(found, cls) else cls(stack)

    def claim(self, claimant: Construct, provider: EvidentlyProvider, launch: NamedLaunch) -> None:
        """Note that the claimant starts this launch. A name that is a token can't be compared, and is not noted.

        Raises:
            DuplicateLaunchError: another construct of the stack starts it already.

        """
        if not launch.literal:
            return
        endpoint = provider.endpoint.identity(Stack.of(provider))
        key = (endpoint, launch.project.plain, launch.launch.plain)
        path = claimant.node.path
        first = self._paths.setdefault(key, path)
        if first != path:
            message = (
                f"launch {launch.launch.plain!r} of project {launch.project.plain!r} is started by {first!r} and by "
                f"{path!r}: a stack can start a launch once only. Remove one of the two."
            )
            raise DuplicateLaunchError(message)
