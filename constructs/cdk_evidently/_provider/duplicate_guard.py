"""Which launches a stack starts, and what it declares: each thing once only."""

from typing import Final

from aws_cdk import Stack, Token
from constructs import Construct

from cdk_evidently._common.references import NamedLaunch
from cdk_evidently._provider.provider import EvidentlyProvider
from cdk_evidently.errors import ConflictingSettingsError, DuplicateLaunchError

_CHILD_ID: Final = "EvidentlyClaims"


class Claims(Construct):
    """Remembers who starts what in its stack. Found with `Claims.of(stack)`."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(stack, _CHILD_ID)
        self._paths: dict[tuple[str, ...], str] = {}

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
        first = self._first(claimant, provider, "start", launch.project.plain, launch.launch.plain)
        if first is not None:
            message = (
                f"launch {launch.launch.plain!r} of project {launch.project.plain!r} is started by {first!r} and by "
                f"{claimant.node.path!r}: a stack can start a launch once only. Remove one of the two."
            )
            raise DuplicateLaunchError(message)

    def claim_thing(self, claimant: Construct, provider: EvidentlyProvider, kind: str, project: str, name: str) -> None:
        """Note that the claimant declares this thing. A name that is a token can't be compared, and is not noted.

        Raises:
            ConflictingSettingsError: another construct of the stack declares it already.

        """
        if Token.is_unresolved(project) or Token.is_unresolved(name):
            return
        first = self._first(claimant, provider, kind, project, name)
        if first is not None:
            message = (
                f"{kind} {name!r} is declared by {first!r} and by {claimant.node.path!r}: only one can say what it is. "
                "Remove one of the two, or give it another name."
            )
            raise ConflictingSettingsError(message)

    def _first(self, claimant: Construct, provider: EvidentlyProvider, *key: str) -> str | None:
        endpoint = provider.endpoint.identity(Stack.of(provider))
        path = claimant.node.path
        first = self._paths.setdefault((endpoint, *key), path)
        return first if first != path else None
