"""The two headers of ownership: the caller of a request, and the outcome in the response.

docs/ownership.md has their grammar.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import evidently_contract as contract
from evidently_service.domain.errors import Problem, ValidationError
from evidently_service.domain.ownership import Action, Caller, Outcome
from evidently_service.protocol.structured_fields import (
    UnreadableFieldError,
    date_in,
    read_dictionary,
    string_in,
    token_in,
)

# The headers of the versions before the first release: reported in the log, without effect.
FORMER_HEADERS: Final = (
    "x-evidently-starter",
    "x-evidently-stack",
    "x-evidently-asked",
    "x-evidently-first",
)
_STACK_ID: Final = re.compile(
    r"arn:[a-z0-9-]+:cloudformation:[a-z0-9-]+:([0-9]{12}):stack/[A-Za-z][A-Za-z0-9-]{0,127}/[A-Za-z0-9-]{1,64}"
)
_LOGICAL_ID: Final = re.compile(r"[A-Za-z0-9]{1,255}")
_MILLISECONDS: Final = 1000


def caller_in(headers: Mapping[str, str], actions: Collection[Action], account: str, now: int) -> Caller | None:
    """Return the caller that the owner header of a request names, None for a request without one.

    Args:
        headers: the request's, by lower-case name.
        actions: the actions that the operation accepts.
        account: this API's account; stacks of another account own nothing here.
        now: the time, in milliseconds since 1970.

    Raises:
        ValidationError: the header breaks its grammar; `fieldList` has the invalid members.

    """
    header = headers.get(contract.OWNER_HEADER)
    if header is None:
        return None
    if len(header) > contract.MAX_OWNER_HEADER_CHARACTERS:
        raise _broken(f"must have at most {contract.MAX_OWNER_HEADER_CHARACTERS} characters, it has {len(header)}")
    try:
        members = read_dictionary(header)
    except UnreadableFieldError:
        raise _broken("must be a dictionary of RFC 9651") from None
    return _Members(members).caller(actions, account, now)


def ownership_header(outcome: Outcome | None, owners: Sequence[str]) -> str:
    """Return the ownership header of a response: version of the rules, outcome, and the remaining owners."""
    members = [f"{contract.OWNERSHIP_RULES}={contract.RULES_VERSION}"]
    if outcome is not None:
        members.append(f"{contract.OWNERSHIP_OUTCOME}={outcome.value}")
    if owners:
        names = " ".join(f'"{owner}"' for owner in owners)
        members.append(f"{contract.OWNERSHIP_OWNERS}=({names})")
    return ", ".join(members)


class _Members:
    """The members of an owner header, and the problems found in them."""

    def __init__(self, members: Mapping[str, str]) -> None:
        self._members = members
        self._problems: list[Problem] = []

    def caller(self, actions: Collection[Action], account: str, now: int) -> Caller:
        stack, resource = self._stack(account), self._resource()
        action = self._action(actions)
        requested_at = self._date(contract.OWNER_REQUESTED_AT, latest=now // _MILLISECONDS + contract.MAX_SECONDS_AHEAD)
        not_after = self._date(contract.OWNER_NOT_AFTER)
        if action is None or self._problems:
            raise ValidationError.of(self._problems)
        return Caller(stack, resource, action, requested_at, not_after)

    def _stack(self, account: str) -> str:
        stack = string_in(self._required(contract.OWNER_STACK)) or ""
        match = _STACK_ID.fullmatch(stack)
        if match is None:
            self._refuse(contract.OWNER_STACK, "must be a string, the StackId of a CloudFormation stack")
        elif match[1] != account:
            self._refuse(contract.OWNER_STACK, f"must be a stack of this API's own account, {account}")
        return stack

    def _resource(self) -> str:
        resource = string_in(self._required(contract.OWNER_RESOURCE)) or ""
        if not _LOGICAL_ID.fullmatch(resource):
            self._refuse(contract.OWNER_RESOURCE, "must be a string, a logical id: 1 to 255 letters and digits")
        return resource

    def _action(self, actions: Collection[Action]) -> Action | None:
        given = token_in(self._required(contract.OWNER_ACTION))
        action = next((action for action in actions if action.value == given), None)
        if action is None:
            self._refuse(contract.OWNER_ACTION, f"must be one of {', '.join(actions)} for this operation")
        return action

    def _date(self, name: str, latest: int | None = None) -> int | None:
        if name not in self._members:
            return None
        date = date_in(self._members[name])
        if date is None:
            self._refuse(name, "must be a date in whole seconds, such as @1700000000")
        elif latest is not None and date > latest:
            self._refuse(name, f"must be at most {contract.MAX_SECONDS_AHEAD} seconds ahead of this API's clock")
        return date

    def _required(self, name: str) -> str:
        return self._members.get(name, "")

    def _refuse(self, name: str, rule: str) -> None:
        said = rule if name in self._members else "is required"
        self._problems.append(Problem(f"{contract.OWNER_HEADER}.{name}", said))


def _broken(rule: str) -> ValidationError:
    return ValidationError.of([Problem(contract.OWNER_HEADER, rule)])
