"""Why a request failed: every error's text is the Reason that CloudFormation shows, a sentence a person can act on.

ProviderError
├── InvalidPropertyError    a property breaks a rule of the API
├── NotFoundError           the API has no such launch (or project)
├── RefusedError            the API answered no: 400 or 409
│   └── InUseError          it can't be deleted, because something else needs it
├── FinalError              the API answered with something that no retry changes: 402, for example
├── UnreachableError        no answer, a 5xx, or no permission; `unknown_outcome` says it may have been done
├── ThrottledError          429
├── WrongEndpointError      what answers is no Evidently API, or can't be one
└── LaunchStateError        the launch is in a state from which this can't be done
"""


class ProviderError(Exception):
    """Why a request failed."""


class InvalidPropertyError(ProviderError):
    """A property breaks a rule."""

    def __init__(self, name: str, value: object, rule: str, way_out: str) -> None:
        super().__init__(f"{name} is {value!r}; it must be {rule}. {way_out}.")


class NotFoundError(ProviderError):
    """The API says that there is no such resource."""


class RefusedError(ProviderError):
    """The API refused the request, and what it shows of the resource will tell why.

    Args:
        message: The sentence.
        conflict: Whether the request was fine by itself: something there stands in its way.
        outcome: What the API says of ownership, "" for nothing.

    """

    def __init__(self, message: str, *, conflict: bool = False, outcome: str = "") -> None:
        super().__init__(message)
        self.conflict = conflict
        self.outcome = outcome


class InUseError(RefusedError):
    """Something else needs what was to be deleted."""


class FinalError(ProviderError):
    """The API answered no, and that is that."""


class UnreachableError(ProviderError):
    """The API did not answer, or not yet as it should.

    Args:
        message: The sentence.
        unknown_outcome: Whether the call may have been carried out all the same.

    """

    def __init__(self, message: str, *, unknown_outcome: bool) -> None:
        super().__init__(message)
        self.unknown_outcome = unknown_outcome


class ThrottledError(ProviderError):
    """The API is asked too much."""


class WrongEndpointError(ProviderError):
    """What answers is not an Evidently API."""


class LaunchStateError(ProviderError):
    """The launch's state stands in the way."""
