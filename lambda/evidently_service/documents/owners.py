"""What responses show of an owner: the tags that CloudFormation itself would set, and sentences of conflicts."""

from typing import Final

import evidently_contract as contract
from evidently_service.domain.launch_states import LaunchStatus
from evidently_service.domain.ownership import Outcome, Ownership
from evidently_service.domain.resources import Resource

_LONG_AGO: Final = -(10**15)  # before every time that a header can have


def shown_tags(resource: Resource) -> dict[str, str]:
    """Return a resource's tags, with those of the owner whose request is the latest.

    The owner's tags are a view of the ownership: they are not stored, and the model forbids requests their prefix.
    """
    tags = dict(resource.body.get("tags", {}))
    owner = _latest(resource.ownership)
    if owner is None:
        return tags
    return {
        **tags,
        contract.OWNER_TAG_STACK_ID: resource.ownership.stack,
        contract.OWNER_TAG_STACK_NAME: _stack_name(resource.ownership.stack),
        contract.OWNER_TAG_LOGICAL_ID: owner,
    }


def already_running(ownership: Ownership) -> str:
    """Return the message for a start of a running launch, with the owner of the run if there is one."""
    owner = _owner(ownership)
    return f"Launch is already running: started by {owner}." if owner else "Launch is already running."


def already_exists(sentence: str, ownership: Ownership) -> str:
    """Return the API's message for a name in use, with the owner of the resource if there is one."""
    owner = _owner(ownership)
    return f"{sentence} It is owned by {owner}." if owner else sentence


def has_ended(status: LaunchStatus) -> str:
    """Return the message for a start of a stopped launch."""
    return f"Launch is {status.value} and cannot be started again; create a new launch."


def out_of_turn(outcome: Outcome, kind: str) -> str:
    """Return the message for a stale request, and for one that would exceed the number of owners."""
    if outcome is Outcome.FULL:
        return f"The {kind} has {contract.MAX_OWNERS} owners, which is the maximum."
    return f"The request is stale: a later request of the same owner has changed or released this {kind}."


def _owner(ownership: Ownership) -> str | None:
    owner = _latest(ownership)
    return f"{owner} of stack {_stack_name(ownership.stack)}" if owner else None


def _latest(ownership: Ownership) -> str | None:
    """Return the LogicalResourceId of the owner whose request is the latest."""

    def since(owner: str) -> tuple[int, str]:
        at = ownership.owners[owner]
        return _LONG_AGO if at is None else at, owner

    return max(ownership.owners, key=since, default=None)


def _stack_name(stack_id: str) -> str:
    return stack_id.split("/")[1]
