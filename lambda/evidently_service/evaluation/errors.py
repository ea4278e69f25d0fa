"""Errors of contexts, patterns and launches; an evaluation itself fails only when it takes too many steps.

EvaluationError
├── UnreadableTextError    a text is not JSON
├── ContextError           an evaluation context is invalid
│   └── TooManyStepsError  it takes too long to match
├── PatternError           a segment pattern is malformed
└── UnknownSegmentError    the pattern of a launch's segment is missing
"""


class EvaluationError(ValueError):
    """Base of the errors of this package."""


class UnreadableTextError(EvaluationError):
    """The text is not one JSON value; the message is the rest of a sentence that starts with the text's name."""


class ContextError(EvaluationError):
    """An invalid evaluation context; the message is the rest of a sentence that starts with its field."""


class TooManyStepsError(ContextError):
    """A context takes too many steps to match against the segments."""


class PatternError(EvaluationError):
    """A malformed segment pattern.

    Args:
        place: the path of the error, such as `Browser[0].numeric`; "" for the pattern as a whole.
        rule: the broken rule, as the rest of a sentence that starts with the place.

    """

    def __init__(self, place: str, rule: str) -> None:
        super().__init__(f"{place or 'the pattern'} {rule}")
        self.place = place
        self.rule = rule


class UnknownSegmentError(EvaluationError):
    """A launch has an override for a segment whose pattern is missing."""
