"""The two headers of ownership: the owner in a request, the outcome in a response. Pure.

docs/ownership.md, "On the wire", has their grammar.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import evidently_contract as contract
from evidently_provider.errors import InvalidPropertyError

_STACK_ID: Final = re.compile(r"arn:[a-z-]+:cloudformation:[a-z0-9-]+:(?P<account>[0-9]{12}):stack/[A-Za-z0-9/-]+")
_LOGICAL_ID: Final = re.compile(r"[A-Za-z0-9]{1,255}")
_OUTCOME: Final = re.compile(rf"(?:^|,)\s*{contract.OWNERSHIP_OUTCOME}=([a-z-]+)")
_RULES: Final = re.compile(rf"(?:^|,)\s*{contract.OWNERSHIP_RULES}=[0-9]+")
_OWNERS: Final = re.compile(rf"(?:^|,)\s*{contract.OWNERSHIP_OWNERS}=\(([^)]*)\)")


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner of a change: a resource of a stack, and until when its requests may take effect.

    Args:
        stack: StackId.
        resource: LogicalResourceId.
        not_after: in seconds since 1970.

    """

    stack: str
    resource: str
    not_after: int

    def header(self, action: str, requested_at: int | None) -> str:
        """Return the header of a request; without `requested_at` the API compares no times."""
        members = [
            f'{contract.OWNER_STACK}="{self.stack}"',
            f'{contract.OWNER_RESOURCE}="{self.resource}"',
            f"{contract.OWNER_ACTION}={action}",
            *([] if requested_at is None else [f"{contract.OWNER_REQUESTED_AT}=@{requested_at}"]),
            f"{contract.OWNER_NOT_AFTER}=@{self.not_after}",
        ]
        return ", ".join(members)


class Ownership(NamedTuple):
    """The ownership header of a response.

    Args:
        keeps_rules: whether the API keeps the rules of ownership.
        outcome: outcome of the request, "" for none.
        owners: logical ids of the owners that remain after a release.

    """

    keeps_rules: bool
    outcome: str
    owners: tuple[str, ...]


def ownership_in(headers: Mapping[str, str]) -> Ownership:
    """Read the ownership header, in the headers of a response by lower-case name."""
    text = headers.get(contract.OWNERSHIP_HEADER, "")
    outcome, owners = _OUTCOME.search(text), _OWNERS.search(text)
    return Ownership(
        keeps_rules=_RULES.search(text) is not None,
        outcome=outcome[1] if outcome else "",
        owners=tuple(re.findall(r'"([^"]*)"', owners[1])) if owners else (),
    )


def check_owner(stack_id: str, logical_id: str, account: str) -> None:
    """Refuse a request for a stack of another account.

    Any principal that may invoke the function can name any stack. Text in another form is refused too, because it could
    close its quotes in the header and add members to it.

    Raises:
        InvalidPropertyError: the stack is of another account, or an id is not in CloudFormation's form.

    """
    found = _STACK_ID.fullmatch(stack_id)
    if found is None or found["account"] != account:
        rule = f"the ARN of a stack of account {account}, the function's own"
        raise InvalidPropertyError("StackId", stack_id, rule, "Deploy a provider in the stack's own account")
    if _LOGICAL_ID.fullmatch(logical_id) is None:
        rule = "a logical id of 1 to 255 letters and digits"
        raise InvalidPropertyError("LogicalResourceId", logical_id, rule, "Correct it in the template")
