"""The ways in which a request can fail. Each error's text is the Reason that CloudFormation shows.

The sentences stand where they are raised: of what the API returned in `api/client.py`, of a launch's state in
`start_launch/handler.py`, of managed resources in `managed/handler.py` and `managed/diff.py`, of properties in
`properties.py`, of StackId and LogicalResourceId in `api/owner_header.py`, of the endpoint's URL, the resource type and
spent time in `lifecycle.py`, of the deadline and the worker in `handler.py`.

ProviderError
├── InvalidPropertyError     a property breaks a rule of the API
├── NotFoundError            the API has no such resource
├── RefusedError             the API returned 400 or 409
│   └── InUseError           to a Delete…, because something else needs the resource
├── FinalError               the API returned an error that no retry changes, such as 402
├── UnreachableError         no response, a 5xx or a 403; `unknown_outcome`: the call may have had its effect
├── ThrottledError           429
├── WrongEndpointError       the endpoint is not the Evidently API that the request needs
└── LaunchStateError         the launch is in a state that forbids the request
"""

from typing import Final

import evidently_contract as contract

_MOST_SHOWN: Final = 300  # characters of a value: the Reason has room for the rule too
_FINAL_OUTCOMES: Final = frozenset({contract.OUTCOME_FULL, contract.OUTCOME_EXPIRED})


class ProviderError(Exception):
    """Why a request failed."""


class InvalidPropertyError(ProviderError):
    """A property breaks a rule.

    Args:
        name: the property.
        value: its value.
        rule: a noun phrase that completes "it must be".
        way_out: a sentence, without its full stop.

    """

    def __init__(self, name: str, value: object, rule: str, way_out: str) -> None:
        shown = "missing" if value is None else repr(value)
        if len(shown) > _MOST_SHOWN:
            shown = f"{shown[:_MOST_SHOWN]}…"
        super().__init__(f"{name} is {shown}; it must be {rule}. {way_out}.")


class NotFoundError(ProviderError):
    """The API has no such resource: a modelled 404, not a gateway's."""


class RefusedError(ProviderError):
    """The API refused a change, 400 or 409. A read of the resource tells more.

    Args:
        message: the sentence.
        conflict: whether the state of the API is in the way, and not the request itself.
        outcome: the outcome in the ownership header, "" for none.

    """

    def __init__(self, message: str, *, conflict: bool = False, outcome: str = "") -> None:
        super().__init__(message)
        self.conflict = conflict
        self.outcome = outcome

    @property
    def is_final(self) -> bool:
        """Whether the outcome tells everything, so that no read of the resource adds to it."""
        return self.outcome in _FINAL_OUTCOMES


class InUseError(RefusedError):
    """Something else needs what was to be deleted."""


class FinalError(ProviderError):
    """The API returned an error that no retry changes."""


class UnreachableError(ProviderError):
    """The API did not respond, failed, or denied access: retried for a while.

    Args:
        message: the sentence.
        unknown_outcome: whether the call may have had its effect all the same.

    """

    def __init__(self, message: str, *, unknown_outcome: bool) -> None:
        super().__init__(message)
        self.unknown_outcome = unknown_outcome


class ThrottledError(ProviderError):
    """The API throttled the request: retried until the timeout."""


class WrongEndpointError(ProviderError):
    """The endpoint is not an Evidently API, keeps no owners, or is not where the resource is."""


class LaunchStateError(ProviderError):
    """The launch's state forbids the request."""


def internal_error(error: BaseException) -> str:
    """Return the Reason for any other error, without its message, which may quote a property."""
    return f"Internal error of cdk-evidently ({type(error).__name__}); the provider's log has where it happened."
