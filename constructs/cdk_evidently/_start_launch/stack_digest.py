"""A digest of a stack's resources, computed once the app is complete."""

import hashlib
import json
from typing import Any, Final

from aws_cdk import CfnResource, IResolveContext, Stack
from constructs import Construct

from cdk_evidently._common.contract import contract

_CHILD_ID: Final = "EvidentlyStackDigest"
# StartLaunch resources contain the digest; the CDK metadata changes with the version of CDK.
_NOT_DIGESTED: Final = {contract.START_LAUNCH_RESOURCE_TYPE, "AWS::CDK::Metadata"}
_NOT_YET: Final = "unknown until CDK has resolved references"


class StackDigest(Construct):
    """The digest of a stack's resources, computed once per synth for all StartLaunch. Found with `of(stack)`."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(stack, _CHILD_ID)
        self._stack = stack
        self._digest: str | None = None

    @classmethod
    def of(cls, stack: Stack) -> "StackDigest":
        """Return the stack's digest; create it at the first call."""
        found = stack.node.try_find_child(_CHILD_ID)
        return found if isinstance(found, cls) else cls(stack)

    def text(self, context: IResolveContext) -> str:
        """Return a SHA-256 of the logical id, type and properties of the stack's resources."""
        # CDK first resolves every token to find references between stacks. The resources are not final then, and the
        # digest of an earlier synth of the app is outdated.
        if context.preparing:
            self._digest = None
            return _NOT_YET
        if self._digest is None:
            self._digest = self._computed()
        return self._digest

    def _computed(self) -> str:
        resources = [
            node for node in self._stack.node.find_all() if isinstance(node, CfnResource) and self._counts(node)
        ]
        facts: list[Any] = self._stack.resolve(
            [[it.logical_id, it.cfn_resource_type, it._cfn_properties] for it in resources]  # noqa: SLF001, no public way
        )
        return hashlib.sha256(json.dumps(sorted(facts, key=lambda fact: fact[0]), sort_keys=True).encode()).hexdigest()

    def _counts(self, resource: CfnResource) -> bool:
        return resource.stack is self._stack and resource.cfn_resource_type not in _NOT_DIGESTED
