"""Refuses two stacks that would need each other through a provider or a service.

CDK finds the circle as it prepares the app, and then names tokens and not the argument that closes it. Between a nested
stack and its parent it finds none, and CloudFormation refuses the template.
"""

from collections.abc import Iterable
from typing import Final

from aws_cdk import CfnResource, Stack, Stage
from constructs import IConstruct

from cdk_evidently._cdk.tokens import targets
from cdk_evidently.errors import ConflictingSettingsError

_PROVIDER_WAY_OUT: Final = (
    "Create the provider in stack {user!r}, or leave provider out, as each stack has its own shared one"
)
_SERVICE_WAY_OUT: Final = "Create what it needs in stack {shared!r}, or in a third one"


class StackCircles:
    """The other stacks that use a provider and those that it needs, of which none may be both.

    Args:
        provider: the provider.

    """

    def __init__(self, provider: IConstruct) -> None:
        self._provider = provider
        self._users: dict[Stack, IConstruct] = {}
        self._needed: dict[Stack, IConstruct] = {}

    def add_use(self, user: IConstruct, related: Iterable[IConstruct]) -> None:
        """Record that a custom resource uses the provider, and comes after the related constructs.

        Raises:
            ConflictingSettingsError: its stack and that of the provider would need each other.

        """
        own = Stack.of(self._provider)
        if Stack.of(user) is own:
            # Not those of a stack nested in this one: such a custom resource comes after them, the provider does not.
            self.add_needed(it for it in related if own not in _around(Stack.of(it)))
        elif (stack := _unit(user, self._provider)) and stack not in self._users:
            self._users[stack] = user
            self.add_needed(_references(self._provider))

    def add_needed(self, needed: Iterable[IConstruct]) -> None:
        """Record that the provider, or a custom resource in its stack, needs these constructs.

        Raises:
            ConflictingSettingsError: a stack of theirs uses the provider.

        """
        for it in needed:
            if stack := _unit(it, self._provider):
                self._needed.setdefault(stack, it)
        for stack, user in self._users.items():
            if stack in self._needed:
                raise _error(user, self._provider, self._needed[stack], _PROVIDER_WAY_OUT)


def check_service(user: IConstruct, dependencies: Iterable[IConstruct]) -> None:
    """Check that the service behind an endpoint needs nothing of the stack that uses it.

    Args:
        user: the construct that uses the endpoint.
        dependencies: the endpoint's.

    Raises:
        ConflictingSettingsError: the two stacks would need each other.

    """
    for service in {it.node.scope: None for it in dependencies if Stack.of(it) is not Stack.of(user)}:
        if service is None or isinstance(service, Stack | Stage):  # an endpoint of the caller's own making
            continue
        stack = _unit(user, service)
        for it in _references(service) if stack else ():
            if _unit(it, service) is stack:
                raise _error(user, service, it, _SERVICE_WAY_OUT)


def _unit(construct: IConstruct, other: IConstruct) -> Stack | None:
    """Return the outermost stack around the construct and not around the other: its resources wait for all it needs.

    None if the construct's own stack is around the other: it is then a resource by itself, which closes no circle.
    """
    around = _around(Stack.of(other))
    return next((it for it in _around(Stack.of(construct)) if it not in around), None)


def _around(stack: Stack) -> list[Stack]:
    outer = stack.nested_stack_parent
    return [*(_around(outer) if outer else ()), stack]


def _references(construct: IConstruct) -> list[IConstruct]:
    resources = [it for it in construct.node.find_all() if isinstance(it, CfnResource)]
    return targets(construct, [it._cfn_properties for it in resources])  # noqa: SLF001, no public way


def _error(user: IConstruct, shared: IConstruct, needed: IConstruct, way_out: str) -> ConflictingSettingsError:
    stack, other = Stack.of(user).node.path, Stack.of(shared).node.path
    return ConflictingSettingsError(
        f"{user.node.path!r} of stack {stack!r} uses {shared.node.path!r} of stack {other!r}, which needs "
        f"{needed.node.path!r} of stack {Stack.of(needed).node.path!r}: neither stack can be deployed before the "
        f"other. {way_out.format(user=stack, shared=other)}."
    )
